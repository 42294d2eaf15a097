"""FreshBooks's calls. The update is partial: only what differs is sent, but for the list of contacts, which goes whole.

`vis_state` in an update makes FreshBooks throw everything else of that update away, so that it has a call of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from urllib.parse import quote

from ...errors import ConnectionProblem, ErrorCode, GatewayError, InvalidChange, Path, ProviderProtocolError
from ...fields.change import Change
from ...fields.convert import as_text, as_time
from ...fields.document import NativePath, get
from ...fields.wire import full_record, predicted
from ...model.connection import Connection
from ...model.customer import Company
from ...model.json import Json, JsonObject
from ...model.ref import Ref
from ...outbound.message import Answer, Call
from ..base import Connector, Conversation, Found, ListFilter, Listing, Step, content_version, read_object
from ..entries import by_position, check_known_again, unmet
from . import errors
from .companies import read_companies
from .countries import NAMES
from .fields import (
    ACTIVE,
    ARCHIVED,
    DELETED,
    EASTERN,
    NAMING,
    TABLE,
    FreshbooksCustomerInput,
    FreshbooksDetails,
    filled_from,
    kind_of,
)
from .manifest import MANIFEST

LARGEST_PAGE = 100
WHOLE = (("include[]", "contacts"),)
"""Without it an answer has no contacts at all."""
GIVEN_BY_FRESHBOOKS = ("contactid", "userid")


class Freshbooks(Connector):
    manifest = MANIFEST
    table = TABLE
    input_type = FreshbooksCustomerInput
    details = FreshbooksDetails
    needs_current = True

    def authorize(self, connection: Connection) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {connection.credentials['access_token']}"}

    def read(self, ref: Ref) -> Conversation[JsonObject | None]:
        if not _is_id(ref.native_id):
            return None
        answer = yield Call("client", "GET", _path(ref), WHOLE)
        if errors.is_not_found(answer):
            return None
        client = _client(answer)
        if not isinstance(client.get("contacts"), list):
            raise ProviderProtocolError("FreshBooks answered with a client but not with its contacts.")
        return client

    def read_many(self, company_id: str | None, native_ids: Sequence[str]) -> Conversation[Found]:
        """Pages of the list, narrowed to their ids. Who is not on them is read: a list hides some clients."""
        ids = [native_id for native_id in native_ids if _is_id(native_id)]
        found: dict[str, JsonObject] = {}
        for start in range(0, len(ids), LARGEST_PAGE):
            named = (("search[userids][]", native_id) for native_id in ids[start : start + LARGEST_PAGE])
            paging = (("page", "1"), ("per_page", str(LARGEST_PAGE)))
            answer = yield Call("clients", "GET", _clients_path(company_id), (*paging, *WHOLE, *named))
            clients, _, _ = _read_page(answer, 1)
            found |= {self.native_id(client): client for client in clients if isinstance(client.get("contacts"), list)}
        return found

    def plan(self, ref: Ref, change: Change, current: JsonObject | None) -> Sequence[Step]:
        if current is None:
            return ()
        wanted = full_record(unmet(change, current, self.locate), current, self.locate)
        body = _changed(current, wanted)
        state = body.pop("vis_state", None)
        path, paths = _path(ref), change.touched()
        steps = []
        if body:
            steps.append(_step("client", path, body, paths - {"active"}))
        if state in (ACTIVE, ARCHIVED):
            steps.append(_step("state", path, {"vis_state": state}, paths & {"active"}))
        # A client is edited while it is active: restored before the rest, archived after it.
        return steps[::-1] if state == ACTIVE else steps

    def bound(self, change: Change, current: JsonObject) -> Change:
        """Writing the list of contacts gives all of them new ids, so that they are told by their place."""
        return by_position(change, current)

    def check(self, change: Change, current: JsonObject) -> Iterator[InvalidChange]:
        yield from super().check(change, current)
        yield from _check_deleted(change, current)
        yield from _check_countries(change)
        yield from check_known_again(change, current, "contactPersons", "contacts have this e-mail address")
        record = predicted(change, current, self.locate)
        yield from _check_contacts(change, record)
        yield from _check_kind(change, current, record)

    def risks(self, change: Change, current: JsonObject | None) -> Iterable[str]:
        lists = [*(item.leaf.native for item in change.assignments), *(p for d in change.drops for p in d.branch.drops)]
        if any(place[0] == "contacts" for place in lists):
            yield (
                "FreshBooks replaces the list of contacts whole and knows no version: an edit of another contact that "
                "somebody makes between the gateway's read and its write is overwritten. Each contact gets a new id."
            )

    def stored(self, step: Step, answer: Answer) -> JsonObject | None:
        """The client, unless its contacts are missing: that `include[]` works on an update is known of others only."""
        client = _client(answer)
        return client if isinstance(client.get("contacts"), list) else None

    def succeeded(self, answer: Answer) -> bool:
        return answer.ok and not errors.complaints(answer)

    def refused(self, answer: Answer) -> bool:
        return errors.is_refusal(answer)

    def unauthorized(self, answer: Answer) -> bool:
        return errors.is_bad_token(answer)

    def explain(self, answer: Answer) -> GatewayError:
        return errors.explain(answer)

    def blamed(self, answer: Answer) -> Iterable[str]:
        return [item.place for item in errors.complaints(answer) if item.place]

    def native_id(self, document: JsonObject) -> str:
        id = as_text(document.get("id"))
        if id is None:
            raise ProviderProtocolError("FreshBooks's answer holds a client without an id.")
        return id

    def version(self, document: JsonObject) -> str | None:
        """Nothing is null in one answer and "" in another, which makes no other version."""
        filled: JsonObject = {name: value for name, value in document.items() if value not in (None, "", [])}
        return content_version(filled, self.manifest.volatile)

    def list(self, company_id: str | None, wanted: ListFilter, offset: int, limit: int) -> Conversation[Listing]:
        """Pages of the size asked for, where they begin at the offset; else the larger ones it lies in."""
        path, query = _clients_path(company_id), _query(wanted)
        size = limit if limit <= LARGEST_PAGE and offset % limit == 0 else LARGEST_PAGE
        found: list[JsonObject] = []
        number, skipped, more, total = offset // size + 1, offset % size, True, None
        while more and len(found) < limit:
            paging = (("page", str(number)), ("per_page", str(size)))
            answer = yield Call("clients", "GET", path, (*paging, *WHOLE, *query))
            clients, more, total = _read_page(answer, number)
            found += clients[skipped:]
            number, skipped = number + 1, 0
        return Listing(found[:limit], more or len(found) > limit, total)

    def companies(self, connection: Connection) -> Conversation[Sequence[Company]]:
        answer = yield Call("identity", "GET", "/auth/api/v1/users/me")
        if not self.succeeded(answer):
            raise errors.explain(answer)
        return read_companies(read_object(answer, "response"))


def _is_id(native_id: str) -> bool:
    return native_id.isascii() and native_id.isdecimal()


def _clients_path(company_id: str | None) -> str:
    if company_id is None or not company_id.strip("."):
        words = "FreshBooks needs a companyId, the id of an account; `companies` lists them."
        raise ConnectionProblem(ErrorCode.COMPANY_REQUIRED, words, path=("customer", "native", "companyId"))
    return f"/accounting/account/{quote(company_id, safe='', errors='surrogatepass')}/users/clients"


def _path(ref: Ref) -> str:
    return f"{_clients_path(ref.company_id)}/{quote(ref.native_id, safe='')}"


def _step(name: str, path: str, values: JsonObject, paths: frozenset[str]) -> Step:
    return Step(name, "PUT", path, WHOLE, {"client": values}, writes=True, paths=paths)


def _client(answer: Answer) -> JsonObject:
    """The client of an answer, which may be an error although its status is 200."""
    if not answer.ok or errors.complaints(answer):
        raise errors.explain(answer)
    client = read_object(answer, "response", "result", "client")
    if type(client.get("id")) is not int:
        raise ProviderProtocolError("FreshBooks answered without a client.", provider_code=str(answer.status))
    return client


def _changed(current: JsonObject, wanted: JsonObject) -> JsonObject:
    """The members that differ, as they are to be sent."""
    names = [name for name in dict.fromkeys([*wanted, *current]) if _filled(wanted, name) != _filled(current, name)]
    return {name: _contacts(wanted) if name == "contacts" else wanted.get(name) for name in names}


def _filled(document: JsonObject, name: str) -> Json:
    """A member of a client; every kind of nothing is one."""
    value = document.get(name)
    if name == "contacts":
        return _contacts(document)
    return None if value == "" else value


def _contacts(document: JsonObject) -> list[Json]:
    """All contacts as they are sent."""
    listed = document.get("contacts")
    return [_contact(entry) for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def _contact(entry: JsonObject) -> JsonObject:
    """Without its ids, and without what is empty: null may not be sent for a text."""
    return {name: entry[name] for name in entry if name not in GIVEN_BY_FRESHBOOKS and entry[name] not in (None, "")}


def _check_deleted(change: Change, current: JsonObject) -> Iterator[InvalidChange]:
    active = change.get("active")
    if current.get("vis_state") == DELETED and not (active is not None and active.value is True):
        words = "This client is deleted at FreshBooks, which takes no change of it. active: true restores it."
        yield InvalidChange(ErrorCode.UNSUPPORTED, words, path=("customer",))


def _check_countries(change: Change) -> Iterator[InvalidChange]:
    for item in change.assignments:
        if item.leaf.path.endswith(".countryCode") and not item.clears and item.value not in NAMES:
            words = f"{item.value} is the code of no country."
            yield InvalidChange(ErrorCode.NOT_A_CHOICE, words, path=item.path)


def _check_contacts(change: Change, record: JsonObject) -> Iterator[InvalidChange]:
    """What FreshBooks makes of a contact without any value is unverified."""
    emptied: dict[NativePath, Path] = {}
    for item in change.assignments:
        place = item.leaf.entry
        if item.clears and place is not None and place[0] == "contacts":
            entry = get(record, place)
            if isinstance(entry, dict) and not _contact(entry):
                emptied.setdefault(place, item.path)
    for path in emptied.values():
        words = "A contact cannot lose every value. null for contactPersons removes all of them."
        yield InvalidChange(ErrorCode.CANNOT_CLEAR, words, path=path)


def _check_kind(change: Change, current: JsonObject, record: JsonObject) -> Iterator[InvalidChange]:
    """The type of a contact can never change: neither can the names that tell it, unless they change together."""
    kind = kind_of(current)
    if kind == "neither" or kind_of(record) == kind:
        return
    item = next(item for item in change.assignments if item.leaf.native[0] in NAMING)
    if kind == "person" and (name := filled_from(record)) is not None:
        words = (
            "This customer is a person and can never become a company. FreshBooks keeps the name of a person as its "
            f"organization, too: give companyName as {name!r} in the same change."
        )
    elif kind == "person":
        words = "A person cannot be without a name: it is all that FreshBooks knows it by."
    else:
        words = "This customer is a company and can never become a person: its name has to stay one of its own."
    code = ErrorCode.CANNOT_CLEAR if item.clears else ErrorCode.UNSUPPORTED
    yield InvalidChange(code, words, path=item.path)


def _query(wanted: ListFilter) -> Iterator[tuple[str, str]]:
    # Filters of other names are passed over by FreshBooks, which then lists everything.
    if wanted.name is not None:
        yield "search[organization_like]", wanted.name
    if wanted.email is not None:
        yield "search[email]", wanted.email
    if wanted.active is not None:
        yield "search[vis_state]", str(ACTIVE if wanted.active else ARCHIVED)
    if wanted.updated_since is not None and (since := as_time(wanted.updated_since)) is not None:
        # Days only. On the East coast the day begins last, so that too many are listed rather than too few.
        with suppress(OverflowError):
            since = since.astimezone(EASTERN)
        yield "search[updated_min]", since.date().isoformat()


def _read_page(answer: Answer, number: int) -> tuple[list[JsonObject], bool, int | None]:
    """The clients of a page without the deleted ones, whether more pages follow, and how many there are in all."""
    if not answer.ok or errors.complaints(answer):
        raise errors.explain(answer)
    page = read_object(answer, "response", "result")
    listed, pages, total = page.get("clients"), page.get("pages"), page.get("total")
    if not isinstance(listed, list) or not isinstance(pages, int):
        raise ProviderProtocolError("FreshBooks's list is not a page of clients.", provider_code=str(answer.status))
    if not listed and number == 1 and total:
        words = (
            f"FreshBooks counts {total} clients and shows none of them: the user's role on the account does not allow "
            "to read them."
        )
        raise ConnectionProblem(ErrorCode.MISSING_SCOPE, words)
    clients = [client for client in listed if isinstance(client, dict) and client.get("vis_state") != DELETED]
    return clients, number < pages, total if isinstance(total, int) else None
