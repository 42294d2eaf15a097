"""Holded on loopback: contacts and reference lists of one company by v1, and as much of v2 as anybody has told."""

from .simulator import HoldedSimulator

__all__ = ["HoldedSimulator"]
