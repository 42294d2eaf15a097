"""sevdesk on loopback, written from its dossier and OpenAPI file. Where those do not know, the choice is marked."""

from .simulator import SevdeskSimulator

__all__ = ["SevdeskSimulator"]
