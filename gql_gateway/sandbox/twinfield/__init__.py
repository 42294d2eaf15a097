"""The stand-in for Twinfield: sign-in, clusters, and the customers (dimensions DEB) of several offices."""

from gql_gateway.sandbox.twinfield.service import TwinfieldSimulator

__all__ = ["TwinfieldSimulator"]
