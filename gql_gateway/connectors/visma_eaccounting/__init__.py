"""Visma eAccounting (Sweden: Spiris Bokföring & Fakturering), reached directly."""

from .protocol import VismaEaccounting as CONNECTOR

__all__ = ["CONNECTOR"]
