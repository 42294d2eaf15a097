"""FreshBooks, North America and beyond."""

from .protocol import Freshbooks as CONNECTOR

__all__ = ["CONNECTOR"]
