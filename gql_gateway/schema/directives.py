"""The directives that carry field facts in the schema: `@native` on input fields, `@fieldSupport` on output fields."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry.schema_directive import Location

from ..connectors.registry import connectors
from ..fields.native import NativeDirective
from ..fields.support import covered
from .enums import Integration

SPECIFICATION = "https://specs.gql-gateway.example/fields/v1.0"


@strawberry.federation.schema_directive(
    name="fieldSupport",
    compose=True,
    import_url=SPECIFICATION,
    locations=[Location.FIELD_DEFINITION],
    description="Which integrations can read this field, and which can update it.",
)
class FieldSupportDirective:
    read: list[Integration] = strawberry.field(name="read", description="Integrations that show the value.")
    update: list[Integration] = strawberry.field(
        name="update", description="Integrations whose customers can be given another value."
    )


OWN_DIRECTIVES = (NativeDirective, FieldSupportDirective)


def supported(path: str, *, description: str, always: bool = False) -> Any:
    """An output field with its support, worked out from every connector's facts.

    `always`: the gateway itself provides the value (ids, links), so every integration reads it.
    """
    read, update = [], []
    for connector in connectors().values():
        readable, writable = covered(connector.table)
        integration = Integration[connector.manifest.integration]
        if always or path in readable:
            read.append(integration)
        if path in writable:
            update.append(integration)
    return strawberry.field(description=description, directives=[FieldSupportDirective(read=read, update=update)])
