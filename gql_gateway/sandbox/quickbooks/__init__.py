"""QuickBooks Online on loopback, written from its dossier and Intuit's XML schemas. Where they do not know, the choice
is marked and, where it matters, has a switch on the simulator."""

from .service import QuickbooksSimulator

__all__ = ["QuickbooksSimulator"]
