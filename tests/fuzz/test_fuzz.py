"""Tens of thousands of generated operations: none gets a 5xx, an unmasked error, a secret, or no answer at all.

20,000 by schemathesis with our strategies for inputs, 10,000 by our own of what it cannot make: fragments, aliases,
several operations. About six minutes on two free cores.
`python -m tests.fuzz --operations 200000 --seed 7` asks more, and others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, NoReturn

import orjson
import pytest

from gql_gateway import execute
from gql_gateway.execute import Executor
from gql_gateway.gateway import Gateway

from . import campaign as campaign_module
from .campaign import Campaign, Fault, Tally, campaign
from .known import all_books
from .operation import Operation
from .schemathesis_cases import cases
from .shares import run
from .verdict import faults

OPERATIONS = 20_000
COMPANIES = Operation('{ companies(connectionId: "sandbox-fortnox") { id } }')


@pytest.fixture(scope="module")
def running() -> Iterator[Campaign]:
    with campaign() as opened:
        yield opened


def test_no_generated_operation_finds_a_fault() -> None:
    done = run(OPERATIONS, seed=1)
    tally = sum((one.tally for one in done), Tally())
    print(tally.told())

    assert not [one.fault for one in done if one.fault]
    assert tally.operations >= OPERATIONS * 3 // 2
    # That much was tried in earnest: operations that run, that are refused, and that get as far as every provider.
    assert tally.outcomes["answered"] + tally.outcomes["in part"] > OPERATIONS // 3
    assert tally.outcomes["refused"] > OPERATIONS // 20
    for books in all_books().values():
        name = books.connection_id.removeprefix("sandbox-").replace("-", "_")
        assert tally.reached[name] > 50, f"next to nothing reached {name}"


class TestFaultsAreSeen:
    """A fuzzer that sees nothing finds nothing: each fault is planted, and found by generated operations."""

    @pytest.fixture
    def broken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async def fail(*_: object) -> NoReturn:
            raise KeyError("companies")

        monkeypatch.setattr(Gateway, "companies", fail)

    @pytest.mark.usefixtures("broken")
    def test_masked_exception_of_a_resolver(self, running: Campaign) -> None:
        with pytest.raises(Fault, match="an error of our own"):
            running.run(cases("Query", "companies"), 20, 1)

    @pytest.mark.usefixtures("broken")
    def test_unmasked_exception_of_a_resolver(self, running: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(execute, "_formatted", lambda error, _context: error.formatted)
        with pytest.raises(Fault, match="without one of our codes"):
            running.run(cases("Query", "companies"), 20, 1)

    def test_exception_outside_any_resolver(self, running: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
        async def fail(*_: object) -> NoReturn:
            raise RuntimeError

        monkeypatch.setattr(Executor, "run", fail)
        with pytest.raises(Fault, match="the status is 500"):
            running.run(cases("Query", "node"), 20, 1)

    def test_no_answer(self, running: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Gateway, "companies", lambda *_: asyncio.Event().wait())
        monkeypatch.setattr(campaign_module, "HANGS_AFTER", 0.5)
        with pytest.raises(Fault, match="no answer within"):
            running.ask(COMPANIES)

    def test_secret(self, running: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(running, "secrets", frozenset({"Fortnox"}))
        with pytest.raises(Fault, match="holds the secret"):
            running.ask(Operation("{ integration(name: FORTNOX) { label } }"))


class TestVerdict:
    @pytest.mark.parametrize(
        ("status", "answer"),
        [
            (200, {"data": {"node": None}}),
            (400, {"errors": [{"message": "Syntax Error: Expected Name, found }."}]}),
            (200, {"errors": [{"message": "Syntax Error: Expected Name, found }."}]}),
            (
                200,
                {
                    "data": {"node": None},
                    "errors": [{"message": "No.", "path": ["node"], "extensions": {"code": "NOT_CONNECTED"}}],
                },
            ),
        ],
    )
    def test_answers_as_they_should_be(self, status: int, answer: Any) -> None:
        assert faults(status, "application/json; charset=utf-8", orjson.dumps(answer)) == []

    @pytest.mark.parametrize(
        ("status", "answer"),
        [
            (502, {"data": {}}),
            (200, {}),
            (200, []),
            (200, {"data": {}, "stack": "…"}),
            (200, {"errors": []}),
            (400, {"data": {"node": None}}),
            (200, {"data": {}, "errors": [{"message": "No.", "extensions": {"code": "NOT_CONNECTED"}}]}),
            (400, {"errors": [{"message": "No.", "path": ["node"]}]}),
            (400, {"errors": [{"message": ""}]}),
            (400, {"errors": [{"message": "'NoneType' object has no attribute 'id'"}]}),
            (400, {"errors": [{"message": "KeyError: 'id'"}]}),
            (400, {"errors": [{"message": "No.", "extensions": {"code": "INTERNAL"}}]}),
            (200, {"data": {"updateCustomer": {"errors": [{"message": "Traceback (most recent call last)"}]}}}),
            (200, {"data": {}, "errors": [{"message": "Cannot return null for Query.id.", "path": ["id"]}]}),
        ],
    )
    def test_answers_as_they_must_not_be(self, status: int, answer: Any) -> None:
        assert faults(status, "application/json; charset=utf-8", orjson.dumps(answer))

    @pytest.mark.parametrize(("kind", "body"), [("text/html", b"{}"), ("application/json", b"<html>")])
    def test_answers_that_are_no_json(self, kind: str, body: bytes) -> None:
        assert faults(200, kind, body)
