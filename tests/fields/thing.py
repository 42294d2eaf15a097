"""A customer of no provider: one input class with every kind of fact, and ways to make changes of it."""

from __future__ import annotations

from typing import Any, cast

import strawberry
from hypothesis import settings
from strawberry import Maybe

from gql_gateway.connectors.base import Connector
from gql_gateway.fields.change import Assignment, Change, Drop, read_change
from gql_gateway.fields.convert import as_text, as_texts
from gql_gateway.fields.details import details_type, reads
from gql_gateway.fields.formats import COUNTRY, EMAIL
from gql_gateway.fields.native import (
    Clear,
    Native,
    Required,
    at_most_one,
    by_type,
    inline,
    native,
    slots,
    type_key,
)
from gql_gateway.fields.table import Branch, Leaf, build_table, read
from gql_gateway.model.enums import AddressType, ContactType, EmailType, PhoneType
from gql_gateway.model.json import JsonObject
from tests.support.changes import typed_change

AT = ("change", "thing")
calm = settings(deadline=None, max_examples=60)
"""For Hypothesis on a busy machine."""
BLANK = "NOTHING"


def kind_of(document: JsonObject) -> str:
    return "firm" if "firm" in document else "person"


@strawberry.input(description="An address, each type an object of its own.")
class ThingAddressInput:
    type: AddressType = type_key("Which address.")
    name: Maybe[str | None] = by_type(Native(clear=Clear.OMIT), DELIVERY="who", description="Recipient.")
    address_line1: Maybe[str | None] = native("street", clear=Clear.OMIT, description="Street.")
    city: Maybe[str | None] = native("town", max_length=20, clear=Clear.OMIT, description="Town.")
    country_code: Maybe[str | None] = native(
        "country", pattern=COUNTRY, required=Required.IN_ENTRY, clear=Clear.WITH_ENTRY, description="Country."
    )


@strawberry.input(description="An e-mail address, each type a property of its own.")
class ThingEmailAddressInput:
    type: EmailType = type_key("Which e-mail address.")
    email: Maybe[str | None] = by_type(
        Native(pattern=EMAIL, max_length=40, clear=BLANK),
        INVOICE="mailInvoice",
        OFFICE="mailOffice",
        BUSINESS="mail",
        OTHER=Native("mails.other[0]", pattern=EMAIL, clear=Clear.OMIT),
        description="The address.",
    )


@strawberry.input(description="A phone number of a contact person.")
class ThingPhoneNumberInput:
    type: PhoneType = type_key("Which number.")
    number: Maybe[str | None] = by_type(MOBILE="cell", BUSINESS="desk", description="The number.")


@strawberry.input(description="The contact person.")
class ThingContactPersonInput:
    first_name: Maybe[str | None] = native("first", clear=Clear.OMIT, description="First name.")
    last_name: Maybe[str | None] = native(
        "last", required=Required.IN_ENTRY, clear=Clear.WITH_ENTRY, description="Last name."
    )
    phone_numbers: Maybe[list[ThingPhoneNumberInput] | None] = slots(description="Numbers.")


@strawberry.input(description="How things are sent.")
class ThingSendingInput:
    way: Maybe[str | None] = native("Way", options=("POST", "MAIL"), clear=Clear.NEVER, description="The way.")
    copies: Maybe[int | None] = native("Copies", description="How many.")


@strawberry.input(description="A thing.")
class ThingInput:
    contact_type: Maybe[ContactType | None] = native(
        "kind",
        values={ContactType.COMPANY: "C", ContactType.CONTACT_PERSON: "P"},
        clear=Clear.NEVER,
        description="Kind.",
    )
    company_name: Maybe[str | None] = native(
        "name", max_length=10, min_length=2, required=Required.ON_UPDATE, clear=Clear.NEVER, description="Name."
    )
    vat_id: Maybe[str | None] = native("vat", normal=str.upper, clear=Clear.OMIT, description="VAT id.")
    language: Maybe[str | None] = native("lang", derived=kind_of, clear=Clear.NEVER, description="Derived.")
    notes: Maybe[str | None] = native("note", clear=BLANK, required=Required.ON_UPDATE, description="Notes.")
    currency: Maybe[str | None] = native("money.currency", description="Currency, nested and cleared with null.")
    active: Maybe[bool | None] = native("active", clear=Clear.NEVER, description="Active.")
    addresses: Maybe[list[ThingAddressInput] | None] = slots(
        BILLING="places.bill[0]", DELIVERY="places.ship[0]", drop=("places.bill", "places.ship"), description="Places."
    )
    email_addresses: Maybe[list[ThingEmailAddressInput] | None] = slots(description="E-mail addresses.")
    contact_persons: Maybe[list[ThingContactPersonInput] | None] = at_most_one(
        "people[0]", drop="people", description="Person."
    )
    discount: Maybe[float | None] = native("discount", write=str, description="Discount, a text at the provider.")
    sending: Maybe[ThingSendingInput | None] = inline("Sending", description="Sending.")


READS = (read("number", "no", as_text), read("addresses[VISITING].city", "seen.town", as_text))
TABLE = build_table(ThingInput, READS, {"documentId": "A thing has none."})


@strawberry.type(description="A label of a thing.")
class ThingLabel:
    name: str | None = reads("Name", description="Its name.")


@strawberry.type
class _ReadOnly:
    tags: list[str] = reads("tags", as_texts, description="Tags.")
    labels: list[ThingLabel] = reads("labels", description="Labels.")
    best_label: ThingLabel | None = reads("best.label", description="The best.")


ThingDetails = details_type("ThingDetails", TABLE, _ReadOnly, description="What only things have.")


class ThingConnector:
    """As much of a connector as it takes to read a change."""

    input_type = ThingInput


THING = cast(Connector, ThingConnector())
LEAVES = {leaf.path: leaf for leaf in TABLE.leaves}


def change(**values: Any) -> Change:
    """A change as a caller gives it: `change(companyName="x", addresses=[{"type": "BILLING", "city": None}])`."""
    return read_change(TABLE, typed_change(THING, values), AT)


def leaf(path: str) -> Leaf:
    return LEAVES[path]


def branch(name: str) -> Branch:
    return next(node for node in TABLE.nodes if isinstance(node, Branch) and node.name == name)


def assigned(**values: Any) -> Change:
    """A change straight from leaves; dots and brackets of their paths are written with `__`."""
    return Change(AT, tuple(Assignment(LEAVES[path], value, (*AT, path)) for path, value in values.items()))


def dropped(*names: str) -> Change:
    return Change(AT, drops=tuple(Drop(branch(name), (*AT, name)) for name in names))
