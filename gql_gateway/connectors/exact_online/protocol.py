"""Exact Online's calls. A customer is spread over several resources: one document to read, a plan of calls to write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from ...errors import ErrorCode, GatewayError, InvalidChange, ProviderProtocolError
from ...fields.change import Assignment, Change
from ...fields.convert import as_integer, as_text, as_time
from ...fields.document import get
from ...fields.formats import UUID
from ...fields.wire import Locate, full_record, path_of, predicted
from ...model.connection import Connection
from ...model.customer import Company, Customer
from ...model.json import JsonObject
from ...model.ref import Ref
from ...outbound.message import Answer, Call
from ..base import Connector, Conversation, ListFilter, Listing, Step, read_json
from ..entries import check_known_again, unmet
from . import errors
from .answers import BASE, Query, all_rows, moment, resource, selected, text, told_object, told_page
from .fields import ACTIVE, TABLE, ExactOnlineCustomerInput, ExactOnlineDetails
from .manifest import MANIFEST
from .reading import LISTED, read_document, with_activity
from .spelling import padded_number, read_code
from .steps import Update

PAGE = 60
FURTHEST = 50
"""Pages of a list that are read to come to an offset: Exact has no way to begin in the middle."""
DIVISION = ("Code", "Description", "Country", "Status", "BlockingStatus")
IN_USE = 1
FRACTIONS = ("discount", "purchaseDiscount")
LEAVES = {leaf.path: leaf for leaf in TABLE.leaves}


class ExactOnline(Connector):
    manifest = MANIFEST
    table = TABLE
    input_type = ExactOnlineCustomerInput
    details = ExactOnlineDetails
    needs_current = True
    listed = frozenset(
        {"companyName", "number", "vatId", "taxNumber", "emailAddresses", "phoneNumbers", "currency", "language"}
        | {"paymentTerms", "website", "notes", "active", "createdAt", "updatedAt"}
    )

    def authorize(self, connection: Connection) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {connection.credentials['access_token']}"}

    def read(self, ref: Ref) -> Conversation[JsonObject | None]:
        """An id that is none is never asked for: refusals are counted."""
        if not UUID.matches(ref.native_id):
            return None
        document = yield from read_document(_company(ref.company_id), ref.native_id)
        return document

    def plan(self, ref: Ref, change: Change, current: JsonObject | None) -> Iterator[Step]:
        if current is None:
            return
        news = unmet(change, current, self.locate)
        wanted = full_record(news, current, self.locate)
        yield from Update(_company(ref.company_id), news, current, wanted, self.locate).plan()

    def bound(self, change: Change, current: JsonObject) -> Change:
        """`active` is kept as the last day of the account, unless the change gives that itself."""
        active = change.get("active")
        if active is None or change.get("endDate") is not None or get(current, (ACTIVE,)) is active.value:
            return change
        end = None if active.value else _day_before(str(current.get("Today")))
        return replace(change, assignments=(*change.assignments, Assignment(LEAVES["endDate"], end, active.path)))

    def check(self, change: Change, current: JsonObject) -> Iterator[InvalidChange]:
        yield from super().check(change, current)
        yield from _check_regions(change, current, self.locate)
        yield from _check_fractions(change)
        yield from check_known_again(change, current, "contactPersons", "contact persons have this name")
        yield from _check_day(change, current)

    def stored(self, step: Step, answer: Answer) -> JsonObject | None:
        """A PUT and a DELETE are answered with nothing, a POST with the new row's id: never with all of a customer."""
        if step.method == "POST":
            if not as_text(told_object(answer).get("ID")):
                raise ProviderProtocolError("Exact Online's answer holds no id.", provider_code=str(answer.status))
        elif answer.body.strip():
            read_json(answer)
        return None

    def list(self, company_id: str | None, wanted: ListFilter, offset: int, limit: int) -> Conversation[Listing]:
        """Accounts that are customers. A page is found by the token of the one before: the way leads through all."""
        path = resource(_company(company_id), "crm/Accounts")
        query: Query = (("$filter", " and ".join(_terms(wanted))), selected(LISTED))
        found: list[JsonObject] = []
        paging: Query = ()
        for _ in range(FURTHEST):
            answer = yield Call("accounts", "GET", path, (*query, *paging))
            if not answer.ok:
                raise errors.explain(answer)
            rows, token = told_page(answer)
            found += [with_activity(item, answer) for item in rows]
            if token is None or len(found) >= offset + limit:
                documents = found[offset : offset + limit]
                more = token is not None or len(found) > offset + limit
                return Listing(documents, bool(documents) and more)
            paging = (("$skiptoken", token),)
        words = f"Exact Online's list can be read up to its entry {FURTHEST * PAGE}: narrow it by a filter."
        raise InvalidChange(ErrorCode.UNSUPPORTED, words, path=("after",))

    def companies(self, connection: Connection) -> Conversation[Sequence[Company]]:
        """The companies that the user granted. One that is blocked for a while takes no update: it is not active."""
        answer = yield Call("me", "GET", f"{BASE}/current/Me", (selected(("CurrentDivision",)),))
        if not answer.ok:
            raise errors.explain(answer)
        rows, _ = told_page(answer)
        current = as_integer(rows[0].get("CurrentDivision")) if rows else None
        if current is None:
            raise ProviderProtocolError("Exact Online does not tell the user's company.")
        path = resource(str(current), "system/Divisions")
        divisions = yield from all_rows("companies", path, (selected(DIVISION),))
        return [company for item in divisions if (company := _told_company(item)) is not None]

    def explain(self, answer: Answer) -> GatewayError:
        return errors.explain(answer)

    def blamed(self, answer: Answer) -> Iterable[str]:
        return errors.blamed(answer)

    def refused(self, answer: Answer) -> bool:
        """Rules of the business are told with 500."""
        return super().refused(answer) or errors.is_rule(answer)

    def pause_told(self, answer: Answer) -> float | None:
        return errors.wait_told(answer)

    def wait_asked(self, answer: Answer) -> float | None:
        return errors.wait_told(answer)

    def share(self, call: Call) -> str:
        """Limits are counted for each company."""
        return call.path.removeprefix(f"{BASE}/").partition("/")[0]

    def endpoint(self, call: Call) -> str:
        """Refusals are counted for each resource of a company, whichever of its rows is meant."""
        return call.path.partition("(")[0]

    def risks(self, change: Change, current: JsonObject | None) -> Iterable[str]:
        status = change.get("customerStatus")
        if status is not None and status.value != "CUSTOMER":
            yield "An account of another status than CUSTOMER is no longer in Exact Online's lists of customers."

    def native_id(self, document: JsonObject) -> str:
        id = as_text(get(document, ("Account", "ID")) or None)
        if id is None:
            raise ProviderProtocolError("Exact Online's answer holds an account without an ID.")
        return id

    def parse(self, document: JsonObject, ref: Ref, *, whole: bool = True) -> Customer:
        """The day of the answer is only for writing."""
        shown = {name: value for name, value in document.items() if name != "Today"}
        return super().parse(shown, ref, whole=whole)


