"""Writes: accounts by PUT, their rows by POST, PUT and DELETE; 204 without a body, 201 with little in it."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import TYPE_CHECKING

from aiohttp import web

from gql_gateway.sandbox.exact_online.account import change_account
from gql_gateway.sandbox.exact_online.answers import JSON, Refusal, bad_query, rejected, respond_one
from gql_gateway.sandbox.exact_online.books import Division
from gql_gateway.sandbox.exact_online.contact import change_contact, remove_contact
from gql_gateway.sandbox.exact_online.entities import ACCOUNTS, Entity
from gql_gateway.sandbox.exact_online.parts import (
    change_address,
    change_bank_account,
    change_mandate,
    remove_address,
    remove_bank_account,
)
from gql_gateway.sandbox.exact_online.values import guid, read_body
from gql_gateway.sandbox.exact_online.writing import Books, check_key, new_row, stamped, take
from gql_gateway.sandbox.simulator import Document

if TYPE_CHECKING:
    from gql_gateway.sandbox.exact_online.service import ExactOnlineSimulator

PARTS: Mapping[str, str] = {
    "crm/Addresses": "Addresses",
    "crm/Contacts": "Contacts",
    "crm/BankAccounts": "BankAccounts",
    "cashflow/DirectDebitMandates": "DirectDebitMandates",
}
"""Where a record keeps the rows of each sub-resource."""


class Resources:
    """The writing half of the service."""

    def __init__(self, simulator: ExactOnlineSimulator) -> None:
        self._simulator = simulator

    def owner(self, part: str, row_id: str, division: Division | None = None) -> Document | None:
        """The record that has the row."""
        for record in self._simulator.records.values():
            if division is not None and record.get("Account", {}).get("Division") != division.code:
                continue
            if any(row.get("ID") == row_id for row in record.get(part, [])):
                return record
        return None

    async def write(
        self, request: web.Request, entity: Entity, division: Division, native_id: str | None
    ) -> web.Response:
        sent = await _read(request) if request.method != "DELETE" else {}
        books = self._simulator.books(division)
        if entity is ACCOUNTS:
            return self._write_account(request.method, sent, books, native_id)
        match request.method:
            case "POST":
                return self._add(request, entity, sent, books)
            case "PUT":
                return self._change(entity, sent, books, native_id or "")
            case _:
                return self._remove(entity, books, native_id or "")

    def _write_account(self, method: str, sent: Document, books: Books, native_id: str | None) -> web.Response:
        if method != "PUT":
            return web.Response(status=501)  # accounts are not made or removed through the stand-in
        record = books.records.get(native_id or "")
        if record is None:
            raise self._unknown()
        self._simulator.commit(record["Account"]["ID"], change_account(record, sent, books))
        return web.Response(status=204)

    def _add(self, request: web.Request, entity: Entity, sent: Document, books: Books) -> web.Response:
        values = take(entity, sent, books)
        if not values.get("Account"):
            raise rejected("Mandatory: Account")
        found = books.records.get(values["Account"])
        if found is None:
            raise rejected("Not found: Account")
        record, part = deepcopy(found), PARTS[entity.path]
        new_id = guid(f"new {part}", self._simulator.new_number())
        row = new_row(entity, new_id, books.division.code, books.stamp)
        values.pop("ID", None)
        self._apply(entity, row, values, record, books, new=True)
        record[part].append(row)
        stored = self._simulator.commit(record["Account"]["ID"], record)
        kept = next((kept for kept in stored[part] if kept["ID"] == row["ID"]), row)
        hidden = {name for name, known in entity.properties.items() if not known.readable}
        shown = {name: value for name, value in kept.items() if name not in hidden}
        if "return=representation" not in request.headers.get("Prefer", ""):
            shown = {name: value if name == "ID" else None for name, value in shown.items()}
        answer = respond_one(request, entity, shown, status=201)
        answer.headers["Location"] = f"{request.url.with_query(None)}(guid'{row['ID']}')"
        return answer

    def _change(self, entity: Entity, sent: Document, books: Books, row_id: str) -> web.Response:
        part = PARTS[entity.path]
        found = self.owner(part, row_id, books.division)
        if found is None:
            raise self._unknown()
        values = take(entity, sent, books)
        check_key(values, row_id)
        record = deepcopy(found)
        row = next(row for row in record[part] if row["ID"] == row_id)
        if "Account" in values and values["Account"] != row["Account"]:
            raise rejected("Invalid: Account")  # that a row stays with its account is a choice
        self._apply(entity, row, values, record, books, new=False)
        row.update(stamped(books.stamp))
        self._simulator.commit(record["Account"]["ID"], record)
        return web.Response(status=204)

    def _remove(self, entity: Entity, books: Books, row_id: str) -> web.Response:
        part = PARTS[entity.path]
        found = self.owner(part, row_id, books.division)
        if found is None:
            raise Refusal(404)
        record = deepcopy(found)
        row = next(row for row in record[part] if row["ID"] == row_id)
        match part:
            case "Addresses":
                remove_address(row)
            case "Contacts":
                remove_contact(row, record)
            case "BankAccounts":
                remove_bank_account(row, record)
        record[part].remove(row)
        self._simulator.commit(record["Account"]["ID"], record)
        return web.Response(status=204)

    def _apply(
        self, entity: Entity, row: Document, values: Document, record: Document, books: Books, *, new: bool
    ) -> None:
        match PARTS[entity.path]:
            case "Addresses":
                change_address(row, values, record, books, new=new)
            case "Contacts":
                change_contact(row, values, record, books, new=new)
            case "BankAccounts":
                change_bank_account(row, values, record, new=new)
            case _:
                change_mandate(row, values, record)

    def _unknown(self) -> Refusal:
        """Seen once for a PUT on an unknown id: 403. Whether it is always so is unverified."""
        return Refusal(self._simulator.unknown_put_status)


async def _read(request: web.Request) -> Document:
    if request.content_type != JSON:
        raise bad_query("Bad Request - Unsupported media type requested.")
    return read_body(await request.read())
