"""What every connector's wire fixtures need: the files of its folder, answers made from them, conversations held."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

from gql_gateway.errors import GatewayError
from gql_gateway.outbound.message import Answer, Call


def read_fixtures(folder: Path) -> dict[str, Any]:
    """The JSON files of a folder by name, in order."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}


def answer_of(told: dict[str, Any]) -> Answer:
    """An answer as a fixture tells it: a text goes as it is, null is no body, everything else is JSON."""
    body = told["body"]
    raw = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return Answer(told["status"], raw, {name.lower(): value for name, value in told["headers"].items()})


def hold(conversation: Generator[Call, Answer, Any], answers: Sequence[dict[str, Any]]) -> tuple[list[Call], Any]:
    """The calls of a conversation with these answers, and its result or the problem it ended with."""
    calls: list[Call] = []
    try:
        call = next(conversation)
        for told in answers:
            calls.append(call)
            call = conversation.send(answer_of(told))
    except StopIteration as end:
        return calls, end.value
    except GatewayError as error:
        return calls, error
    raise AssertionError(f"one call too many: {call}")


def is_problem(fixture: dict[str, Any], result: Any) -> bool:
    """Whether the fixture ends with a problem, and then that it is this one."""
    if "problem" not in fixture:
        assert not isinstance(result, GatewayError)
        return False
    assert {"code": result.code.name, "path": list(result.path)} == fixture["problem"]
    return True
