"""Lexware Office, Germany."""

from .protocol import LexwareOffice as CONNECTOR

__all__ = ["CONNECTOR"]
