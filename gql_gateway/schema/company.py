"""A company, as callers see it."""

from __future__ import annotations

import strawberry


@strawberry.type(description="A company that a connection's credentials can act upon.")
class Company:
    id: strawberry.ID = strawberry.field(description="What `companyId` takes.")
    name: str | None = strawberry.field(description="Its name.")
    country_code: str | None = strawberry.field(description="Its country, ISO 3166-1 alpha-2.")
    subscription: str | None = strawberry.field(description="Its plan at the provider.")
    unfit: str | None = strawberry.field(description="Why its customers cannot be updated, where that is known.")
    active: bool | None = strawberry.field(description="Whether it can be used; null when the provider does not say.")
