"""FreshBooks on loopback: clients of accounting accounts, the identity with its businesses, the token endpoint."""

from .simulator import FreshbooksSimulator

__all__ = ["FreshbooksSimulator"]
