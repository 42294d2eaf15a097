"""The endpoints of addresses and of contact persons: the parts of all contacts of a business."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import TYPE_CHECKING

from aiohttp import web

from ..simulator import Document
from . import parts
from .answers import not_found
from .businesses import Business
from .contact import find_part, parts_of
from .gate import answer
from .reading import show_part
from .search import PAGING, SHOWING, known_query, list_page, moment_of, parse_moment

if TYPE_CHECKING:
    from .service import SageAccountingSimulator


class SubResource:
    """One of the two: `addresses` or `contact_persons`."""

    def __init__(self, simulator: SageAccountingSimulator, name: str, wrapper: str) -> None:
        self._simulator = simulator
        self._name = name
        self._wrapper = wrapper
        owner = "address_id" if self._of_persons else "bank_account_id"
        self._filters = frozenset({"contact_id", owner, "updated_or_created_since", "deleted_since", *PAGING, *SHOWING})

    @property
    def _of_persons(self) -> bool:
        return self._name == "contact_persons"

    def routes(self, api: str) -> Iterable[web.RouteDef]:
        serve, at = self._simulator.gate.for_business, f"{api}/{self._name}"
        return [
            web.get(at, serve(self._list), allow_head=False),
            web.post(at, serve(self._create)),
            web.get(at + "/{key}", serve(self._show), allow_head=False),
            web.put(at + "/{key}", serve(self._update)),
            web.delete(at + "/{key}", serve(self._delete)),
        ]

    async def _list(self, request: web.Request, business: Business) -> web.Response:
        """Addresses of bank accounts are not played, nor is anything known of parts that were deleted."""
        query = known_query(request, self._filters, self._simulator.ignored.parameters)
        found = [
            (record, part)
            for record in self._simulator.contacts_of(business.id).values()
            if query.get("contact_id", record["id"]) == record["id"]
            for part in parts_of(record, self._name)
            if query.get("address_id") in {None, (part.get("address") or {}).get("id")}
        ]
        if "bank_account_id" in query or "deleted_since" in query:
            found = []
        if "updated_or_created_since" in query:
            since = parse_moment(query["updated_or_created_since"], "updated_or_created_since")
            found = [(record, part) for record, part in found if moment_of(part["updated_at"]) >= since]
        owners = {part["id"]: record for record, part in found}
        rows = [part for _, part in found]

        def show(part: Document) -> Document:
            return show_part(owners[part["id"]], part, query, listed=True)

        return answer(list_page(rows, query, f"/{self._name}", show, fills_next=self._simulator.fills_next))

    async def _show(self, request: web.Request, business: Business) -> web.Response:
        query = known_query(request, SHOWING, self._simulator.ignored.parameters)
        return answer(show_part(*self._find(request, business), query, listed=False))

    async def _create(self, request: web.Request, business: Business) -> web.Response:
        simulator = self._simulator
        sent = await simulator.read(request, self._wrapper)
        contacts = deepcopy(simulator.contacts_of(business.id))
        if self._of_persons:
            place = find_part(contacts.values(), "addresses", str(sent.get("address_id")))
            if place is None:
                raise parts.no_owner(sent, "address_id")
            owner, address = place
            record, part_id = parts.add_person(owner, address, sent, simulator.books(business, owner))
        else:
            if (named := contacts.get(str(sent.get("contact_id")))) is None:
                raise parts.no_owner(sent, "contact_id")
            record, part_id = parts.add_address(named, sent, simulator.books(business, named))
        return self._written(simulator.write(record), part_id, 201)

    async def _update(self, request: web.Request, business: Business) -> web.Response:
        sent = await self._simulator.read(request, self._wrapper)
        record, part = self._find(request, business)
        change = parts.change_person if self._of_persons else parts.change_address
        changed = change(record, part, sent, self._simulator.books(business, record))
        return self._written(self._simulator.write(changed), part["id"], 200)

    async def _delete(self, request: web.Request, business: Business) -> web.Response:
        remove = parts.remove_person if self._of_persons else parts.remove_address
        self._simulator.write(remove(*self._find(request, business)))
        return web.Response(status=204)

    def _written(self, record: Document, part_id: str, status: int) -> web.Response:
        """The part as it is stored; nothing of it when a fault kept it out."""
        _, part = find_part([record], self._name, part_id) or (record, {})
        return answer(show_part(record, part, {}, listed=False), status)

    def _find(self, request: web.Request, business: Business) -> tuple[Document, Document]:
        contacts = deepcopy(list(self._simulator.contacts_of(business.id).values()))
        place = find_part(contacts, self._name, request.match_info["key"])
        if place is None:
            raise not_found()
        return place
