"""Fortnox on loopback, written from its dossier. Choices where the dossier says "unverified" are marked as such."""

from .simulator import FortnoxSimulator

__all__ = ["FortnoxSimulator"]
