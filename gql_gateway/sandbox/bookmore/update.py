"""The request `UpdateEaccountingCustomer`: how its body is bound, what is refused, which values it stands for."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from gql_gateway.sandbox.bookmore.answers import FieldError, invalid, unbindable
from gql_gateway.sandbox.simulator import Document

REQUEST_TYPE = "UpdateEaccountingCustomer"

REQUIRED = ("Id", "InvoiceCity", "InvoicePostalCode", "Name", "TermsOfPaymentId")
"""`Id` is declared required by BookMore, the others are demanded by Visma behind it."""
CLEARABLE = ("Telephone", "EmailAddress", "MobilePhone")
BOOLEANS = ("IsPrivatePerson", "IsActive")
PROPERTIES = (*REQUIRED, *BOOLEANS, *CLEARABLE, "CompanyId")

MAX_LENGTHS = {
    "InvoicePostalCode": 10,
    "Name": 50,
    # The next four are Visma's; whether BookMore checks them before Visma does is unverified.
    "InvoiceCity": 50,
    "Telephone": 50,
    "MobilePhone": 50,
    "EmailAddress": 255,
}


@dataclass(frozen=True)
class Update:
    """A bound request. `values` holds the nine business values, all of them: a missing one has its default."""

    id: str
    company_id: str | None
    values: Document
    ignored: tuple[str, ...]


def bind(body: bytes) -> Update:
    """Read the body as ServiceStack fills a request type: null is the same as missing, extra properties are passed by.

    ServiceStack's own reader forgives some wrong types; the stand-in refuses them all.
    """
    given = _read(body)
    known = {name: value for name, value in given.items() if name in PROPERTIES and value is not None}
    for name, value in known.items():
        if not isinstance(value, bool if name in BOOLEANS else str):
            raise unbindable(REQUEST_TYPE)
    values: Document = {name: known.get(name, "") for name in (*REQUIRED, *CLEARABLE) if name != "Id"}
    # Non-nullable booleans on the server: left out means false, which deactivates or turns a person into a company.
    values |= {name: known.get(name, False) for name in BOOLEANS}
    return Update(
        id=known.get("Id", ""),
        company_id=bind_guid(known.get("CompanyId"), REQUEST_TYPE),
        values=values,
        ignored=tuple(name for name in given if name not in PROPERTIES),
    )


def bind_guid(text: str | None, request_type: str) -> str | None:
    """A `Guid?` with dashes, in lower case; nothing for an empty text and for the empty Guid."""
    if not text:
        return None
    try:
        guid = uuid.UUID(text)
    except ValueError:
        raise unbindable(request_type) from None
    if str(guid) != text.lower():
        raise unbindable(request_type)
    return str(guid) if guid.int else None


def check(update: Update, terms_of_payment: Collection[str]) -> None:
    """Refuse with every problem at once. `terms_of_payment` are the ids that Visma knows."""
    problems: list[FieldError] = []
    for name, value in {"Id": update.id, **update.values}.items():
        if name in REQUIRED and not value.strip():
            problems.append(FieldError("NotEmpty", name, f"'{name}' must not be empty."))
        elif (limit := MAX_LENGTHS.get(name)) and _dotnet_length(value) > limit:
            words = f"The length of '{name}' must be {limit} characters or fewer."
            problems.append(FieldError("MaximumLength", name, words))
        elif name == "TermsOfPaymentId" and value not in terms_of_payment:
            problems.append(FieldError("Invalid", name, f"'{name}' is not known in e-accounting."))
    if problems:
        raise invalid(problems)


def _read(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError):
        raise unbindable(REQUEST_TYPE) from None
    if not isinstance(given, dict):
        raise unbindable(REQUEST_TYPE)
    return given


def _dotnet_length(text: str) -> int:
    """Length as .NET counts it, in UTF-16 units: a character beyond the basic plane counts twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
