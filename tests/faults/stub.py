"""A tiny provider of three sub-resources, each written by a step of its own, and a transport that follows a script."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import strawberry
from strawberry import Maybe

from gql_gateway.connectors.base import (
    Connector,
    Conversation,
    ListFilter,
    Listing,
    Manifest,
    Step,
    Trust,
    UpdateSemantics,
    Versioning,
    read_object,
)
from gql_gateway.connectors.run import Patience, Runner, Wants
from gql_gateway.errors import (
    ErrorCode,
    GatewayError,
    ProviderRejected,
    ProviderUnavailable,
    VersionConflict,
)
from gql_gateway.fields.change import Change, read_change
from gql_gateway.fields.details import details_type, reads
from gql_gateway.fields.document import get
from gql_gateway.fields.native import Clear, at_most_one, native
from gql_gateway.fields.table import build_table
from gql_gateway.model.connection import Connection
from gql_gateway.model.customer import Company
from gql_gateway.model.json import Json, JsonObject
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Answer, Call, NotTaken, Unclear
from tests.support.changes import typed_change

Does = Literal[
    "it",  # what it is asked, and says so
    "nothing",  # no answer, nothing done
    "it_silently",  # no answer, everything done
    "half_of_it",  # no answer, the first value stored only
    "refuses",  # 400
    "conflicts",  # 409
    "fails",  # 500, nothing done
    "babbles",  # 200 with a page of HTML, nothing done
    "unreachable",  # the call was never sent
    "limited",  # 429, however often it is tried
]
REF = Ref("books", "1")
SHELVES = ("name", "city", "phone")


@strawberry.input(description="The contact person.")
class StubPersonInput:
    name: Maybe[str | None] = native("name", clear=Clear.OMIT, description="Name.")


@strawberry.input(description="A customer of the stub.")
class StubInput:
    company_name: Maybe[str | None] = native("name.value", description="Written by the first step.")
    website: Maybe[str | None] = native("name.site", description="Written by the first step too.")
    notes: Maybe[str | None] = native("city.value", description="Written by the second step.")
    language: Maybe[str | None] = native("phone.value", description="Written by the third step.")
    contact_persons: Maybe[list[StubPersonInput] | None] = at_most_one(
        "phone.persons[0]", drop="phone.persons", description="Written by the third step."
    )


@strawberry.type
class _More:
    colour: str | None = reads("colour", description="Read only.")


TABLE = build_table(StubInput)
MANIFEST = Manifest(
    name="stub",
    label="Stub",
    docs_url="https://stub.example",
    base_url="https://stub.example",
    authentication="None.",
    credentials=(),
    semantics=UpdateSemantics.PARTIAL,
    versioning=Versioning.CONTENT,
    trust=Trust.SIMULATED,
    checked_on=date(2026, 11, 20),
)


class Stub(Connector):
    """Each shelf of the record has its own call; what does not differ is not written."""

    manifest = MANIFEST
    table = TABLE
    input_type = StubInput
    details = details_type("StubDetails", TABLE, _More, description="What only the stub knows.")
    needs_current = False

    def authorize(self, connection: Connection) -> Mapping[str, str]:
        return {}

    def read(self, ref: Ref) -> Conversation[JsonObject | None]:
        answer = yield Call("record", "GET", "/record")
        if answer.status == 404:
            return None
        if not answer.ok:
            raise self.explain(answer)
        return read_object(answer)

    def plan(self, ref: Ref, change: Change, current: JsonObject | None) -> Iterable[Step]:
        return [step for shelf in SHELVES if (step := shelf_step(shelf, change, current)) is not None]

    def list(self, company_id: str | None, wanted: ListFilter, offset: int, limit: int) -> Conversation[Listing]:
        yield Call("records", "GET", "/records")
        return Listing([], more=False)

    def companies(self, connection: Connection) -> Conversation[Sequence[Company]]:
        yield Call("companies", "GET", "/companies")
        return []

    def stored(self, step: Step, answer: Answer) -> JsonObject | None:
        read_object(answer)
        return None

    def explain(self, answer: Answer) -> GatewayError:
        if answer.status == 409:
            return VersionConflict("Somebody else was faster.")
        if answer.status >= 500:
            return ProviderUnavailable(ErrorCode.DOWN, "The stub fell over.", provider_code=str(answer.status))
        return ProviderRejected(ErrorCode.INVALID_VALUE, "The stub will not.", provider_code="no")

    def native_id(self, document: JsonObject) -> str:
        return "1"


class AskingStub(Stub):
    """Its second and third step need what the answer to the first one, or the record, tells."""

    needs_current = True

    def plan(self, ref: Ref, change: Change, current: JsonObject | None) -> Generator[Step, Answer | None, None]:
        number: Json = get(current or {}, ("name", "number"))
        if (first := shelf_step("name", change, current)) is not None:
            answer = yield first
            number = read_object(answer)["number"] if answer is not None else "?"
        for shelf in SHELVES[1:]:
            step = shelf_step(shelf, change, current)
            if step is not None:
                assert isinstance(step.body, dict)
                yield Step(step.step, step.method, step.path, body={**step.body, "of": number}, paths=step.paths)


def shelf_step(shelf: str, change: Change, current: JsonObject | None) -> Step | None:
    body: JsonObject = {}
    paths: set[str] = set()
    for item in change.assignments:
        if item.leaf.native[0] == shelf and (current is None or get(current, item.leaf.native) != item.value):
            body[".".join(map(str, item.leaf.native[1:]))] = item.value
            paths.add(item.leaf.path)
    for drop in change.drops:
        for place in drop.branch.drops:
            if place[0] == shelf and (current is None or get(current, place)):
                body[str(place[1])] = None
                paths.update(leaf.path for leaf in drop.branch.leaves())
    return Step(shelf, "PUT", f"/{shelf}", body=body, paths=frozenset(paths)) if body else None


@dataclass
class Script:
    """The transport. `writes`: what happens at each write of a step, in turn; `reads` the same for each read."""

    record: JsonObject = field(
        default_factory=lambda: {
            "name": {"value": "Old", "site": "https://old.example", "number": 7},
            "city": {"value": "Old"},
            "phone": {"value": "sv", "persons": [{"name": "Eva"}]},
        }
    )
    writes: dict[str, list[Does]] = field(default_factory=dict)
    reads: list[Does | JsonObject] = field(default_factory=list)
    received: list[str] = field(default_factory=list)
    bodies: list[Json] = field(default_factory=list)
    naps: list[float] = field(default_factory=list)

    async def send(self, call: Call) -> Answer:
        if not call.writes:
            self.received.append("read")
            does = self.reads.pop(0) if self.reads else "it"
            return self._answer(does, self.record) if isinstance(does, str) else _told(does)
        turns = self.writes.get(call.step, [])
        does = turns.pop(0) if turns else "it"
        if does != "unreachable":
            self.received.append(call.step)
            self.bodies.append(call.body)
        if does in ("it", "it_silently", "half_of_it"):
            self._store(call, 1 if does == "half_of_it" else None)
        return self._answer(does, {"ok": True, "number": 7})

    def _store(self, call: Call, most: int | None) -> None:
        assert isinstance(call.body, dict)
        record: Any = deepcopy(self.record)
        for name, value in list(call.body.items())[:most]:
            if name != "of":
                record[call.step][name.partition(".")[0]] = value
        self.record = record

    def _answer(self, does: Does, document: JsonObject) -> Answer:
        match does:
            case "nothing" | "it_silently" | "half_of_it":
                raise Unclear("timeout", "The provider did not answer in time.")
            case "unreachable":
                raise NotTaken("unreachable", "The provider could not be reached.")
            case "limited":
                raise NotTaken("rate_limited", "The provider's rate limit is used up.", retry_after=3.0)
            case "refuses":
                return Answer(400, b"{}")
            case "conflicts":
                return Answer(409, b"{}")
            case "fails":
                return Answer(500, b"{}")
            case "babbles":
                return Answer(200, b"<html></html>")
        return _told(document)

    def clean(self, text: str) -> str:
        return text

    def clean_json(self, document: Json) -> Json:
        return document

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)


def _told(document: JsonObject) -> Answer:
    return Answer(200, json.dumps(document).encode())


def change_of(**values: Any) -> Change:
    return read_change(TABLE, typed_change(STUB, values), ("change", "stub"))


def runner(script: Script, connector: Connector | None = None, patience: Patience = Patience()) -> Runner:  # noqa: B008
    return Runner(connector or STUB, script, script.sleep, patience)


STUB = Stub()
ASKING = AskingStub()
TWO_NAMES = {"companyName": "New", "website": "https://new.example"}
ALL_THREE = {"companyName": "New", "notes": "New", "language": "en"}
EVERYTHING = Wants()
ERRORS_ONLY = Wants(customer=False, changes=False, warnings=False)
