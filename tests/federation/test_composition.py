"""What of the subgraph is in the supergraphs of both composers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import parse, print_ast

from gql_gateway.schema.build import build_schema
from gql_gateway.schema.directives import OWN_DIRECTIVES

from .conftest import COMPOSERS, Federation
from .running import compose, served

OWN: tuple[Any, ...] = OWN_DIRECTIVES
OWN_NAMES = {item.__strawberry_directive__.graphql_name for item in OWN}


def elements(sdl: str) -> Iterator[tuple[str, Any]]:
    """Whatever may carry directives, by its coordinate."""
    for node in parse(sdl).definitions:
        name = getattr(getattr(node, "name", None), "value", None)
        if name is None or node.kind == "directive_definition":
            continue
        yield name, node
        for inner in (*(getattr(node, "fields", None) or ()), *(getattr(node, "values", None) or ())):
            yield f"{name}.{inner.name.value}", inner
            for argument in getattr(inner, "arguments", None) or ():
                yield f"{name}.{inner.name.value}({argument.name.value}:)", argument


def applied(sdl: str, *names: str) -> dict[str, list[str]]:
    """The applications of these directives, in their order, by where they stand."""
    found = {}
    for where, node in elements(sdl):
        told = [print_ast(item) for item in node.directives or () if item.name.value in names]
        if told:
            found[where] = told
    return found


@pytest.mark.parametrize("composer", COMPOSERS)
class TestSupergraph:
    def test_our_directives_are_all_there(self, federation: Federation, composer: str) -> None:
        stated = applied(federation.subgraphs[0]["sdl"], *OWN_NAMES)

        assert {item[1:].partition("(")[0] for told in stated.values() for item in told} == OWN_NAMES
        assert applied(federation.supergraphs[composer], *OWN_NAMES) == stated

    def test_scalars_say_where_they_are_specified(self, federation: Federation, composer: str) -> None:
        stated = applied(federation.subgraphs[0]["sdl"], "specifiedBy")

        assert stated
        assert applied(federation.supergraphs[composer], "specifiedBy") == stated


def test_one_composer_keeps_one_of_and_the_other_drops_it(federation: Federation) -> None:
    """A known fact. Once both keep it, the documentation has to be changed."""
    assert applied(federation.supergraphs["guild"], "oneOf") == {"CustomerBy": ["@oneOf"], "CustomerChange": ["@oneOf"]}
    assert applied(federation.supergraphs["apollo"], "oneOf") == {}


@pytest.fixture(scope="module")
def composed(federation: Federation) -> dict[str, Any]:
    """The same subgraphs, ours with `@requiresScopes` and `@authenticated`."""
    ours, *others = federation.subgraphs
    return compose([{**ours, "sdl": build_schema(router_auth=True).subgraph_sdl}, *others])


class TestRouterAuth:
    @pytest.mark.parametrize("composer", COMPOSERS)
    def test_composes(self, composed: dict[str, Any], composer: str) -> None:
        assert composed[composer]["errors"] == []
        told = applied(composed[composer]["supergraph"], "requiresScopes", "authenticated")
        assert told["Customer.native"] == ['@requiresScopes(scopes: [["customers:native"]])']
        assert told["Query.integrations"] == ["@authenticated"]

    def test_apollo_gateway_does_not_start_with_it(
        self, composed: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        """A known fact, and why it is off by default. Hive Gateway starts."""
        wanted = [(engine, engine, composed["apollo"]["supergraph"]) for engine in ("apollo", "hive")]
        with served(tmp_path_factory.mktemp("auth"), *wanted) as gateways:
            assert "is for: SECURITY but is unsupported" in gateways["apollo"]["error"]
            assert "url" in gateways["hive"]
