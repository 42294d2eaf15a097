"""Twinfield: a customer is a dimension of type DEB, an XML document that travels in SOAP."""

from .protocol import Twinfield as CONNECTOR

__all__ = ["CONNECTOR"]
