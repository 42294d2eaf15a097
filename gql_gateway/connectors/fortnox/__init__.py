"""Fortnox, Sweden."""

from .protocol import Fortnox as CONNECTOR

__all__ = ["CONNECTOR"]
