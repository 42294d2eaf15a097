"""The `products` subgraph of Apollo's compatibility tests, on the schema class of the gateway: run as a module.

Its shape is products.graphql of @apollo/federation-subgraph-compatibility-tests; what it answers, their tests say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import strawberry
from strawberry.asgi import GraphQL
from strawberry.extensions.tracing import ApolloFederationTracingExtension
from strawberry.schema_directive import Location
from strawberry.types import Info

from gql_gateway.schema.build import GatewaySchema
from tests.federation.served import serve

Found = list[Any]


@strawberry.federation.schema_directive(
    name="custom",
    compose=True,
    import_url="https://myspecs.dev/myCustomDirective/v1.0",
    locations=[Location.OBJECT],
)
class Custom:
    pass


@strawberry.type
class ProductVariation:
    id: strawberry.ID


@strawberry.type
class CaseStudy:
    case_number: strawberry.ID
    description: str | None


@strawberry.federation.type(keys=["study { caseNumber }"])
class ProductResearch:
    study: CaseStudy
    outcome: str | None

    @classmethod
    async def resolve_references(cls, _info: Info, representations: Sequence[Mapping[str, Any]]) -> Found:
        return [
            next((item for item in RESEARCH if item.study.case_number == named["study"]["caseNumber"]), None)
            for named in representations
        ]


@strawberry.federation.type(shareable=True)
class ProductDimension:
    size: str | None
    weight: float | None
    unit: str | None = strawberry.federation.field(inaccessible=True)


@strawberry.federation.type(keys=["email"], extend=True)
class User:
    email: strawberry.ID = strawberry.federation.field(external=True)
    name: str | None = strawberry.federation.field(override="users", default="Jane Smith")
    total_products_created: int | None = strawberry.federation.field(external=True, default=1337)
    years_of_employment: int = strawberry.federation.field(external=True, default=10)

    @strawberry.federation.field(requires=["totalProductsCreated", "yearsOfEmployment"])  # type: ignore[untyped-decorator]
    def average_products_created_per_year(self) -> int | None:
        created = self.total_products_created
        return None if created is None or not self.years_of_employment else round(created / self.years_of_employment)

    @classmethod
    async def resolve_references(cls, _info: Info, representations: Sequence[Mapping[str, Any]]) -> Found:
        """With what the router knows of them: the fields that `@requires` names."""
        return [
            cls(
                email=named["email"],
                total_products_created=named.get("totalProductsCreated", 1337),
                years_of_employment=named.get("yearsOfEmployment", 10),
            )
            for named in representations
        ]


@strawberry.federation.type(keys=["sku package"])
class DeprecatedProduct:
    sku: str
    package: str
    reason: str | None
    created_by: User | None

    @classmethod
    async def resolve_references(cls, _info: Info, representations: Sequence[Mapping[str, Any]]) -> Found:
        return [DEPRECATED if _is(DEPRECATED, named, "sku", "package") else None for named in representations]


@strawberry.federation.type(keys=["id", "sku package", "sku variation { id }"], directives=[Custom()])
class Product:
    id: strawberry.ID
    sku: str | None
    package: str | None
    variation: ProductVariation | None
    dimensions: ProductDimension | None
    created_by: User | None = strawberry.federation.field(provides=["totalProductsCreated"])
    notes: str | None = strawberry.federation.field(tags=["internal"])
    research: list[ProductResearch]

    @classmethod
    async def resolve_references(cls, _info: Info, representations: Sequence[Mapping[str, Any]]) -> Found:
        return [next((item for item in PRODUCTS if item.is_named(named)), None) for named in representations]

    def is_named(self, named: Mapping[str, Any]) -> bool:
        if "id" in named:
            return _is(self, named, "id")
        if "package" in named:
            return _is(self, named, "sku", "package")
        return _is(self, named, "sku") and self.variation == ProductVariation(id=named["variation"]["id"])


@strawberry.federation.interface_object(keys=["id"])
class Inventory:
    id: strawberry.ID

    @strawberry.field
    def deprecated_products(self) -> list[DeprecatedProduct]:
        return [DEPRECATED]

    @classmethod
    async def resolve_references(cls, _info: Info, representations: Sequence[Mapping[str, Any]]) -> Found:
        return [cls(id=named["id"]) for named in representations]


@strawberry.type
class Query:
    @strawberry.field
    def product(self, id: strawberry.ID) -> Product | None:
        return next((item for item in PRODUCTS if item.id == id), None)

    @strawberry.field(deprecation_reason="Use product query instead")  # type: ignore[untyped-decorator]
    def deprecated_product(self, sku: str, package: str) -> DeprecatedProduct | None:
        return DEPRECATED if _is(DEPRECATED, {"sku": sku, "package": package}, "sku", "package") else None


def _is(thing: Any, named: Mapping[str, Any], *attributes: str) -> bool:
    return all(getattr(thing, attribute) == named.get(attribute) for attribute in attributes)


def _product(id: str, sku: str, variation: str, research: ProductResearch) -> Product:
    return Product(
        id=strawberry.ID(id),
        sku=sku,
        package=f"@apollo/{sku}",
        variation=ProductVariation(id=strawberry.ID(variation)),
        dimensions=ProductDimension(size="small", weight=1, unit="kg"),
        created_by=AUTHOR,
        notes=None,
        research=[research],
    )


AUTHOR = User(email=strawberry.ID("support@apollographql.com"))
RESEARCH = [
    ProductResearch(study=CaseStudy(case_number=strawberry.ID(number), description=words), outcome=None)
    for number, words in (("1234", "Federation Study"), ("1235", "Studio Study"))
]
PRODUCTS = [
    _product("apollo-federation", "federation", "OSS", RESEARCH[0]),
    _product("apollo-studio", "studio", "platform", RESEARCH[1]),
]
DEPRECATED = DeprecatedProduct(
    sku="apollo-federation-v1",
    package="@apollo/federation-v1",
    reason="Migrate to Federation V2",
    created_by=AUTHOR,
)

if __name__ == "__main__":
    # 2.3 is the newest version that their test of @link takes.
    serve(
        GraphQL(
            GatewaySchema(
                query=Query,
                types=[Inventory],
                extensions=[ApolloFederationTracingExtension],
                federation_version="2.3",
            )
        )
    )
