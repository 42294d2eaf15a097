"""One GraphQL mutation to update a customer in any of twelve accounting systems."""

__version__ = "0.1.0"