def _company(company_id: str | None) -> str:
    if company_id is None:
        raise ProviderProtocolError("A call to Exact Online names its company.")
    return company_id


def _day_before(today: str) -> str:
    return (date.fromisoformat(today) - timedelta(days=1)).isoformat()


def _told_company(division: JsonObject) -> Company | None:
    code = as_integer(division.get("Code"))
    if code is None:
        return None
    name, country = as_text(division.get("Description")), as_text(division.get("Country"))
    status, blocking = (as_integer(division.get(part)) for part in ("Status", "BlockingStatus"))
    active = None if status is None else status == IN_USE and not blocking
    return Company(str(code), name, country.strip() if country else None, active=active)


def _terms(wanted: ListFilter) -> Iterator[str]:
    """OData. Without one of certain fields in its filter, `Status` among them, the list is refused."""
    yield "Status eq 'C'"
    if wanted.number is not None:
        yield f"Code eq {text(padded_number(wanted.number))}"
    if wanted.name is not None:
        yield f"Name eq {text(wanted.name)}"
    if wanted.email is not None:
        yield f"Email eq {text(wanted.email)}"
    if (since := as_time(wanted.updated_since)) is not None:
        yield f"Modified ge {moment(since)}"


def _check_regions(change: Change, current: JsonObject, locate: Locate) -> Iterator[InvalidChange]:
    """Exact refuses a country together with the region of another: the caller says what becomes of the region."""
    record = predicted(change, current, locate)
    for item in change.assignments:
        holder, _, name = item.leaf.path.rpartition(".")
        region = LEAVES.get(f"{holder}.region")
        place = locate(item.leaf, current)
        if name != "countryCode" or region is None or place is None or change.get(region.path) is not None:
            continue
        before, after = (read_code(get(document, place) or "") for document in (current, record))
        if before != after and (state := as_text(get(record, region.native) or None)) is not None:
            words = f"The region {state} is one of {before or 'no country'}: give the region too, or null for none."
            yield InvalidChange(ErrorCode.REQUIRED, words, path=path_of(region, change))


def _check_fractions(change: Change) -> Iterator[InvalidChange]:
    for name in FRACTIONS:
        item = change.get(name)
        if item is not None and not item.clears and not 0 <= item.value <= 1:
            words = f"{name} is a fraction from 0 to 1: 0.055 is 5.5 %."
            yield InvalidChange(ErrorCode.BAD_FORMAT, words, path=item.path)


def _check_day(change: Change, current: JsonObject) -> Iterator[InvalidChange]:
    """The last day is the one before the provider's own, which has to be known."""
    active = change.get("active")
    ends = active is not None and active.value is False and get(current, (ACTIVE,)) is not False
    if active is not None and ends and change.get("endDate") is None and as_text(current.get("Today")) is None:
        words = "Exact Online did not tell which day it is: give endDate instead."
        yield InvalidChange(ErrorCode.UNSUPPORTED, words, path=active.path)
