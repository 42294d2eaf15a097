"""Sage Accounting's calls. One document to read, a plan of calls to write, and the business named in each of them."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from urllib.parse import quote

from ...errors import ConnectionProblem, ErrorCode, GatewayError, InvalidChange, ProviderProtocolError
from ...fields.change import Change, Entry
from ...fields.convert import as_text, as_time
from ...fields.document import MISSING, Select, get
from ...fields.wire import full_record, predicted
from ...model.connection import Connection
from ...model.customer import Company, Customer
from ...model.json import Json, JsonObject
from ...model.ref import Ref
from ...outbound.message import Answer, Call
from ..base import Connector, Conversation, ListFilter, Listing, Step, read_object
from ..entries import unmet
from . import errors
from .answers import BASE, PAGE, ask, ask_all, named, told_page
from .companies import check_business, is_start, read_company
from .fields import TABLE, SageAccountingCustomerInput, SageAccountingDetails
from .manifest import MANIFEST
from .reading import CUSTOMER, EVERYTHING, ID, WHOLE, is_customer, read_contact, read_document
from .steps import DELIVERY_ADDRESS, MAIN_ADDRESS, MAIN_PERSON, Update, check_told, new_parts

OF_CUSTOMERS = (("contact_type_id", CUSTOMER), ("exclude_system", "true"))
HTML = "text/html"
NAMED_BY = {
    MAIN_ADDRESS: "It is the name of the address of type BILLING.",
    DELIVERY_ADDRESS: "It is the name of the address of type DELIVERY.",
    MAIN_PERSON: "It is the name of the contact person with isPrimary: true, who keeps e-mail and phones.",
}
"""Where the name of a new part is given."""
NOT_IN_START = frozenset({"currency", "creditLimit", "priceTypeId"})


class SageAccounting(Connector):
    manifest = MANIFEST
    table = TABLE
    input_type = SageAccountingCustomerInput
    details = SageAccountingDetails
    needs_current = True
    # Further addresses and contact persons are missing in it.
    listed = frozenset(
        {"contactType", "companyName", "number", "documentId", "vatId", "taxNumber", "emailAddresses", "phoneNumbers"}
        | {"bankAccounts", "currency", "language", "paymentTerms", "notes", "active", "createdAt", "updatedAt"}
    )

    def authorize(self, connection: Connection) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {connection.credentials['access_token']}"}

    def read(self, ref: Ref) -> Conversation[JsonObject | None]:
        business = _business(ref.company_id)
        if not ID.matches(ref.native_id):
            return None
        document = yield from read_document(ref.native_id, business)
        return document

    def plan(self, ref: Ref, change: Change, current: JsonObject | None) -> Generator[Step, Answer | None, None]:
        if current is None:
            return
        news = unmet(change, current, self.locate)
        wanted = full_record(news, current, self.locate)
        yield from Update(news, current, wanted, self.locate, _business(ref.company_id)).plan()

    def check(self, change: Change, current: JsonObject) -> Iterator[InvalidChange]:
        check_business(current.get("business"))
        yield from super().check(change, current)
        yield from _check_state(current)
        yield from _check_start(unmet(change, current, self.locate), current)
        yield from _check_matches(change, current)
        yield from _check_new_parts(change, current)

    def risks(self, change: Change, current: JsonObject | None) -> Iterable[str]:
        yield (
            "Sage knows no version: an edit of the name, or of another value in an address, contact person, bank "
            "account or tax treatment that the change is about, is overwritten when somebody makes it between the "
            "gateway's read and its write."
        )
        for type, part in (("BILLING", "mainAddress"), ("DELIVERY", "deliveryAddress")):
            country = change.get(f"addresses[{type}].countryCode")
            if country is not None and change.get(f"{part}.countryGroupId") is None:
                yield (
                    f"Whether Sage moves the {type} address to the group of its new country by itself is unverified: "
                    f"{part}.countryGroupId names it."
                )

    def stored(self, step: Step, answer: Answer) -> JsonObject | None:
        """The contact, an address or a contact person, never all of the customer."""
        if step.writes:
            check_told(answer, step)
        return None

    def unauthorized(self, answer: Answer) -> bool:
        """An ended subscription is a 401, too: a new token would not help, and cost the refresh token."""
        return answer.status == 401 and not errors.subscription_ended(answer)

    def explain(self, answer: Answer) -> GatewayError:
        return errors.explain(answer)

    def blamed(self, answer: Answer) -> Iterable[str]:
        return errors.blamed(answer)

    def native_id(self, document: JsonObject) -> str:
        id = document.get("id")
        if not isinstance(id, str):
            raise ProviderProtocolError("Sage's answer holds a contact without an id.")
        return id

    def parse(self, document: JsonObject, ref: Ref, *, whole: bool = True) -> Customer:
        """Among the links of a contact can be the page that shows it."""
        return replace(super().parse(document, ref, whole=whole), web_url=_page(document))

    def list(self, company_id: str | None, wanted: ListFilter, offset: int, limit: int) -> Conversation[Listing]:
        """Pages of Sage's list; what it finds by text is looked through, because `search` is about several values."""
        business = _business(company_id)
        query = (*OF_CUSTOMERS, *EVERYTHING, *WHOLE, *_query(wanted))
        if wanted.number is not None or wanted.name is not None:
            items = yield from ask_all("contacts", f"{BASE}/contacts", query, business)
            found = [read_contact(item) for item in items if _is_wanted(item, wanted)]
            return Listing(found[offset : offset + limit], offset + limit < len(found), len(found))
        size = limit if limit <= PAGE and offset % limit == 0 else PAGE
        number, skipped, more, total = offset // size + 1, offset % size, True, None
        found = []
        while more and len(found) < limit:
            paging = (("page", str(number)), ("items_per_page", str(size)))
            answer = yield from ask(
                Call("contacts", "GET", f"{BASE}/contacts", (*query, *paging), headers=named(business))
            )
            items, total = told_page(answer)
            found += [read_contact(item) for item in items[skipped:]]
            more = len(items) == size if total is None else bool(items) and number * size < total
            number, skipped = number + 1, 0
        return Listing(found[:limit], more or len(found) > limit, total)

    def companies(self, connection: Connection) -> Conversation[Sequence[Company]]:
        """The list has ids and labels; what matters of each business stands in the business itself."""
        answer = yield from ask(Call("businesses", "GET", f"{BASE}/businesses"))
        found = []
        for stub in told_page(answer)[0]:
            id = as_text(stub.get("id"))
            if id is None:
                continue
            answer = yield Call("business", "GET", f"{BASE}/businesses/{quote(id, safe='')}")
            if answer.ok:
                found.append(read_company(read_object(answer)))
            elif answer.status in (403, 404) or errors.subscription_ended(answer):
                # The others can be used all the same.
                found.append(Company(id, as_text(stub.get("displayed_as")), active=False))
            else:
                raise errors.explain(answer)
        return found


