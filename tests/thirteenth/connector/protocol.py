"""Tinybooks' calls. The update is partial and answers the customer whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import quote

from gql_gateway.connectors.base import Connector, Conversation, ListFilter, Listing, Step, read_object
from gql_gateway.errors import GatewayError, ProviderProtocolError
from gql_gateway.fields.change import Change
from gql_gateway.fields.wire import partial_body
from gql_gateway.model.connection import Connection
from gql_gateway.model.customer import Company
from gql_gateway.model.json import JsonObject
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Answer, Call

from . import errors
from .fields import TABLE, TinybooksCustomerInput, TinybooksDetails
from .manifest import MANIFEST


class Tinybooks(Connector):
    manifest = MANIFEST
    table = TABLE
    input_type = TinybooksCustomerInput
    details = TinybooksDetails
    needs_current = False

    def authorize(self, connection: Connection) -> Mapping[str, str]:
        return {"X-Api-Key": connection.credentials["api_key"]}

    def read(self, ref: Ref) -> Conversation[JsonObject | None]:
        answer = yield Call("customer", "GET", _path(ref))
        if answer.status == 404:
            return None
        if not answer.ok:
            raise errors.explain(answer)
        return _customer(answer)

    def plan(self, ref: Ref, change: Change, current: JsonObject | None) -> Iterator[Step]:
        if change:
            yield Step("customer", "PATCH", _path(ref), body=partial_body(change))

    def stored(self, step: Step, answer: Answer) -> JsonObject | None:
        return _customer(answer)

    def list(self, company_id: str | None, wanted: ListFilter, offset: int, limit: int) -> Conversation[Listing]:
        named = () if wanted.name is None else (("name", wanted.name),)
        query = (("offset", str(offset)), ("limit", str(limit)), *named)
        answer = yield Call("customers", "GET", "/v1/customers", query)
        if not answer.ok:
            raise errors.explain(answer)
        body = read_object(answer)
        rows, total = body.get("customers"), body.get("total")
        if not isinstance(rows, list) or not isinstance(total, int):
            raise ProviderProtocolError("Tinybooks' list holds no customers.", provider_code=str(answer.status))
        return Listing([row for row in rows if isinstance(row, dict)], offset + len(rows) < total, total)

    def companies(self, connection: Connection) -> Conversation[Sequence[Company]]:
        yield from ()
        return [Company("1", "Tinybooks")]

    def explain(self, answer: Answer) -> GatewayError:
        return errors.explain(answer)

    def blamed(self, answer: Answer) -> Iterable[str]:
        field = errors.read_error(answer).get("field")
        return [field] if isinstance(field, str) else []

    def native_id(self, document: JsonObject) -> str:
        return str(document["id"])


def _path(ref: Ref) -> str:
    return f"/v1/customers/{quote(ref.native_id, safe='', errors='surrogatepass')}"


def _customer(answer: Answer) -> JsonObject:
    document = read_object(answer)
    if not isinstance(document.get("id"), str):
        raise ProviderProtocolError("Tinybooks answered without a customer.", provider_code=str(answer.status))
    return document
