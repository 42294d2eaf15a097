"""What each integration can do, as data: the same facts that the directives carry."""

from __future__ import annotations

from datetime import date
from typing import Any

import strawberry

from ..connectors.base import Connector
from ..fields.support import missing_rows, support_rows
from .enums import Integration, ListSemantics, Trust, UpdateSemantics, Versioning
from .prices import lists


@strawberry.type(description="One value that an integration reads or writes.")
class FieldSupport:
    path: str = strawberry.field(description="Unified path, e.g. `addresses[BILLING].city`.")
    native_name: str = strawberry.field(description="Path in the provider's own document.")
    type: str = strawberry.field(description="GraphQL type of the value.")
    read: bool = strawberry.field(description="Whether it can be read.")
    update: bool = strawberry.field(description="Whether it can be updated.")
    required_on_update: bool = strawberry.field(
        description="Whether every update carries it; it is taken from the record when the change does not name it."
    )
    required_in_entry: bool = strawberry.field(description="Whether every entry of its list has to name it.")
    max_length: int | None = strawberry.field(description="Longest text in characters.")
    min_length: int | None = strawberry.field(description="Shortest text in characters.")
    pattern: str | None = strawberry.field(description="Regular expression that the whole text matches.")
    options: list[str] | None = strawberry.field(description="The only words allowed.")
    clear: str | None = strawberry.field(
        description="What null makes of it: `NULL`, `OMIT`, `NEVER`, `WITH_ENTRY`, `ENTRY`, or the provider's own word."
    )
    list_semantics: ListSemantics | None = strawberry.field(description="How the list it belongs to is merged.")
    note: str | None = strawberry.field(description="What else to know.")


@strawberry.type(description="A unified field that an integration cannot write.")
class MissingField:
    path: str = strawberry.field(description="Unified path.")
    reason: str = strawberry.field(description="Why.")


@strawberry.type(description="A value that a connection of an integration needs.")
class CredentialInfo:
    name: str = strawberry.field(description="Name of the value.")
    description: str = strawberry.field(description="What it is.")
    secret: bool = strawberry.field(description="Whether it is never shown again.")
    required: bool = strawberry.field(description="Whether a connection cannot do without it.")


@strawberry.type(description="An accounting system and what can be done in it.")
class IntegrationInfo:
    name: Integration = strawberry.field(description="Its name in this schema.")
    label: str = strawberry.field(description="Its name for people.")
    input_type: str = strawberry.field(description="Name of its input type.")
    docs_url: str = strawberry.field(description="The provider's documentation.")
    authentication: str = strawberry.field(description="How a connection is made.")
    credentials: list[CredentialInfo] = strawberry.field(description="What a connection needs.")
    update_semantics: UpdateSemantics = strawberry.field(description="What an update does to values not sent.")
    versioning: Versioning = strawberry.field(description="What a version is made of.")
    company_required: bool = strawberry.field(description="Whether a call must name a company.")
    filters: list[str] = strawberry.field(description="Fields of `CustomerFilter` that its list takes.")
    trust: Trust = strawberry.field(description="What these statements rest on.")
    checked_on: str = strawberry.field(description="Day on which they were last checked, ISO 8601.")
    notes: str = strawberry.field(description="What to know before using it.")
    fields: list[FieldSupport] = strawberry.field(description="Everything it reads or writes.", directives=[lists(80)])
    missing: list[MissingField] = strawberry.field(description="Unified fields that it cannot write, with the reason.")


def info_of(connector: Connector) -> IntegrationInfo:
    manifest = connector.manifest
    return IntegrationInfo(
        name=Integration[manifest.integration],
        label=manifest.label,
        input_type=connector.input_type.__name__,
        docs_url=manifest.docs_url,
        authentication=manifest.authentication,
        credentials=[
            CredentialInfo(name=item.name, description=item.words, secret=item.secret, required=not item.optional)
            for item in manifest.credentials
        ],
        update_semantics=manifest.semantics,
        versioning=manifest.versioning,
        company_required=manifest.company_required,
        filters=sorted(manifest.filters),
        trust=manifest.trust,
        checked_on=_day(manifest.checked_on),
        notes=manifest.notes,
        fields=_plain(support_rows(connector.table)),
        missing=_plain(missing_rows(connector.table)),
    )


def _plain(rows: Any) -> Any:
    """Rows of the fact engine have the attributes of these types."""
    return rows


def _day(day: date) -> str:
    return day.isoformat()
