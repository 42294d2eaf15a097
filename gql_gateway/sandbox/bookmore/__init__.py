"""The stand-in for BookMore's e-accounting operations, with its Keycloak sign-in and the Visma link behind it."""

from gql_gateway.sandbox.bookmore.service import BookmoreSimulator

__all__ = ["BookmoreSimulator"]
