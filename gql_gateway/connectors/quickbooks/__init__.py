"""QuickBooks Online, Intuit."""

from .protocol import Quickbooks as CONNECTOR

__all__ = ["CONNECTOR"]
