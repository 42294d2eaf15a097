"""sevdesk, Germany and Austria."""

from .protocol import Sevdesk as CONNECTOR

__all__ = ["CONNECTOR"]
