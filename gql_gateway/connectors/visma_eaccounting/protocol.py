"""Visma eAccounting's calls. The update replaces the customer, so all of it goes back as it was read."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC
from typing import Any
from urllib.parse import quote

from ...errors import ErrorCode, GatewayError, InvalidChange, ProviderProtocolError
from ...fields.change import Change
from ...fields.convert import as_integer, as_text, as_time
from ...fields.document import get
from ...fields.formats import UUID
from ...fields.wire import full_record, path_of, predicted
from ...model.connection import Connection
from ...model.customer import Company
from ...model.json import JsonObject
from ...model.ref import Ref
from ...outbound.message import Answer, Call
from ..base import Connector, Conversation, ListFilter, Listing, Step, read_object
from . import errors
from .fields import TABLE, VismaEaccountingCustomerInput, VismaEaccountingDetails
from .manifest import MANIFEST

READ_ONLY = frozenset(
    {
        *("Id", "PayToAccountId", "TermsOfPayment", "LastInvoiceDate", "ChangedUtc"),
        *("IsFutureInvoiceDateAllowed", "UnpaidInvoicesAmount"),
    }
)
"""What an update does not carry. All else of the record goes back, also what nobody here has heard of."""
DEMANDS: Mapping[str, tuple[str, ...]] = {
    "DeliveryBasedVat": ("DeliveryCity", "DeliveryPostalCode", "DeliveryCountryCode"),
    "ReverseChargeOnConstructionServices": ("VatNumber",),
}
"""What has to be there while a flag is true."""
LEAVES = {leaf.fact.name: leaf for leaf in TABLE.leaves}
DECIMALS = 4
PAGE = 50
"""The size of a page unless another is asked for; how large one may be is unverified."""
ACTIVE = 1
VARIANTS = {
    1: "Standard",
    2: "Invoicing",
    3: "Bookkeeping",
    4: "Solo",
    5: "Pro",
    6: "InvoicingCollaboration",
}


class VismaEaccounting(Connector):
    manifest = MANIFEST
    table = TABLE
    input_type = VismaEaccountingCustomerInput
    details = VismaEaccountingDetails
    needs_current = True

    def authorize(self, connection: Connection) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {connection.credentials['access_token']}"}

    def read(self, ref: Ref) -> Conversation[JsonObject | None]:
        if not UUID.matches(ref.native_id):
            return None
        answer = yield Call("customer", "GET", _path(ref))
        if answer.ok:
            return _customer(answer, ref.native_id)
        error = errors.explain(answer)
        if error.code is ErrorCode.NOT_FOUND:
            return None
        raise error

    def plan(self, ref: Ref, change: Change, current: JsonObject | None) -> Iterator[Step]:
        if current is None:
            return
        record = full_record(change, current)
        if record != current:
            yield Step("customer", "PUT", _path(ref), body=_without(record, *READ_ONLY))

    def check(self, change: Change, current: JsonObject) -> Iterator[InvalidChange]:
        yield from super().check(change, current)
        record = predicted(change, current)
        yield from _check_lengths(change, record)
        yield from _check_discount(change)
        yield from _check_demands(change, record)

    def risks(self, change: Change, current: JsonObject | None) -> Iterable[str]:
        yield (
            "Visma knows no version: an edit that somebody makes between the gateway's read and its write is "
            "overwritten."
        )

    def stored(self, step: Step, answer: Answer) -> JsonObject | None:
        return _customer(answer, step.path.rpartition("/")[2])

    def list(self, company_id: str | None, wanted: ListFilter, offset: int, limit: int) -> Conversation[Listing]:
        found: list[JsonObject] = []
        first, skipped = divmod(offset, PAGE)
        number, total, more = first, 0, True
        while more and len(found) < skipped + limit:
            paging = (("$page", str(number + 1)), ("$pagesize", str(PAGE)))
            answer = yield Call("customers", "GET", "/v2/customers", (*paging, *_filter(wanted)))
            if not answer.ok:
                raise errors.explain(answer)
            page, total = _read_page(answer)
            found += page
            number += 1
            more = bool(page) and number * PAGE < total
        documents = found[skipped : skipped + limit]
        return Listing(documents, bool(documents) and offset + len(documents) < total, total)

    def companies(self, connection: Connection) -> Conversation[Sequence[Company]]:
        """The one company of the token. A company that is read-only takes no update, so it counts as inactive."""
        answer = yield Call("company", "GET", "/v2/companysettings")
        if not answer.ok:
            raise errors.explain(answer)
        told = read_object(answer)
        company_id = as_text(told.get("CompanyIdentifier")) or _claimed(connection)
        if company_id is None:
            raise ProviderProtocolError("Visma's company has no CompanyIdentifier.", provider_code=str(answer.status))
        name, country = as_text(told.get("Name")), as_text(told.get("CountryCode"))
        variant, status = as_integer(told.get("ProductVariant")), as_integer(told.get("CompanyStatus"))
        subscription = None if variant is None else VARIANTS.get(variant, str(variant))
        return [Company(company_id, name, country, subscription, None if status is None else status == ACTIVE)]

    def explain(self, answer: Answer) -> GatewayError:
        return errors.explain(answer)

    def blamed(self, answer: Answer) -> Iterable[str]:
        return errors.blamed(answer)

    def refused(self, answer: Answer) -> bool:
        return super().refused(answer) or errors.read_error(answer)[0] in errors.REFUSALS

    def unauthorized(self, answer: Answer) -> bool:
        return not answer.ok and (answer.status == 401 or errors.read_error(answer)[0] == errors.NOT_AUTHORIZED)

    def not_taken(self, answer: Answer) -> bool:
        return not answer.ok and errors.read_error(answer)[0] == errors.QUOTA

    def wait_asked(self, answer: Answer) -> float | None:
        return errors.wait_asked(answer)

    def version(self, document: JsonObject) -> str | None:
        """`ChangedUtc`; without it one made from the content."""
        changed = as_time(document.get("ChangedUtc"))
        return super().version(document) if changed is None else changed.isoformat()

    def native_id(self, document: JsonObject) -> str:
        native_id = document.get("Id")
        if not isinstance(native_id, str):
            raise ProviderProtocolError("Visma's answer holds a customer without an Id.")
        return native_id


def _path(ref: Ref) -> str:
    return f"/v2/customers/{quote(ref.native_id, safe='')}"


def _customer(answer: Answer, native_id: str) -> JsonObject:
    """The customer in an answer, which has to be the one that was asked for."""
    document = read_object(answer)
    if str(document.get("Id")).lower() != native_id.lower():
        raise ProviderProtocolError(
            "Visma answered without the customer that the call was about.", provider_code=str(answer.status)
        )
    return document


def _without(record: JsonObject, *names: str) -> JsonObject:
    return {name: value for name, value in record.items() if name not in names}


def _read_page(answer: Answer) -> tuple[Sequence[JsonObject], int]:
    data, total = read_object(answer).get("Data"), read_object(answer, "Meta").get("TotalNumberOfResults")
    if not isinstance(data, list) or not isinstance(total, int):
        raise ProviderProtocolError("Visma's list is not a page of customers.", provider_code=str(answer.status))
    return [item for item in data if isinstance(item, dict)], total


def _claimed(connection: Connection) -> str | None:
    """The company that the access token names. Nothing hangs on whether the token is genuine: Visma decides that."""
    _, _, rest = connection.credentials.get("access_token", "").partition(".")
    payload = rest.partition(".")[0]
    with suppress(ValueError, RecursionError):
        claims: Any = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return as_text(claims.get("customer_id")) if isinstance(claims, dict) else None
    return None


def _check_lengths(change: Change, record: JsonObject) -> Iterator[InvalidChange]:
    """What goes along from the record has to be fit for it; it is never cut."""
    given = {item.leaf.path for item in change.assignments}
    for leaf in TABLE.leaves:
        value, limit = get(record, leaf.native), leaf.fact.max_length
        if leaf.path not in given and limit is not None and isinstance(value, str) and len(value) > limit:
            words = (
                f"{leaf.path} has {len(value)} characters in the current record and every update carries it, but Visma "
                f"takes {limit} at most: nothing can be updated unless the change gives a shorter one."
            )
            yield InvalidChange(ErrorCode.TOO_LONG, words, path=path_of(leaf, change))


def _check_discount(change: Change) -> Iterator[InvalidChange]:
    discount = change.get("discountPercentage")
    if discount is None or discount.clears:
        return
    if not 0 <= discount.value <= 1:
        words = "discountPercentage is a fraction from 0 to 1: 0.15 is 15 %."
        yield InvalidChange(ErrorCode.BAD_FORMAT, words, path=discount.path)
    elif round(discount.value, DECIMALS) != discount.value:
        words = f"discountPercentage takes {DECIMALS} decimals at most."
        yield InvalidChange(ErrorCode.BAD_FORMAT, words, path=discount.path)


def _check_demands(change: Change, record: JsonObject) -> Iterator[InvalidChange]:
    """A flag that demands other values, where the change is about either. What is stored otherwise is Visma's."""
    given = {item.leaf.fact.name: item for item in change.assignments}
    for flag, demanded in DEMANDS.items():
        if record.get(flag) is not True or not given.keys() & {flag, *demanded}:
            continue
        for name in demanded:
            if record.get(name):
                continue
            leaf, cleared = LEAVES[name], given.get(name)
            if cleared is not None:
                words = f"{leaf.path} cannot be cleared while {LEAVES[flag].path} is true."
                yield InvalidChange(ErrorCode.CANNOT_CLEAR, words, path=cleared.path)
            else:
                words = f"Visma needs {leaf.path} while {LEAVES[flag].path} is true."
                yield InvalidChange(ErrorCode.REQUIRED, words, path=path_of(leaf, change))


def _filter(wanted: ListFilter) -> tuple[tuple[str, str], ...]:
    """OData: texts in single quotes, which are doubled inside; flags and times bare."""
    terms: list[str] = []
    for name, text in (("CustomerNumber", wanted.number), ("Name", wanted.name), ("EmailAddress", wanted.email)):
        if text is not None:
            doubled = text.replace("'", "''")
            terms.append(f"{name} eq '{doubled}'")
    if wanted.active is not None:
        terms.append(f"IsActive eq {'true' if wanted.active else 'false'}")
    if (since := as_time(wanted.updated_since)) is not None:
        terms.append(f"ChangedUtc gt {since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
    return (("$filter", " and ".join(terms)),) if terms else ()
