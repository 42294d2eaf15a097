"""QuickBooks' calls. The update is sparse: what was asked for is sent, with the version of a fresh read.

Objects inside a customer are sent complete, because whether QuickBooks merges or replaces them is unverified.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from ...errors import ConnectionProblem, ErrorCode, GatewayError, InvalidChange, ProviderProtocolError
from ...fields.change import Change
from ...fields.convert import as_text
from ...fields.document import MISSING, NativePath, get, parse_path
from ...fields.readback import unified_names
from ...fields.wire import full_record, path_of, predicted
from ...model.connection import Connection
from ...model.customer import Company, ContactPerson, Customer
from ...model.json import Json, JsonObject
from ...model.ref import Ref
from ...outbound.message import Answer, Call
from ..base import Connector, Conversation, Found, ListFilter, Listing, Step, read_object
from . import errors
from .countries import ALPHA3, to_alpha2
from .fields import TABLE, QuickbooksCustomerInput, QuickbooksDetails
from .manifest import MANIFEST

MINOR_VERSION = (("minorversion", "75"),)
LARGEST_PAGE = 1000
MOST_IDS = 100
"""Ids in one query: more would make a long address, whose limit is unverified."""
BILLING, SHIPPING = "BillAddr", "ShipAddr"
CARD = "CCDetail"
GEOCODE = frozenset({"Lat", "Long"})
EMPTY: tuple[Any, ...] = (MISSING, None, "", {})
PARENT = parse_path("ParentRef.value")
LEAVES = {leaf.path: leaf for leaf in TABLE.leaves}
_NUMBER = re.compile(r"[0-9]+")


class Quickbooks(Connector):
    manifest = MANIFEST
    table = TABLE
    input_type = QuickbooksCustomerInput
    details = QuickbooksDetails
    needs_current = True
    # One report says that tokens taken from a list were older than those of the single read.
    listed = unified_names() - {"version", "native"}

    def authorize(self, connection: Connection) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {connection.credentials['access_token']}"}

    def read(self, ref: Ref) -> Conversation[JsonObject | None]:
        if not ref.native_id.strip("."):
            # Encoded or not, a segment of dots is a direction to what stands between here and QuickBooks.
            return None
        path = f"{_company_path(ref.company_id)}/customer/{quote(ref.native_id, safe='', errors='surrogatepass')}"
        answer = yield Call("customer", "GET", path, MINOR_VERSION)
        if errors.codes_of(answer) & errors.NOT_FOUND:
            return None
        if not self.succeeded(answer):
            raise errors.explain(answer)
        return _customer(answer, ref.native_id)

    def read_many(self, company_id: str | None, native_ids: Sequence[str]) -> Conversation[Found]:
        """A query for their ids. Who is missing from it is read: that it tells of all inactive ones is unverified."""
        found: dict[str, JsonObject] = {}
        ids = [native_id for native_id in native_ids if _is_number(native_id)]
        for start in range(0, len(ids), MOST_IDS):
            named = ", ".join(map(_quoted, ids[start : start + MOST_IDS]))
            where = f"Id in ({named}) and {_where(ListFilter())}"
            rows = yield from self._query(company_id, where, f"maxresults {MOST_IDS}")
            found |= {id: row for row in rows if isinstance((id := row.get("Id")), str)}
        return found

    def plan(self, ref: Ref, change: Change, current: JsonObject | None) -> Iterator[Step]:
        if current is None:
            return
        body = _properties(change, current)
        if body:
            head: JsonObject = {"Id": self.native_id(current), "SyncToken": _token(current), "sparse": True}
            path = f"{_company_path(ref.company_id)}/customer"
            yield Step("customer", "POST", path, MINOR_VERSION, body={**head, **body, **head})

    def check(self, change: Change, current: JsonObject) -> Iterator[InvalidChange]:
        yield from super().check(change, current)
        record = predicted(change, current)
        yield from _check_countries(change)
        if current.get("Active") is False and record.get("Active") is not True:
            words = (
                "This customer is inactive: QuickBooks answers an update of it as if it did not exist. Give active: "
                "true along with the change to have it back in use."
            )
            yield InvalidChange(ErrorCode.UNSUPPORTED, words, path=("customer",))
        is_sub_customer = change.get("isSubCustomer")
        if is_sub_customer is not None and is_sub_customer.value and not get(record, PARENT):
            words = "QuickBooks needs parentId in an update that makes a sub-customer."
            yield InvalidChange(ErrorCode.REQUIRED, words, path=path_of(LEAVES["parentId"], change))

    def risks(self, change: Change, current: JsonObject | None) -> Iterator[str]:
        held = current or {}
        name = held.get("DisplayName")
        if change.get("companyName") and not change.get("displayName") and name and name == held.get("CompanyName"):
            yield (
                f"Lists and invoices go on to show the name {name}: QuickBooks keeps displayName apart from "
                "companyName, and it changes only when it is given."
            )
        active = change.get("active")
        if active is not None and active.value is False and held.get("Active") is not False:
            yield (
                "QuickBooks adds ' (deleted)' to the names of an inactive customer, and whether they lose it when the "
                "customer is made active again is unverified."
            )
            if held.get("Balance"):
                yield "The customer has an open balance. What QuickBooks makes of it is unverified."

    def stored(self, step: Step, answer: Answer) -> JsonObject | None:
        sent = step.body if isinstance(step.body, dict) else {}
        return _customer(answer, str(sent.get("Id")))

    def succeeded(self, answer: Answer) -> bool:
        return answer.ok and not errors.read_faults(answer)

    def refused(self, answer: Answer) -> bool:
        if answer.ok:
            return not errors.codes_of(answer) & errors.INTERNAL
        return super().refused(answer) and not errors.codes_of(answer) & errors.INTERNAL

    def unauthorized(self, answer: Answer) -> bool:
        if answer.status != 401 and not self.refused(answer):
            return False
        codes = errors.codes_of(answer)
        return bool(codes & errors.BAD_TOKEN) or (answer.status == 401 and not codes & errors.NO_ACCESS)

    def not_taken(self, answer: Answer) -> bool:
        """Older material shows throttling with 403."""
        return answer.status == 403 and bool(errors.codes_of(answer) & errors.THROTTLED)

    def list(self, company_id: str | None, wanted: ListFilter, offset: int, limit: int) -> Conversation[Listing]:
        size = min(limit, LARGEST_PAGE - 1)
        # One more than asked for tells whether others follow: a count would be another call.
        paging = f"startposition {offset + 1} maxresults {size + 1}"
        documents = yield from self._query(company_id, _where(wanted), paging)
        return Listing(documents[:size], len(documents) > size)

    def _query(self, company_id: str | None, where: str, paging: str) -> Conversation[Sequence[JsonObject]]:
        query = (("query", " ".join(("select * from Customer where", where, paging))), *MINOR_VERSION)
        answer = yield Call("customers", "GET", f"{_company_path(company_id)}/query", query)
        if not self.succeeded(answer):
            raise errors.explain(answer)
        rows = _object(answer, "QueryResponse").get("Customer", [])
        if not isinstance(rows, list):
            raise _unreadable(answer, "QuickBooks' list holds no customers.")
        return [_without_card(row) for row in rows if isinstance(row, dict)]

    def companies(self, connection: Connection) -> Conversation[Sequence[Company]]:
        """The company of the consent: no call lists several. `CompanyInfo.Id` is not its id."""
        realm = connection.company_id
        answer = yield Call("company", "GET", f"{_company_path(realm)}/companyinfo/{realm}", MINOR_VERSION)
        if not self.succeeded(answer):
            raise errors.explain(answer)
        info = _object(answer, "CompanyInfo")
        told = _named_values(info)
        status, sku = told.get("SubscriptionStatus"), told.get("OfferingSku")
        name = as_text(info.get("CompanyName")) or as_text(info.get("LegalName"))
        # Of the words for other states none is known.
        active = True if status == "PAID" else None
        plan = " ".join(part for part in (sku, None if active or status is None else f"({status})") if part)
        return [Company(str(realm), name, to_alpha2(info.get("Country")), plan or None, active)]

    def explain(self, answer: Answer) -> GatewayError:
        return errors.explain(answer)

    def blamed(self, answer: Answer) -> Iterable[str]:
        return errors.blamed(answer)

    def native_id(self, document: JsonObject) -> str:
        return str(document["Id"])

    def version(self, document: JsonObject) -> str | None:
        return as_text(document.get("SyncToken"))

    def parse(self, document: JsonObject, ref: Ref, *, whole: bool = True) -> Customer:
        """A customer that has nothing but a display name shows it as the name of its contact person."""
        customer = super().parse(document, ref, whole=whole)
        if customer.company_name or customer.contact_persons:
            return customer
        name = as_text(document.get("DisplayName"))
        return replace(customer, contact_persons=(ContactPerson(name=name),)) if name else customer


def _company_path(realm_id: str | None) -> str:
    path = ("customer", "native", "companyId")
    if realm_id is None:
        words = "A QuickBooks connection is of one company: store its realmId, which came with the consent, with it."
        raise ConnectionProblem(ErrorCode.COMPANY_REQUIRED, words, path=path)
    if not _is_number(realm_id):
        words = "A QuickBooks company is named by its realmId, a number."
        raise ConnectionProblem(ErrorCode.COMPANY_UNAVAILABLE, words, path=path)
    return f"/v3/company/{realm_id}"


def _is_number(text: str) -> bool:
    return text.isascii() and _NUMBER.fullmatch(text) is not None


def _object(answer: Answer, *names: str) -> JsonObject:
    try:
        return read_object(answer, *names)
    except ProviderProtocolError as problem:
        raise _unreadable(answer, problem.message) from None


def _unreadable(answer: Answer, words: str) -> ProviderProtocolError:
    return ProviderProtocolError(words, **errors.words_of(answer))


def _customer(answer: Answer, native_id: str) -> JsonObject:
    """The customer in an answer: without its id and version no update is safe."""
    document = _object(answer, "Customer")
    if document.get("Id") != native_id or not isinstance(document.get("SyncToken"), str):
        raise _unreadable(answer, "QuickBooks answered without the customer that was asked for.")
    return _without_card(document)


def _without_card(customer: JsonObject) -> JsonObject:
    """Card data are nobody's business here: they go no further, and a sparse update leaves them alone."""
    return {name: value for name, value in customer.items() if name != CARD}


