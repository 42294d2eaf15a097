"""The sevdesk API of one account. A customer is spread over resources of their own, and every write is partial."""

from __future__ import annotations

import copy
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from aiohttp import web

from ..simulator import Document, Simulator
from . import search
from .answers import ALREADY_EXISTS, PAGE_NOT_FOUND, Invalid, Missing, Refusal, objects, typical_error
from .family import (
    Place,
    find_contact,
    find_part,
    id_of,
    is_organisation,
    members,
    new_member,
    new_object,
    resettle,
    take_out,
    walk,
)
from .gate import API_TOKEN, Gate, read_body
from .models import COMMUNICATION_WAY, CONTACT, PARTS, PERSON_FIELDS, Resource, Values, merged, read_values
from .registers import REGISTERS
from .seeds import seed_records
from .view import embed, expand, knows

Act = Callable[[web.Request], Awaitable[web.Response]]

BASE = "/api/v1"
BERLIN = ZoneInfo("Europe/Berlin")
LAST_SEEDED_ID = 95_000_000
REGISTER_FILTERS = {"Category": "objectType", "StaticCountry": "code"}
LISTS = {"Contact": "contact", **{resource.model: resource.member for resource in PARTS}}


class SevdeskSimulator(Simulator):
    """Paths are the original's: `/api/v1/Contact` and so on below the mount. Bodies are JSON only, although the
    original takes forms as well. Contacts below another one stand in that one's record (see `family.py`).

    What the original accepts and a careful client never relies on is noted, and forgotten at `reset`:
    `ignored` has (call, name) of every parameter or property without a meaning, `turned` the ids of contacts that
    became an organisation or a person, `duplicated` the customer numbers given a second time.
    """

    integration: ClassVar[str] = "sevdesk"

    # Switches a test may set; `reset` leaves them as they are. The first reading is the default, the other unverified
    # one can be had.
    # Nothing is published but "a guard against abuse"; clients keep to 2 to 4 calls a second. `None` for no limit.
    rate_limit: tuple[int, float] | None = (40, 10.0)
    # Failing requests in a row that lock the token; the number is invented. `None` for never.
    lock_after: int | None = 100
    rights: frozenset[str] = frozenset({"read", "write"})
    # An object that is not there: 400 in the vendor's file, 404 in other clients. Both carry the code NOT_FOUND.
    missing_status: int = 400
    # A value that is refused: 422 since 2024 for documents; 400 and 500 are said to occur too.
    invalid_status: int = 422
    # Text where the schemas want numbers and flags.
    strict_types: bool = True
    # A number that another contact has. Duplicates are said to be possible.
    unique_numbers: bool = False
    # A contact person that is created gets its parent's number, whatever was sent (seen once, live).
    copies_parent_number: bool = True
    # Whether a new main communication way takes the mark from the old one of its type.
    clears_old_main: bool = False
    # Whether a change of a part shows in the `update` of the contact.
    touches_contact: bool = False
    # Whether an organisation takes first name, birthday and the like, which are "not to be used" there.
    takes_person_fields: bool = False

    def reset(self) -> None:
        self.records = seed_records()
        self.ignored: list[tuple[str, str]] = []
        self.turned: list[str] = []
        self.duplicated: list[str] = []
        self._gate = Gate(self.clock)
        self._last_id = LAST_SEEDED_ID
        self._touched = 0

    def routes(self) -> Iterable[web.RouteDef]:
        read, write = "read", "write"
        one = BASE + "/Contact/{id:[0-9]+}"
        plans: list[tuple[str, str, str, Act]] = [
            ("GET", f"{BASE}/Contact", read, self._list_contacts),
            ("POST", f"{BASE}/Contact", write, self._create_contact),
            ("GET", one, read, self._read_contact),
            ("PUT", one, write, self._update_contact),
            ("DELETE", one, write, self._delete_contact),
            ("GET", f"{one}/getTabsItemCount", read, self._count_tabs),
            ("GET", f"{BASE}/Contact/Factory/getNextCustomerNumber", read, self._propose_number),
            ("GET", f"{BASE}/Contact/Mapper/checkCustomerNumberAvailability", read, self._check_availability),
            ("GET", f"{BASE}/Tools/bookkeepingSystemVersion", read, self._show_version),
        ]
        for resource in PARTS:
            path, one = f"{BASE}/{resource.model}", f"{BASE}/{resource.model}/{{id:[0-9]+}}"
            plans += [
                ("GET", path, read, self._for(resource, self._list_parts)),
                ("POST", path, write, self._for(resource, self._create_part)),
                ("GET", one, read, self._for(resource, self._read_part)),
                ("PUT", one, write, self._for(resource, self._update_part)),
                ("DELETE", one, write, self._for(resource, self._delete_part)),
            ]
        plans += [("GET", f"{BASE}/{model}", read, self._register_list(model)) for model in REGISTERS]
        # What else there is at sevdesk is not here; changing the account's own registers least of all.
        plans.append(("*", "/{rest:.*}", read, self._refuse_path))
        no_head = {"GET": {"allow_head": False}}
        return [
            web.route(method, path, self._guard(right, act), **no_head.get(method, {}))
            for method, path, right, act in plans
        ]

    def credentials(self) -> Mapping[str, str]:
        return {"api_token": API_TOKEN}

    def expire_tokens(self) -> None:
        """The token is renewed by nobody: it stays dead until `reset`."""
        self._gate.close()

    def touch(self, native_id: str) -> None:
        """Somebody writes into the description. The id of a contact person will do as well."""
        if place := find_contact(self.records, native_id):
            self._touched += 1
            contact = place.part
            contact["description"] = f"Rückruf vereinbart ({self._touched})"
            seen = datetime.fromisoformat(contact["update"]).timestamp()
            contact["update"] = _stamp(max(self.clock(), seen + 1))

    def error(self, status: int) -> tuple[str, bytes]:
        return typical_error(status)

    def written_id(self, method: str, path: str, body: Any) -> str | None:
        """The record that holds what is written: of a contact person, its parent's."""
        if not (match := re.fullmatch(rf"{BASE}/(\w+)(?:/([0-9]+))?", path)) or match[1] not in LISTS:
            return None
        model, id = match[1], match[2]
        if id is None:
            owner = body.get("parent" if model == "Contact" else "contact") if isinstance(body, dict) else None
            model, id = "Contact", str(owner.get("id")) if isinstance(owner, dict) else ""
        place = find_contact(self.records, id) if model == "Contact" else find_part(self.records, LISTS[model], id)
        return place.native_id if place else None

    async def _list_contacts(self, request: web.Request) -> web.Response:
        self._note_query(request, search.contact_parameters(request.query))
        found = search.find_contacts((member for _, member in members(self.records)), request.query)
        return self._page(found, request)

    async def _read_contact(self, request: web.Request) -> web.Response:
        self._note_query(request, {"embed"})
        return objects([self._show(self._find(CONTACT, request).part, request)])

    async def _create_contact(self, request: web.Request) -> web.Response:
        values = await self._read_values(request, CONTACT, None)
        contact = new_object(CONTACT, self._new_id(), self._now(), values.stored)
        self._check_contact(contact, values)
        parent = find_contact(self.records, values.stored["parent"]["id"]) if values.stored.get("parent") else None
        if parent and self.copies_parent_number and parent.part["customerNumber"]:
            contact["customerNumber"] = parent.part["customerNumber"]
        else:
            self._note_number(contact)
        if parent is None:
            self.commit(contact["id"], new_member(contact))
        else:
            self._edit(parent, lambda member: member["persons"].append(new_member(contact)))
        stored = find_contact(self.records, contact["id"])
        return objects(stored.part if stored else contact, status=CONTACT.created)

    async def _update_contact(self, request: web.Request) -> web.Response:
        place = self._find(CONTACT, request)
        values = await self._read_values(request, CONTACT, place.part)
        before = place.part
        contact = {**merged(before, values.stored, CONTACT.fields), "update": self._now()}
        self._check_contact(contact, values)
        if contact["customerNumber"] != before["customerNumber"]:
            self._note_number(contact)
        self._edit(place, lambda member: member.update(contact=contact))
        stored = self._find(CONTACT, request).part
        if is_organisation(stored) != is_organisation(before):
            self.turned.append(stored["id"])
        resettle(self.records, stored)
        return objects(stored, status=CONTACT.updated)

    async def _delete_contact(self, request: web.Request) -> web.Response:
        place = self._find(CONTACT, request)
        # That contact persons keep their parent from being deleted is a choice.
        if place.member["persons"] or any(place.member["tabsItemCount"].values()):
            raise Refusal(409, "Contact is in use")
        take_out(self.records, place)
        return objects([None])

    async def _count_tabs(self, request: web.Request) -> web.Response:
        member = self._find(CONTACT, request).member
        counts = {**member["tabsItemCount"], "persons": len(member["persons"])}
        return objects({**counts, "parts": str(counts["parts"])})

    async def _propose_number(self, request: web.Request) -> web.Response:
        given = [member["contact"]["customerNumber"] or "" for _, member in members(self.records)]
        return objects(str(max(int(number) for number in given if re.fullmatch("[0-9]{1,9}", number)) + 1))

    async def _check_availability(self, request: web.Request) -> web.Response:
        if "customerNumber" not in request.query:
            raise Refusal(500, "Internal error")
        return objects(not self._holders(request.query["customerNumber"]))

    async def _show_version(self, request: web.Request) -> web.Response:
        return objects({"version": "2.0"})

    async def _list_parts(self, resource: Resource, request: web.Request) -> web.Response:
        self._note_query(request, search.part_parameters(resource))
        rows = (part for _, member in members(self.records) for part in member[resource.member])
        return self._page(search.find_parts(rows, resource, request.query), request)

    async def _read_part(self, resource: Resource, request: web.Request) -> web.Response:
        self._note_query(request, {"embed"})
        return objects([self._show(self._find(resource, request).part, request)])

    async def _create_part(self, resource: Resource, request: web.Request) -> web.Response:
        values = await self._read_values(request, resource, None)
        part = new_object(resource, self._new_id(), self._now(), values.stored)
        _check_part(resource, part)
        owner = find_contact(self.records, part["contact"]["id"])
        assert owner is not None, "the reference has been checked"
        return self._store_part(resource, owner, part, resource.created)

    async def _update_part(self, resource: Resource, request: web.Request) -> web.Response:
        place = self._find(resource, request)
        values = await self._read_values(request, resource, place.part)
        part = {**merged(place.part, values.stored, resource.fields), "update": self._now()}
        _check_part(resource, part)
        return self._store_part(resource, place, part, resource.updated)

    async def _delete_part(self, resource: Resource, request: web.Request) -> web.Response:
        place = self._find(resource, request)

        def remove(member: Document) -> None:
            member[resource.member] = [part for part in member[resource.member] if part["id"] != place.part["id"]]
            self._touch_owner(member)

        self._edit(place, remove)
        return objects([None])

    async def _refuse_path(self, request: web.Request) -> web.Response:
        return web.Response(status=404, body=PAGE_NOT_FOUND, content_type="text/html", charset="utf-8")

    def _register_list(self, model: str) -> Act:
        by = REGISTER_FILTERS.get(model)

        async def show(request: web.Request) -> web.Response:
            self._note_query(request, search.PAGING | ({by} if by else set()))
            # Letter by letter: codes of countries are lower case in the list; whether `DE` finds `de` is unverified.
            word = request.query.get(by) if by else None
            rows = [row for row in REGISTERS[model].values() if word is None or row[str(by)] == word]
            return self._page(rows, request)

        return show

    def _for(self, resource: Resource, act: Callable[[Resource, web.Request], Awaitable[web.Response]]) -> Act:
        async def handle(request: web.Request) -> web.Response:
            return await act(resource, request)

        return handle

    def _guard(self, right: str, act: Act) -> Act:
        async def handle(request: web.Request) -> web.Response:
            try:
                self._gate.admit(request, self.rate_limit)
                if right not in self.rights:
                    raise Refusal(403, "You do not have the right to do this")
                self._note(request, (name for name in ("X-Version",) if name in request.headers))
                answer = await act(request)
            except Invalid as invalid:
                answer = Refusal(self.invalid_status, str(invalid), invalid.code).answer()
            except Refusal as refusal:
                answer = refusal.answer()
            self._gate.note(answer.status, self.lock_after)
            return answer

        return handle

    def _find(self, resource: Resource, request: web.Request) -> Place:
        id = request.match_info["id"]
        place = find_contact(self.records, id) if resource is CONTACT else find_part(self.records, resource.member, id)
        if place is None:
            raise Missing(resource.model, self.missing_status)
        return place

    async def _read_values(self, request: web.Request, resource: Resource, before: Document | None) -> Values:
        values = read_values(resource, await read_body(request), knows(self.records), before, strict=self.strict_types)
        self._note(request, values.ignored)
        return values

    def _check_contact(self, contact: Document, values: Values) -> None:
        if is_organisation(contact) and not self.takes_person_fields:
            for name in sorted(name for name in PERSON_FIELDS if values.stored.get(name) is not None):
                raise Invalid(f"The field {name} is not to be used for organizations.")
        if values.stored.get("parent") is None:
            return
        parent = find_contact(self.records, values.stored["parent"]["id"])
        if parent is None or not is_organisation(parent.part):
            raise Invalid("The parent must be an organization.")
        below = find_contact(self.records, contact["id"])
        # That nobody may become the parent of its own parent is a choice.
        if below and any(id_of(member) == parent.part["id"] for member in walk(below.member)):
            raise Invalid("The parent must be another contact.")

    def _note_number(self, contact: Document) -> None:
        number = contact["customerNumber"]
        if number and set(self._holders(number)) - {contact["id"]}:
            if self.unique_numbers:
                raise Invalid(f"A contact with the customer number {number} exists already.", ALREADY_EXISTS)
            self.duplicated.append(number)

    def _holders(self, number: str) -> list[str]:
        return [id_of(member) for _, member in members(self.records) if member["contact"]["customerNumber"] == number]

    def _store_part(self, resource: Resource, place: Place, part: Document, status: int) -> web.Response:
        def put(member: Document) -> None:
            parts = member[resource.member]
            if resource is COMMUNICATION_WAY and part["main"] == "1" and self.clears_old_main:
                for other in parts:
                    other["main"] = "0" if other["type"] == part["type"] else other["main"]
            known = [other["id"] for other in parts]
            if part["id"] in known:
                parts[known.index(part["id"])] = part
            else:
                parts.append(part)
            self._touch_owner(member)

        self._edit(place, put)
        stored = find_part(self.records, resource.member, part["id"])
        return objects(expand(stored.part if stored else part), status=status)

    def _touch_owner(self, member: Document) -> None:
        if self.touches_contact:
            member["contact"]["update"] = self._now()

    def _edit(self, place: Place, edit: Callable[[Document], object]) -> None:
        """Change a copy of the record in the place of one contact, and commit it."""
        record = copy.deepcopy(self.records[place.native_id])
        edit(next(member for member in walk(record) if id_of(member) == id_of(place.member)))
        self.commit(place.native_id, record)

    def _page(self, rows: list[Document], request: web.Request) -> web.Response:
        page = search.cut_page(rows, request.query)
        return objects([self._show(row, request) for row in page.rows], total=page.total)

    def _show(self, document: Document, request: web.Request) -> Document:
        return embed(self.records, expand(document), request.query.get("embed", "").split(","))

    def _note_query(self, request: web.Request, known: Iterable[str]) -> None:
        self._note(request, (name for name in request.query if name not in set(known)))

    def _note(self, request: web.Request, names: Iterable[str]) -> None:
        call = f"{request.method} {request.path.partition(BASE)[2]}"
        self.ignored += [(call, name) for name in names]

    def _new_id(self) -> str:
        self._last_id += 1
        return str(self._last_id)

    def _now(self) -> str:
        return _stamp(self.clock())


def _stamp(moment: float) -> str:
    """German time to the second: two changes within one cannot be told apart."""
    return datetime.fromtimestamp(moment, BERLIN).isoformat(timespec="seconds")


def _check_part(resource: Resource, part: Document) -> None:
    """That an e-mail address has to look like one is a choice; nothing is known of numbers and websites."""
    is_email = resource is COMMUNICATION_WAY and part["type"] == "EMAIL"
    if is_email and not re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+", part["value"]):
        raise Invalid("The field value has an invalid value.")
