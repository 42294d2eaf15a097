"""`@requiresScopes` and `@authenticated`: the same facts as `@needsScope`, in the words of routers, when asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from graphql import parse, value_from_ast_untyped
from typer.testing import CliRunner

from gql_gateway.cli import app
from gql_gateway.commands.sandbox import prepared
from gql_gateway.execute import Executor, Request
from gql_gateway.schema.build import GatewaySchema, build_schema
from gql_gateway.schema.scopes import FEDERATION, OPEN
from gql_gateway.settings import Settings

from .conftest import NOWHERE


@pytest.fixture(scope="module")
def telling() -> GatewaySchema:
    return build_schema(router_auth=True)


def stated(document: Any) -> dict[str, dict[str, Any]]:
    """The directives with their first argument, by what they stand at: `Type` or `Type.field`."""
    found = {}
    for node in document.definitions:
        if node.kind != "object_type_definition":
            continue
        name = node.name.value
        for where, item in [(name, node), *((f"{name}.{field.name.value}", field) for field in node.fields)]:
            found[where] = {
                used.name.value: value_from_ast_untyped(used.arguments[0].value) if used.arguments else None
                for used in item.directives or ()
            }
    return found


def test_every_needed_scope_is_told_to_routers(telling: GatewaySchema) -> None:
    places = stated(parse(telling.subgraph_sdl))
    needing = {where: used["needsScope"] for where, used in places.items() if "needsScope" in used}
    told = {where: used["requiresScopes"] for where, used in places.items() if "requiresScopes" in used}

    assert {"Customer", "Customer.native", "Mutation.updateCustomer"} <= needing.keys()
    assert told == {where: [[scope] for scope in scopes] for where, scopes in needing.items()}


def test_root_fields_without_a_scope_are_for_callers_all_the_same(telling: GatewaySchema) -> None:
    places = stated(parse(telling.subgraph_sdl))
    authenticated = {where for where, used in places.items() if "authenticated" in used}

    assert authenticated == {f"Query.{name}" for name in OPEN - {"_service"}}
    roots = {where for where in places if where.startswith(("Query.", "Mutation."))}
    silent = {where for where in roots if not {"authenticated", "requiresScopes"} & places[where].keys()}
    assert silent == {"Query._service", *(f"Query.{name}" for name in FEDERATION)}


def test_nothing_else_changes(schema: GatewaySchema, telling: GatewaySchema) -> None:
    assert telling.client_sdl == schema.client_sdl
    assert not {"@authenticated", "@requiresScopes"} & set(schema.subgraph_sdl.replace("(", " ").split())


async def test_service_tells_it_when_it_is_switched_on(telling: GatewaySchema) -> None:
    answer = await Executor(telling).run(Request("{ _service { sdl } }"), NOWHERE)
    assert answer.body == {"data": {"_service": {"sdl": telling.subgraph_sdl}}}


async def test_setting_switches_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not Settings().federation_auth_directives
    monkeypatch.setenv("GATEWAY_FEDERATION_AUTH_DIRECTIVES", "true")
    async with prepared("127.0.0.1", 0, 0) as ready:
        assert "@requiresScopes(" in ready.app.schema.subgraph_sdl


def test_command_prints_it_and_writes_nothing(telling: GatewaySchema, tmp_path: Path) -> None:
    said = CliRunner().invoke(app, ["schema", "--auth-directives", "--folder", str(tmp_path)])
    assert list(tmp_path.iterdir()) == []
    assert (said.exit_code, said.stdout) == (0, telling.subgraph_sdl)
