"""The stand-in for Exact Online: companies, accounts and their sub-resources on one host per country."""

from gql_gateway.sandbox.exact_online.service import ExactOnlineSimulator

__all__ = ["ExactOnlineSimulator"]
