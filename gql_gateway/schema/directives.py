"""The directives that carry facts in the schema: `@native` on input fields, `@fieldSupport` on output fields, and which
scopes a caller needs, `@needsScope`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import strawberry
from strawberry.schema_directive import Location

from ..connectors.registry import connectors
from ..fields.native import NativeDirective
from ..fields.support import covered
from ..model.caller import Scope
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


@strawberry.federation.schema_directive(
    name="needsScope",
    compose=True,
    import_url=SPECIFICATION,
    locations=[Location.FIELD_DEFINITION, Location.OBJECT],
    description="A caller needs one of these scopes to select the field, or any field of the type. Without it the "
    "whole operation is refused before anything of it runs.",
)
class NeedsScopeDirective:
    any_of: list[str] = strawberry.field(name="anyOf", description="Scopes, one of which is enough.")


OWN_DIRECTIVES = (NativeDirective, FieldSupportDirective, NeedsScopeDirective)


def needs(*any_of: Scope) -> NeedsScopeDirective:
    """For `directives=[…]` of a field or type: the caller needs one of these scopes. Enforced in `schema/scopes.py`."""
    return NeedsScopeDirective(any_of=[scope.value for scope in any_of])


def supported(
    path: str, *, description: str, always: bool = False, needed: Scope | None = None, more: Sequence[object] = ()
) -> Any:
    """An output field with its support, worked out from every connector's facts.

    `needed` is a scope that the caller needs beside that of the customer. `always`: the gateway itself provides the
    value (ids, links), so every integration reads it. `more` are further directives.
    """
    read, update = [], []
    for connector in connectors().values():
        readable, writable = covered(connector.table)
        integration = Integration[connector.manifest.integration]
        if always or path in readable:
            read.append(integration)
        if path in writable:
            update.append(integration)
    directives: list[object] = [FieldSupportDirective(read=read, update=update), *more]
    if needed is not None:
        directives.append(needs(needed))
    return strawberry.field(description=description, directives=directives)