def _token(customer: JsonObject) -> str:
    token = customer.get("SyncToken")
    if not isinstance(token, str) or not token:
        raise ProviderProtocolError("QuickBooks' customer has no SyncToken: nothing was written.")
    return token


def _properties(change: Change, current: JsonObject) -> JsonObject:
    """The properties that a change is about, each as a whole; nothing for what is to be emptied and is empty."""
    asked = [item for item in change.assignments if not (item.clears and get(current, item.leaf.native) in EMPTY)]
    after = full_record(replace(change, assignments=tuple(asked)), current)
    places: list[NativePath] = [item.leaf.native for item in asked if item.leaf.fact.derived is None]
    places += [place for item in change.drops for place in item.branch.drops if get(current, place) not in EMPTY]
    if after.get("Job") is True and any(place[0] in ("Job", "ParentRef") for place in places):
        # The one is needed beside the other.
        places += [("Job",), PARENT]
    body = {str(place[0]): _property(place, current, after) for place in places}
    return _with_rows_apart(body, current)


def _property(place: NativePath, current: JsonObject, after: JsonObject) -> Json:
    name, *inner = map(str, place)
    if inner == ["value"]:
        return {"value": get(after, place)}
    if inner or name in (BILLING, SHIPPING):
        return _complete(current.get(name), after.get(name))
    return after.get(name, "")


