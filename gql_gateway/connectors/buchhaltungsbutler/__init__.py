"""BuchhaltungsButler, Germany: a customer is a debtor, a personal ledger account with address data."""

from .protocol import BuchhaltungsButler as CONNECTOR

__all__ = ["CONNECTOR"]
