"""Sage Accounting on loopback: businesses, contacts with their addresses and persons, look-ups, the token endpoint."""

from .service import SageAccountingSimulator

__all__ = ["SageAccountingSimulator"]
