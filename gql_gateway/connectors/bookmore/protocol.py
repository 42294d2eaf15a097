"""BookMore's calls. An update replaces nine values as a set: those not asked for are sent as the record has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ...errors import ErrorCode, GatewayError, InvalidChange, ProviderProtocolError
from ...fields.change import Change
from ...fields.convert import as_time
from ...fields.table import Kind
from ...fields.wire import full_record, path_of, predicted
from ...model.connection import Connection
from ...model.customer import Company
from ...model.json import JsonObject
from ...model.ref import Ref
from ...outbound.message import Answer, Call
from ..base import Connector, Conversation, Found, ListFilter, Listing, Step, read_object
from . import errors
from .fields import BLANK, TABLE, BookmoreCustomerInput, BookmoreDetails
from .manifest import MANIFEST
from .pages import SIZE, flat, turn

MOST_PAGES = 200
NINE = tuple(leaf.fact.name for leaf in TABLE.leaves)


class Bookmore(Connector):
    manifest = MANIFEST
    table = TABLE
    input_type = BookmoreCustomerInput
    details = BookmoreDetails
    needs_current = True

    def authorize(self, connection: Connection) -> Mapping[str, str]:
        known = connection.credentials
        headers = {"x-api-key": known["api_key"]}
        if token := known.get("access_token"):
            headers["Authorization"] = f"Bearer {token}"
        return headers

    def read(self, ref: Ref) -> Conversation[JsonObject | None]:
        """There is no read of one customer: the list is paged through until its id appears."""
        found = yield from self.read_many(ref.company_id, (ref.native_id,))
        return found[ref.native_id]

    def read_many(self, company_id: str | None, native_ids: Sequence[str]) -> Conversation[Found]:
        """One way through the list for all of them: it ends where the last one appears."""
        found: dict[str, JsonObject | None] = dict.fromkeys(native_ids)
        missing, seen = set(native_ids), set[str]()
        passed, first, older = 0, 0, False
        for number in range(1, MOST_PAGES + 1):
            page = yield from turn(company_id, number, passed, older)
            for document in page.documents:
                if document["Id"] in missing:
                    found[document["Id"]] = document
                    missing.remove(document["Id"])
            if not missing:
                return found
            ids = {self.native_id(document) for document in page.documents}
            size = len(page.documents)
            passed, first, older = passed + size, first or size, older or page.older
            if page.total is not None and passed >= page.total:
                return found
            if not ids - seen:
                if page.total is not None:
                    raise _unending(f"ends after {len(seen)} customers although it tells of {page.total}")
                return found
            # Against the first page, not against the size asked for: the host may give smaller pages.
            if page.total is None and size < first:
                return found
            seen |= ids
        raise _unending(f"goes on after {MOST_PAGES} pages, and the customer was not among them")

    def plan(self, ref: Ref, change: Change, current: JsonObject | None) -> Iterator[Step]:
        if not change or current is None:
            return
        record = full_record(change, current)
        body: JsonObject = {"Id": ref.native_id}
        for name in NINE:
            value = record.get(name)
            body[name] = BLANK if value is None else value
        if ref.company_id is not None:
            body["CompanyId"] = ref.company_id
        yield Step("customer", "PUT", "/eaccounting/customers", body=body)

    def check(self, change: Change, current: JsonObject) -> Iterator[InvalidChange]:
        """Besides the facts: what the set takes over from the record has to be fit for being sent."""
        yield from super().check(change, current)
        record = predicted(change, current)
        for leaf in TABLE.leaves:
            value, limit = record.get(leaf.fact.name), leaf.fact.max_length
            if leaf.kind in (Kind.BOOLEAN, Kind.ENUM) and not isinstance(value, bool):
                words = f"The provider takes a missing {leaf.path} for false, and the current record has none."
                yield InvalidChange(ErrorCode.REQUIRED, words, path=path_of(leaf, change))
            elif limit is not None and isinstance(value, str) and len(value) > limit:
                words = (
                    f"{leaf.path} has {len(value)} characters in the current record and every update carries it, but "
                    f"the provider takes {limit} at most: nothing can be updated unless the change gives a shorter one."
                )
                yield InvalidChange(ErrorCode.TOO_LONG, words, path=path_of(leaf, change))

    def risks(self, change: Change, current: JsonObject | None) -> Iterable[str]:
        others = set(current or ()) - {"Id", *NINE}
        yield (
            "BookMore's update carries nine values. Whether the record's "
            f"{len(others)} other properties survive it at Visma eAccounting is unverified; the gateway compares "
            "BookMore's answer with the record read before and names each property that changed."
        )
        yield (
            "BookMore knows no version: an edit of these nine values that somebody makes between the gateway's read "
            "and its write is overwritten."
        )

    def stored(self, step: Step, answer: Answer) -> JsonObject | None:
        document = flat(read_object(answer))
        sent, told = (_member(value, "Id") for value in (step.body, document))
        if told.lower() != sent.lower():
            raise ProviderProtocolError(
                "BookMore answered the update without the record that was written.", provider_code=str(answer.status)
            )
        return document

    def list(self, company_id: str | None, wanted: ListFilter, offset: int, limit: int) -> Conversation[Listing]:
        found: list[JsonObject] = []
        place, older, more = offset, False, True
        total: int | None = None
        while more and len(found) < limit:
            page = yield from turn(company_id, place // SIZE + 1, place, older)
            older = older or page.older
            fresh = page.documents[0 if older else place % SIZE :]
            found += fresh
            place += len(fresh)
            total = page.total
            more = bool(fresh) and (len(page.documents) == SIZE if total is None else place < total)
        return Listing(found[:limit], more or len(found) > limit, total)

    def companies(self, connection: Connection) -> Conversation[Sequence[Company]]:
        """The own company of the API keys: no call lists the companies of a user, who belongs to one."""
        answer = yield Call("api keys", "GET", "/apikeys")
        if not answer.ok:
            raise errors.explain(answer)
        keys = read_object(answer).get("ApiKeys")
        ids = [_member(key, "CompanyId") for key in keys] if isinstance(keys, list) else []
        companies = []
        for company_id in dict.fromkeys(filter(None, ids)):
            answer = yield Call("company", "GET", "/companies", (("Id", company_id),))
            companies.append(_company(company_id, answer))
        return companies

    def explain(self, answer: Answer) -> GatewayError:
        return errors.explain(answer)

    def blamed(self, answer: Answer) -> Iterable[str]:
        return errors.blamed(answer)

    def refused(self, answer: Answer) -> bool:
        return super().refused(answer) or errors.is_not_found(answer, errors.read_refusal(answer))

    def version(self, document: JsonObject) -> str | None:
        """`ChangedUtc`, which builds of the API spell in two ways; without it one made from the content."""
        changed = as_time(document.get("ChangedUtc"))
        return super().version(document) if changed is None else changed.isoformat()

    def native_id(self, document: JsonObject) -> str:
        return str(document["Id"])


def _company(company_id: str, answer: Answer) -> Company:
    """A company with its public data; without them it is still one that the credentials reach."""
    results = read_object(answer).get("Results") if answer.ok else None
    named = [item for item in results if _member(item, "Id") == company_id] if isinstance(results, list) else []
    told: Any = named[0] if named else {}
    active = told.get("Active")
    return Company(
        company_id,
        _member(told, "Name") or None,
        _member(told, "CountryId") or None,
        active=active if isinstance(active, bool) else None,
    )


def _member(value: Any, name: str) -> str:
    """A member of a JSON object as text, empty when it is none."""
    found = value.get(name) if isinstance(value, dict) else None
    return "" if found is None else str(found)


def _unending(words: str) -> ProviderProtocolError:
    return ProviderProtocolError(f"BookMore's list of customers {words}.")
