"""BookMore (BokaMera), Sweden: customers of the connected Visma eAccounting books."""

from .protocol import Bookmore as CONNECTOR

__all__ = ["CONNECTOR"]
