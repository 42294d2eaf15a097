"""The stand-in for BuchhaltungsButler's API v1: debtors, posting accounts and the payment accounts of one account."""

from .simulator import BuchhaltungsbutlerSimulator

__all__ = ["BuchhaltungsbutlerSimulator"]
