"""`python -m gql_gateway`."""

from .cli import main

main()
