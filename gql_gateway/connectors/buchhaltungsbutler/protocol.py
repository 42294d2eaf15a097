"""BuchhaltungsButler's calls, each a POST. An update carries every value that is not empty, from change or record."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from ...errors import GatewayError, ProviderProtocolError
from ...fields.change import Change
from ...fields.wire import full_record
from ...model.connection import Connection
from ...model.customer import Company, Customer
from ...model.json import Json, JsonObject
from ...model.ref import Ref
from ...outbound.message import Answer, Call
from ..base import Connector, Conversation, Found, ListFilter, Listing, Step, read_object
from . import errors
from .fields import DEBTOR, SENT_AS, TABLE, BuchhaltungsbutlerCustomerInput, BuchhaltungsbutlerDetails
from .manifest import MANIFEST

SIZE = 25
"""Debtors on a page: the default. A limit above the maximum is refused, and the maximum is unverified."""

MOST_PAGES = 200
WRITABLE = tuple(leaf.fact.name for leaf in TABLE.leaves if leaf.fact.derived is None)

_NUMBER = re.compile(r"0*([1-9][0-9]{0,8})")
# The collective account is the first of its range. That the list contains it, and with this type, is unverified.
_COLLECTIVE = re.compile(r"10{4,}")


class BuchhaltungsButler(Connector):
    manifest = MANIFEST
    table = TABLE
    input_type = BuchhaltungsbutlerCustomerInput
    details = BuchhaltungsbutlerDetails
    needs_current = True

    def authorize(self, connection: Connection) -> Mapping[str, str]:
        known = connection.credentials
        pair = f"{known['api_client']}:{known['api_secret']}".encode()
        return {"Authorization": f"Basic {b64encode(pair).decode()}"}

    def authorized(self, call: Call, connection: Connection) -> Call:
        """The API key stands in the body of each call."""
        body = call.body if isinstance(call.body, dict) else {}
        return replace(call, body={"api_key": connection.credentials["api_key"], **body})

    def read(self, ref: Ref) -> Conversation[JsonObject | None]:
        """There is no read of one debtor: the list is paged through until its number appears."""
        found = yield from self.read_many(ref.company_id, (ref.native_id,))
        return found[ref.native_id]

    def read_many(self, company_id: str | None, native_ids: Sequence[str]) -> Conversation[Found]:
        """One way through the list for all of them: it ends where the last one appears."""
        numbers = {native_id: _number(native_id) for native_id in native_ids}
        rows = yield from _find({number for number in numbers.values() if number is not None})
        return {native_id: rows.get(number) for native_id, number in numbers.items()}

    def plan(self, ref: Ref, change: Change, current: JsonObject | None) -> Iterator[Step]:
        if current is None:
            return
        record = full_record(change, current)
        if record == current:
            return
        body: JsonObject = {"postingaccount_number": int(self.native_id(current))}
        for name in WRITABLE:
            if (value := record.get(name)) not in (None, ""):
                body[SENT_AS.get(name, name)] = value
        yield Step("debtor", "POST", "/api/v1/settings/update/debtor", body=body)

    def risks(self, change: Change, current: JsonObject | None) -> Iterable[str]:
        yield (
            "Whether BuchhaltungsButler's update empties what it does not carry is unverified, so it carries every "
            "value of the record that is not empty. There is no version: an edit of these values that somebody makes "
            "between the gateway's read and its write is overwritten."
        )

    def stored(self, step: Step, answer: Answer) -> JsonObject | None:
        """The answer lacks values that the list has (the customer number, for one), so the list is read again."""
        sent = step.body.get("postingaccount_number") if isinstance(step.body, dict) else None
        if read_object(answer).get("success") is not True or _number_in(read_object(answer, "data")) != str(sent):
            raise ProviderProtocolError(
                "BuchhaltungsButler answered the update without the debtor that was written.",
                provider_code=str(answer.status),
            )
        return None

    def list(self, company_id: str | None, wanted: ListFilter, offset: int, limit: int) -> Conversation[Listing]:
        found: list[JsonObject] = []
        place, more = offset, True
        while more and len(found) < limit:
            # One more than wanted tells whether the list goes on: no answer says how long it is.
            size = min(SIZE, limit - len(found) + 1)
            rows = yield from _page(place, size)
            found += filter(_is_customer, rows)
            place += len(rows)
            more = len(rows) >= size
        return Listing(found[:limit], more or len(found) > limit)

    def companies(self, connection: Connection) -> Conversation[Sequence[Company]]:
        """The one account that the API key selects. No call names it, so it goes by the connection's own id."""
        answer = yield Call("payment accounts", "POST", "/api/v1/accounts/get", body={})
        refusal = errors.read_refusal(answer)
        inactive = refusal is not None and (refusal.status, refusal.code) == (403, errors.INACTIVE)
        if refusal is not None and not inactive:
            raise errors.explain(answer)
        if refusal is None and read_object(answer).get("success") is not True:
            raise ProviderProtocolError(
                "BuchhaltungsButler's answer does not say whether the credentials are good.",
                provider_code=str(answer.status),
            )
        # The API tells no country; the product is for German businesses.
        return [Company(connection.id, None, "DE", active=not inactive)]

    def explain(self, answer: Answer) -> GatewayError:
        return errors.explain(answer)

    def blamed(self, answer: Answer) -> Iterable[str]:
        return errors.blamed(answer)

    def succeeded(self, answer: Answer) -> bool:
        return errors.read_refusal(answer) is None

    def refused(self, answer: Answer) -> bool:
        refusal = errors.read_refusal(answer)
        return refusal is not None and 400 <= refusal.status < 500 and refusal.status != 408

    def not_taken(self, answer: Answer) -> bool:
        """What exceeding the limit answers is unverified: 429, or this."""
        refusal = errors.read_refusal(answer)
        return refusal is not None and (refusal.status, refusal.code) == (403, errors.RESTRICTED)

    def native_id(self, document: JsonObject) -> str:
        number = _number_in(document)
        if number is None:
            raise ProviderProtocolError("BuchhaltungsButler's answer holds a debtor without a number.")
        return number

    def parse(self, document: JsonObject, ref: Ref, *, whole: bool = True) -> Customer:
        """The number without leading zeros is the id, however the caller writes it."""
        return super().parse(document, replace(ref, native_id=self.native_id(document)), whole=whole)


