"""Fortnox's calls. The update is partial: only what the caller asked for is sent, never what was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from ...errors import GatewayError
from ...fields.change import Change
from ...fields.wire import partial_body
from ...model.connection import Connection
from ...model.customer import Company
from ...model.json import JsonObject
from ...model.ref import Ref
from ...outbound.message import Answer, Call
from ..base import Connector, Conversation, ListFilter, Listing, Step, read_object
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
        return read_object(answer, "Customer")

    def list(self, company_id: str | None, wanted: ListFilter, offset: int, limit: int) -> Conversation[Listing]:
        query = (*_query(wanted), ("offset", str(offset)), ("limit", str(min(limit, PAGE))))
        answer = yield Call("customers", "GET", "/3/customers", query)
        if not answer.ok:
            raise errors.explain(answer)
        body = read_object(answer)
        items = body.get("Customers")
        documents = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        total = read_object(answer, "MetaInformation").get("@TotalResources")
        count = total if isinstance(total, int) else None
        more = offset + len(documents) < count if count is not None else len(documents) == limit
        if wanted.number is not None:
            # Fortnox matches "contains": 12 also finds 112 and 120.
            documents = [item for item in documents if item.get("CustomerNumber") == wanted.number]
        return Listing(documents, more, count if wanted.number is None else None)

    def companies(self, connection: Connection) -> Conversation[Sequence[Company]]:
        answer = yield Call("company", "GET", "/3/companyinformation")
        if not answer.ok:
            raise errors.explain(answer)
        company = read_object(answer, "CompanyInformation")
        # An integer here, a text in /3/settings/company: compared as text.
        number, name, country = (company.get(key) for key in ("DatabaseNumber", "CompanyName", "CountryCode"))
        return [Company(str(number), str(name) if name else None, str(country) if country else None)]

    def explain(self, answer: Answer) -> GatewayError:
        return errors.explain(answer)

    def unauthorized(self, answer: Answer) -> bool:
        return answer.status == 401 or errors.read_error(answer)[0] in errors.BAD_TOKEN

    def native_id(self, document: JsonObject) -> str:
        return str(document["CustomerNumber"])


def _path(ref: Ref) -> str:
    return f"/3/customers/{quote(ref.native_id, safe='')}"


def _query(wanted: ListFilter) -> tuple[tuple[str, str], ...]:
    """Fortnox takes one filter of its own per call, which `lastmodified` may join."""
    named = {
        "customernumber": wanted.number,
        "name": wanted.name,
        "email": wanted.email,
        "filter": None if wanted.active is None else "active" if wanted.active else "inactive",
    }
    query = tuple((name, value) for name, value in named.items() if value is not None)
    if wanted.updated_since is not None:
        query += (("lastmodified", wanted.updated_since.replace("T", " ")[:16]),)
    return query