def _complete(current: Any, after: Any) -> JsonObject:
    """An object inside a customer: what it held, what is new, and what is gone as an empty text."""
    held = current if isinstance(current, dict) else {}
    wanted = after if isinstance(after, dict) else {name: held[name] for name in ("Id",) if name in held}
    gone = {name: "" for name, value in held.items() if name not in wanted and isinstance(value, str)}
    return {name: value for name, value in {**wanted, **gone}.items() if name not in GEOCODE}


def _with_rows_apart(body: JsonObject, current: JsonObject) -> JsonObject:
    """Billing and shipping may share one address row until they differ.

    Whatever a change of that row makes of the other address is unverified: the shipping address gets a row of its own.
    """
    rows = [get(current, (name, "Id")) for name in (BILLING, SHIPPING)]
    if not rows[0] or rows[0] != rows[1]:
        return body
    shipping = body.get(SHIPPING) or (_complete(current[SHIPPING], current[SHIPPING]) if BILLING in body else None)
    if not isinstance(shipping, dict):
        return body
    return {**body, SHIPPING: {name: value for name, value in shipping.items() if name != "Id"}}


def _check_countries(change: Change) -> Iterator[InvalidChange]:
    for item in change.assignments:
        if item.leaf.path.endswith(".countryCode") and not item.clears and item.value not in ALPHA3:
            words = f"{item.value} is no country of ISO 3166-1."
            yield InvalidChange(ErrorCode.NOT_A_CHOICE, words, path=item.path)


def _where(wanted: ListFilter) -> str:
    """A plain list is of active customers only. That both words together give all is unverified."""
    active = "in (true, false)" if wanted.active is None else f"= {str(wanted.active).lower()}"
    parts = [f"Active {active}"]
    if wanted.name is not None:
        parts.append(f"DisplayName like {_quoted(f'%{wanted.name}%')}")
    if wanted.email is not None:
        parts.append(f"PrimaryEmailAddr = {_quoted(wanted.email)}")
    if wanted.updated_since is not None:
        parts.append(f"MetaData.LastUpdatedTime >= {_quoted(wanted.updated_since)}")
    return " and ".join(parts)


def _quoted(text: str) -> str:
    """That a backslash is escaped by another one is inferred."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _named_values(info: JsonObject) -> dict[str, str]:
    """`NameValue` of a company: its list of names with values."""
    listed = info.get("NameValue")
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    return {str(row.get("Name")): str(row["Value"]) for row in rows if row.get("Value") not in (None, "")}
