"""Sage Accounting (Sage Business Cloud Accounting): United Kingdom, Ireland, Canada."""

from .protocol import SageAccounting as CONNECTOR

__all__ = ["CONNECTOR"]
