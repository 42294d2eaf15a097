"""The last door of the log: whatever looks like a secret does not pass, in whatever it is wrapped."""

from __future__ import annotations

import json
import logging

import pytest
import structlog

from gql_gateway import logs

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJjNG5hcnkifQ.c2lnbmF0dXJlLW9mLWE"


@pytest.mark.parametrize("wrapped", [TOKEN, [TOKEN], (TOKEN,), {"detail": TOKEN}, [{"deep": [TOKEN]}]], ids=repr)
def test_a_token_does_not_pass(capsys: pytest.CaptureFixture[str], wrapped: object) -> None:
    logs.set_up("info", "json")
    structlog.get_logger("test").info("told", detail=wrapped, count=3, kept=["a name"])
    logging.getLogger("test").warning("told %s", wrapped)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["level"] for line in lines] == ["info", "warning"]
    assert (lines[0]["count"], lines[0]["kept"]) == (3, ["a name"])
    assert TOKEN not in json.dumps(lines)
