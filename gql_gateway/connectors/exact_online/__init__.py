"""Exact Online: the Netherlands, Belgium, Germany, France, Spain, the United Kingdom, the United States."""

from .protocol import ExactOnline as CONNECTOR

__all__ = ["CONNECTOR"]
