"""Fortnox's calls. The update is partial: only what the caller asked for is sent, never what was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC
from urllib.parse import quote

from ...errors import ErrorCode, GatewayError, InvalidChange, ProviderProtocolError, ProviderRejected
from ...fields.change import Change
from ...fields.convert import as_text, as_time
from ...fields.wire import partial_body
from ...model.connection import Connection
from ...model.customer import Company, Customer
from ...model.json import JsonObject
from ...model.ref import Ref
from ...outbound.message import Answer, Call
from ..base import Connector, Conversation, ListFilter, Listing, Step, content_version, read_object
from . import errors
from .fields import TABLE, FortnoxCustomerInput, FortnoxDetails
from .manifest import MANIFEST

PAGE = 500


class Fortnox(Connector):
    manifest = MANIFEST
    table = TABLE
    input_type = FortnoxCustomerInput
    details = FortnoxDetails
    needs_current = False
    listed = frozenset({"companyName", "number", "taxNumber"})

    def authorize(self, connection: Connection) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {connection.credentials['access_token']}"}

    def read(self, ref: Ref) -> Conversation[JsonObject | None]:
        answer = yield Call("customer", "GET", _path(ref))
        if answer.status == 404:
            return None
        if not answer.ok:
            raise errors.explain(answer)
        return read_object(answer, "Customer")

    def plan(self, ref: Ref, change: Change, current: JsonObject | None) -> Iterator[Step]:
        if change:
            yield Step("customer", "PUT", _path(ref), body={"Customer": partial_body(change)})

    def stored(self, step: Step, answer: Answer) -> JsonObject | None:
        document = read_object(answer, "Customer")
        self.native_id(document)
        return document

    def list(self, company_id: str | None, wanted: ListFilter, offset: int, limit: int) -> Conversation[Listing]:
        query = _query(wanted)
        if wanted.number is None:
            page = yield from _page(query, offset, min(limit, PAGE))
            return page
        found = (yield from _find(wanted.number, query)) if wanted.number else []
        return Listing(found[offset : offset + limit], False, len(found))

    def companies(self, connection: Connection) -> Conversation[Sequence[Company]]:
        answer = yield Call("company", "GET", "/3/companyinformation")
        if not answer.ok:
            raise errors.explain(answer)
        company = read_object(answer, "CompanyInformation")
        # An integer here, a text in /3/settings/company: compared as text.
        number, name, country = (as_text(company.get(key)) for key in ("DatabaseNumber", "CompanyName", "CountryCode"))
        if number is None:
            raise ProviderProtocolError("Fortnox's company has no DatabaseNumber.", provider_code=str(answer.status))
        return [Company(number, name, country)]

    def explain(self, answer: Answer) -> GatewayError:
        return errors.explain(answer)

    def blamed(self, answer: Answer) -> Iterable[str]:
        return errors.blamed(answer)

    def unauthorized(self, answer: Answer) -> bool:
        return answer.status == 401 or (not answer.ok and errors.read_error(answer)[0] in errors.BAD_TOKEN)

    def native_id(self, document: JsonObject) -> str:
        number = as_text(document.get("CustomerNumber"))
        if number is None:
            raise ProviderProtocolError("Fortnox's answer holds a customer without a number.")
        return number

    def version(self, document: JsonObject) -> str | None:
        """Nothing is null in one answer and "" in another, which makes no other version."""
        filled: JsonObject = {name: value for name, value in document.items() if value not in (None, "")}
        return content_version(filled, self.manifest.volatile)

    def parse(self, document: JsonObject, ref: Ref, *, whole: bool = True) -> Customer:
        """The number is the key: a customer whose number was changed goes by the new one."""
        return super().parse(document, replace(ref, native_id=self.native_id(document)), whole=whole)


def _path(ref: Ref) -> str:
    if not ref.native_id.strip("."):
        # Encoded or not, a segment of dots is a direction to what stands between here and Fortnox.
        raise ProviderRejected(ErrorCode.NOT_FOUND, "Fortnox does not know this customer.", path=("customer",))
    return f"/3/customers/{quote(ref.native_id, safe='', errors='surrogatepass')}"


def _page(query: tuple[tuple[str, str], ...], offset: int, limit: int) -> Conversation[Listing]:
    answer = yield Call("customers", "GET", "/3/customers", (*query, ("offset", str(offset)), ("limit", str(limit))))
    if not answer.ok:
        raise errors.explain(answer)
    body = read_object(answer)
    items, meta = body.get("Customers"), body.get("MetaInformation")
    if not isinstance(items, list):
        raise ProviderProtocolError("Fortnox's list holds no customers.", provider_code=str(answer.status))
    documents = [item for item in items if isinstance(item, dict)]
    # The OpenAPI document knows no MetaInformation, recorded answers have it.
    total = meta.get("@TotalResources") if isinstance(meta, dict) else None
    count = total if isinstance(total, int) else None
    more = len(items) == limit if count is None else offset + len(items) < count
    return Listing(documents, bool(items) and more, count)


def _find(number: str, query: tuple[tuple[str, str], ...]) -> Conversation[Sequence[JsonObject]]:
    """The customer of a number. Fortnox matches "contains": 12 also finds 112 and 120, perhaps pages before 12."""
    offset, more = 0, True
    while more:
        page = yield from _page(query, offset, PAGE)
        if found := [item for item in page.documents if item.get("CustomerNumber") == number]:
            return found
        offset, more = offset + PAGE, page.more
    return []


def _query(wanted: ListFilter) -> tuple[tuple[str, str], ...]:
    """Fortnox takes one filter of its own per call, which `lastmodified` may join."""
    named = {
        "number": ("customernumber", wanted.number),
        "name": ("name", wanted.name),
        "email": ("email", wanted.email),
        "active": ("filter", None if wanted.active is None else "active" if wanted.active else "inactive"),
    }
    given = [(ours, theirs, value) for ours, (theirs, value) in named.items() if value is not None]
    for ours, _, _ in given[1:]:
        words = f"Fortnox filters by one of {', '.join(named)} at a time, and by updatedSince besides."
        raise InvalidChange(ErrorCode.UNSUPPORTED, words, path=("filter", ours))
    query = tuple((theirs, value) for _, theirs, value in given)
    if wanted.updated_since is not None and (since := _minute(wanted.updated_since)):
        query += (("lastmodified", since),)
    return query


def _minute(time: str) -> str | None:
    """A moment as `lastmodified` wants it, in UTC.

    Its zone is not documented. Should it be Swedish time, the minute sent is an hour or two too early: more customers
    are listed than asked for, never fewer.
    """
    moment = as_time(time)
    if moment is None:
        return None
    with suppress(OverflowError):
        moment = moment.astimezone(UTC)
    return moment.isoformat(" ")[:16]
