"""What a payload shows of a call: its body, also one that is no JSON, and never a secret in it."""

from __future__ import annotations

from collections.abc import Iterator

from gql_gateway.connectors.base import Step
from gql_gateway.fields.change import Change
from gql_gateway.model.json import Json, JsonObject
from gql_gateway.model.ref import Ref
from tests.faults.stub import REF, Script, Stub, change_of, runner


class Written(Stub):
    """Its one write is a text."""

    def plan(self, ref: Ref, change: Change, current: JsonObject | None) -> Iterator[Step]:
        yield Step("name", "PUT", "/name", body={}, content="<name>Å & secret</name>".encode())


class Cleaning(Script):
    def clean_json(self, document: Json) -> Json:
        return document.replace("secret", "[redacted]") if isinstance(document, str) else document


async def test_a_body_that_is_no_json_is_shown_as_text_in_a_dry_run_and_after_it() -> None:
    for dry_run in (True, False):
        outcome = await runner(Cleaning(), Written()).update(REF, change_of(companyName="New"), dry_run=dry_run)
        [write] = [call for call in outcome.requests if call.writes]
        assert write.body == "<name>Å & [redacted]</name>"
