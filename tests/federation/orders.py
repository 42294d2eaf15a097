"""Two other subgraphs: `orders` name a customer by connection and native id, `invoices` by the global id.

Run as `python -m tests.federation.orders orders|invoices`. Whose orders and invoices there are, the query itself says.
"""

from __future__ import annotations

import sys

import strawberry
from strawberry.asgi import GraphQL
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from tests.federation.served import serve


@strawberry.federation.type(name="Customer", keys=["connectionId nativeId"])
class OrdersCustomer:
    connection_id: strawberry.ID
    native_id: strawberry.ID

    @strawberry.field
    def orders_of(self) -> str:
        return f"orders of {self.connection_id}/{self.native_id}"

    @classmethod
    def resolve_reference(cls, connectionId: str, nativeId: str) -> OrdersCustomer:  # noqa: N803
        return cls(connection_id=strawberry.ID(connectionId), native_id=strawberry.ID(nativeId))


@strawberry.type
class Order:
    customer: OrdersCustomer | None


@strawberry.type
class OrdersQuery:
    @strawberry.field
    def orders(self, of: list[str]) -> list[Order]:
        """One order for each `connection/native id`."""
        keys = [name.split("/") for name in of]
        return [Order(customer=OrdersCustomer.resolve_reference(*key)) for key in keys]


@strawberry.federation.type(name="Customer", keys=[Key(fields=FieldSet("id"), resolvable=False)])
class InvoicesCustomer:
    id: strawberry.ID


@strawberry.type
class Invoice:
    customer: InvoicesCustomer | None


@strawberry.type
class InvoicesQuery:
    @strawberry.field
    def invoices(self, of: list[strawberry.ID]) -> list[Invoice]:
        """One invoice for each global id of a customer."""
        return [Invoice(customer=InvoicesCustomer(id=id)) for id in of]


if __name__ == "__main__":
    query = {"orders": OrdersQuery, "invoices": InvoicesQuery}[sys.argv[1]]
    serve(GraphQL(strawberry.federation.Schema(query=query, federation_version="2.9")))