def _business(company_id: str | None) -> str:
    if company_id is None or not ID.matches(company_id):
        words = "Sage needs a companyId, the id of a business; `companies` lists them."
        raise ConnectionProblem(ErrorCode.COMPANY_REQUIRED, words, path=errors.COMPANY)
    return company_id


def _page(document: JsonObject) -> str | None:
    links = document.get("links")
    for link in links if isinstance(links, list) else []:
        href = link.get("href") if isinstance(link, dict) and link.get("type") == HTML else None
        if isinstance(href, str) and href.startswith("https://"):
            return href
    return None


def _check_state(current: JsonObject) -> Iterator[InvalidChange]:
    words = None
    if current.get("deleted_at"):
        words = "This contact is deleted at Sage, which takes no change of it."
    elif current.get("system") is True:
        words = "This is one of Sage's own contacts, made for transactions of its own: it is not to be changed."
    elif current.get("gdpr_obfuscated") is True:
        words = "The personal data of this contact were obfuscated at Sage: it can be read and no longer used."
    elif not is_customer(current):
        words = "This contact is no customer at Sage."
    if words is not None:
        yield InvalidChange(ErrorCode.UNSUPPORTED, words, path=("customer",))


def _check_start(change: Change, current: JsonObject) -> Iterator[InvalidChange]:
    """What the smallest tier lacks."""
    if not is_start(current.get("business")):
        return
    for item in change.assignments:
        further = item.leaf.native[0] in ("delivery_address", "addresses")
        if not item.clears and (further or item.leaf.path in NOT_IN_START):
            words = f"This business has Sage Accounting Start, which keeps no {item.leaf.path} of a contact."
            yield InvalidChange(ErrorCode.UNSUPPORTED, words, path=item.path)


def _check_matches(change: Change, current: JsonObject) -> Iterator[InvalidChange]:
    """A person is known again by the name, where no other has the same; the main one says so."""
    for entry, found in _named_persons(change, current):
        if len(found) > 1:
            words = f"{len(found)} contact persons have this name: give the id of the one that is meant."
            yield InvalidChange(ErrorCode.UNSUPPORTED, words, path=entry.path)
        elif not found and _fits(entry, current.get(MAIN_PERSON)):
            words = "The main contact person has this name: give isPrimary: true where that one is meant."
            yield InvalidChange(ErrorCode.UNSUPPORTED, words, path=entry.path)


def _check_new_parts(change: Change, current: JsonObject) -> Iterator[InvalidChange]:
    """A new address or contact person needs a name, and a contact person the main address."""
    record = predicted(change, current)
    made = new_parts(current, record)
    news = {name: [item.path for item in change.assignments if item.leaf.native[0] == name] for name in made}
    for name, paths in news.items():
        if get(record, (name, "name")) in (MISSING, None, ""):
            words = f"This contact has no {name.replace('_', ' ')}: it gets one, which needs a name in the same change."
            yield InvalidChange(ErrorCode.REQUIRED, f"{words} {NAMED_BY[name]}", path=paths[0])
    added = [*news.get(MAIN_PERSON, ()), *(entry.path for entry, found in _named_persons(change, current) if not found)]
    if added and not record.get(MAIN_ADDRESS):
        words = "A contact person is kept at the main address, and this contact has none: give one of type BILLING."
        yield InvalidChange(ErrorCode.REQUIRED, words, path=added[0])


def _named_persons(change: Change, current: JsonObject) -> Iterator[tuple[Entry, list[Json]]]:
    """The entries of a change that are known by their names, each with the further persons who have it."""
    listed = current.get("contact_persons")
    for entry in change.entries:
        if not entry.by_id:
            yield entry, [item for item in (listed if isinstance(listed, list) else []) if _fits(entry, item)]


def _fits(entry: Entry, person: Json) -> bool:
    selected = entry.place[-1]
    return isinstance(selected, Select) and selected.index_in([person]) is not None


def _is_wanted(item: JsonObject, wanted: ListFilter) -> bool:
    """The whole number, and a part of the name in letters of any size."""
    name = as_text(item.get("name")) or ""
    return (wanted.number is None or item.get("reference") == wanted.number) and (
        wanted.name is None or wanted.name.casefold() in name.casefold()
    )


def _query(wanted: ListFilter) -> Iterator[tuple[str, str]]:
    search = wanted.name if wanted.number is None else wanted.number
    if search is not None:
        yield "search", search
    if wanted.email is not None:
        yield "email", wanted.email
    if wanted.updated_since is not None and (since := as_time(wanted.updated_since)) is not None:
        yield "updated_or_created_since", f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
