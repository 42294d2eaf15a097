"""The stand-in for Tinybooks: one resource, one key, as strict as the rest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any, ClassVar

from aiohttp import web

from gql_gateway.sandbox.simulator import Document, Simulator

KEY = "tiny-key-of-the-sandbox"
LONGEST = {"name": 80, "vatNo": 20, "mail": 100, "remarks": 200, "shelf": 10, "address.city": 40, "address.country": 2}
TOWNS = ("Delft", "Gent", "Brugge", "Haarlem", "Leiden")
TRADES = ("Bakkerij", "Slagerij", "Fietsen", "Bloemen", "Drukkerij", "Timmerwerken")


class TinybooksSimulator(Simulator):
    """Answers `{"code", "message", "field"}` for whatever it refuses."""

    integration: ClassVar[str] = "tinybooks"

    def reset(self) -> None:
        self.key = KEY
        self.records = {str(number): _customer(number) for number in range(1, 31)}

    def routes(self) -> Iterable[web.RouteDef]:
        return [
            web.get("/v1/customers", self._list),
            web.get("/v1/customers/{id}", self._read),
            web.patch("/v1/customers/{id}", self._update),
        ]

    def credentials(self) -> Mapping[str, str]:
        return {"api_key": KEY}

    def expire_tokens(self) -> None:
        self.key = ""

    def touch(self, native_id: str) -> None:
        self.records[native_id]["remarks"] = "Somebody else was here."

    def written_id(self, method: str, path: str, body: Any) -> str | None:
        return path.rpartition("/")[2]

    async def _list(self, request: web.Request) -> web.Response:
        if request.headers.get("X-Api-Key") != self.key:
            return _refusal(401, "key", "unknown key")
        wanted = request.query.get("name")
        found = [record for record in self.records.values() if wanted is None or wanted in record["name"]]
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        return web.json_response({"customers": found[offset : offset + limit], "total": len(found)})

    async def _read(self, request: web.Request) -> web.Response:
        if request.headers.get("X-Api-Key") != self.key:
            return _refusal(401, "key", "unknown key")
        record = self.records.get(request.match_info["id"])
        return _refusal(404, "unknown", "no such customer") if record is None else web.json_response(record)

    async def _update(self, request: web.Request) -> web.Response:
        if request.headers.get("X-Api-Key") != self.key:
            return _refusal(401, "key", "unknown key")
        record = self.records.get(request.match_info["id"])
        if record is None:
            return _refusal(404, "unknown", "no such customer")
        sent = await request.json()
        after = deepcopy(record)
        for name, value in _flat(sent):
            if name not in LONGEST:
                return _refusal(422, "unknown_field", "no such field", name)
            if value is not None and (not isinstance(value, str) or len(value) > LONGEST[name]):
                return _refusal(422, "invalid", "not a text of that length", name)
            if name == "name" and not value:
                return _refusal(422, "required", "a customer has a name", name)
            place, _, last = name.rpartition(".")
            (after[place] if place else after)[last] = value
        return web.json_response(self.commit(record["id"], after))


def _flat(sent: Document) -> Iterable[tuple[str, Any]]:
    for name, value in sent.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", part) for inner, part in value.items())
        else:
            yield name, value


def _refusal(status: int, code: str, words: str, field: str | None = None) -> web.Response:
    told = {"code": code, "message": words, "field": field}
    return web.Response(status=status, text=json.dumps(told), content_type="application/json")


def _customer(number: int) -> Document:
    town, trade = TOWNS[number % len(TOWNS)], TRADES[number % len(TRADES)]
    record: Document = {
        "id": str(number),
        "name": f"{trade} {town} {number}",
        "vatNo": f"NL{number:09d}B01",
        "mail": f"post{number}@{trade.lower()}.example",
        "remarks": None if number % 3 else "Pays late.",
        "shelf": f"A{number}",
        "address": {"city": town, "country": "NL", "floor": number % 4},
        "balance": f"{number}.00",
    }
    # What only some records have and no connector knows of.
    if number % 9 == 0:
        record |= {f"loyalty{number}": {"points": number, "since": "2019-04-01"}}
    return record
