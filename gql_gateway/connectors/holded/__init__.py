"""Holded, Spain: a customer is a contact, and one resource holds suppliers too."""

from .protocol import Holded as CONNECTOR

__all__ = ["CONNECTOR"]
