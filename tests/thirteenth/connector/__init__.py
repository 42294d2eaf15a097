"""Tinybooks: an invented provider, the smallest connector there can be."""

from .protocol import Tinybooks as CONNECTOR

__all__ = ["CONNECTOR"]