def _find(numbers: Set[str]) -> Conversation[Mapping[str | None, JsonObject]]:
    """The customers among these debtors, by number."""
    found: dict[str, JsonObject] = {}
    seen: set[str] = set()
    passed, moved = 0, False
    if not numbers:
        return {}
    for _ in range(MOST_PAGES):
        rows = yield from _page(passed, SIZE)
        listed = {str(_number_in(row)): row for row in reversed(rows)}
        found = {number: row for number, row in listed.items() if number in numbers} | found
        if numbers <= found.keys():
            break
        # Debtors are never deleted: one that comes twice means that the list was sorted anew meanwhile.
        moved = moved or not seen.isdisjoint(listed)
        if len(rows) == SIZE and seen.issuperset(listed):
            raise _unread(f"repeats itself after {passed} debtors")
        if len(rows) < SIZE and moved:
            raise _unread("changed while it was read, and the customer may have been passed over")
        if len(rows) < SIZE:
            break
        seen.update(listed)
        passed += len(rows)
    else:
        raise _unread(f"goes on after {MOST_PAGES} pages, and the customer was not among them")
    return {number: row for number, row in found.items() if _is_customer(row)}


def _page(offset: int, limit: int) -> Conversation[Sequence[JsonObject]]:
    answer = yield Call("debtors", "POST", "/api/v1/settings/get/debtors", body={"limit": limit, "offset": offset})
    if errors.read_refusal(answer) is not None:
        raise errors.explain(answer)
    rows = read_object(answer).get("data")
    if not isinstance(rows, list):
        raise ProviderProtocolError("BuchhaltungsButler's list holds no debtors.", provider_code=str(answer.status))
    debtors = [row for row in rows if isinstance(row, dict) and _number_in(row) is not None]
    if len(debtors) < len(rows):
        raise _unread("holds an entry without a number")
    return debtors


def _is_customer(debtor: JsonObject) -> bool:
    """The collective account for all debtors is a system account, and no customer."""
    return debtor.get("type", DEBTOR) == DEBTOR and not _COLLECTIVE.fullmatch(_number_in(debtor) or "")


def _number_in(debtor: JsonObject) -> str | None:
    return _number(debtor.get("postingaccount_number"))


def _number(value: Json) -> str | None:
    """A debtor's number without leading zeros: an integer in one place, a text in another."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    match = _NUMBER.fullmatch(str(value))
    return match[1] if match else None


def _unread(words: str) -> ProviderProtocolError:
    return ProviderProtocolError(f"BuchhaltungsButler's list of debtors {words}.")
