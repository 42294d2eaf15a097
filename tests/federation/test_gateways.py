"""Updates, entities, errors and callers through each gateway over each composition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gql_gateway.model.ref import Ref

from .conftest import Supergraph

FORTNOX = "sandbox-fortnox"
THERE, OTHER, GONE = "1001", "1002", "987654"

UPDATE = """mutation ($input: UpdateCustomerInput!) {
  updateCustomer(input: $input) {
    customer { nativeId companyName notes vatId ordersOf }
    changes { path before after }
    requests { method body }
    errors { __typename code path }
  }
}"""
ORDERS = "query ($of: [String!]!) { orders(of: $of) { customer { companyName ordersOf } } }"
INVOICES = "query ($of: [ID!]!) { invoices(of: $of) { customer { companyName } } }"
REACHED_NOBODY = 0


@pytest.fixture(autouse=True)
def as_at_the_start(supergraph: Supergraph) -> Iterator[None]:
    for simulator in supergraph.accounting.sandbox.simulators.values():
        simulator.reset()
    yield


def update(supergraph: Supergraph, change: dict[str, Any], **more: Any) -> Any:
    by = {"native": {"connectionId": FORTNOX, "nativeId": THERE}}
    body = supergraph.ask(UPDATE, {"input": {"customer": by, "change": change, **more}})
    assert "errors" not in body, body
    return body["data"]["updateCustomer"]


def calls(supergraph: Supergraph, integration: str) -> int:
    """How many requests the provider received so far."""
    return len(supergraph.accounting.sandbox.requests(integration))


class TestUpdate:
    def test_absent_null_and_value_arrive_as_they_are(self, supergraph: Supergraph) -> None:
        done = update(supergraph, {"fortnox": {"notes": "Please ring twice.", "vatId": None}}, dryRun=True)

        assert done["errors"] == []
        (body,) = [request["body"] for request in done["requests"] if request["method"] == "PUT"]
        assert body == {"Customer": {"Comments": "Please ring twice.", "VATNumber": "API_BLANK"}}

    def test_is_made_and_its_customer_joined_with_other_subgraphs(self, supergraph: Supergraph) -> None:
        done = update(supergraph, {"fortnox": {"notes": "Through a supergraph."}})

        assert done["errors"] == []
        assert [change["path"] for change in done["changes"]] == ["notes"]
        assert done["customer"]["notes"] == "Through a supergraph."
        assert done["customer"]["ordersOf"] == f"orders of {FORTNOX}/{THERE}"

    def test_problems_are_data(self, supergraph: Supergraph) -> None:
        done = update(supergraph, {"fortnox": {"companyName": None, "notes": "x" * 2000}})

        assert done["customer"] is None
        assert [(error["__typename"], error["code"]) for error in done["errors"]] == [
            ("InvalidChange", "CANNOT_CLEAR"),
            ("InvalidChange", "TOO_LONG"),
        ]
        assert done["errors"][0]["path"] == ["change", "fortnox", "companyName"]


class TestEntities:
    def test_by_connection_and_native_id(self, supergraph: Supergraph) -> None:
        body = supergraph.ask(ORDERS, {"of": [f"{FORTNOX}/{THERE}", f"{FORTNOX}/{OTHER}"]})

        assert "errors" not in body
        assert [order["customer"]["companyName"] for order in body["data"]["orders"]] == [
            "Älvstrandens Byggvaror AB",
            "Norrskenets Café & Bageri AB",
        ]
        assert len(supergraph.accounting.asked) == 1

    def test_by_id(self, supergraph: Supergraph) -> None:
        body = supergraph.ask(INVOICES, {"of": [Ref(FORTNOX, THERE).global_id()]})

        assert body == {"data": {"invoices": [{"customer": {"companyName": "Älvstrandens Byggvaror AB"}}]}}

    def test_one_that_is_not_there_is_null_and_no_error(self, supergraph: Supergraph) -> None:
        body = supergraph.ask(ORDERS, {"of": [f"{FORTNOX}/{GONE}", f"{FORTNOX}/{THERE}"]})

        assert "errors" not in body
        names = [order["customer"]["companyName"] for order in body["data"]["orders"]]
        assert names == [None, "Älvstrandens Byggvaror AB"]

    def test_a_bad_one_is_an_error_at_its_place(self, supergraph: Supergraph) -> None:
        body = supergraph.ask(ORDERS, {"of": [f"{FORTNOX}/{THERE}", "no-such-connection/1", f"{FORTNOX}/{OTHER}"]})

        (error,) = body["errors"]
        assert error["path"][:3] == ["orders", 1, "customer"]
        assert error["extensions"]["code"] == "NOT_CONNECTED"
        assert error["extensions"]["serviceName"] == "accounting"
        names = [order["customer"]["companyName"] for order in body["data"]["orders"]]
        assert names == ["Älvstrandens Byggvaror AB", None, "Norrskenets Café & Bageri AB"]

    def test_an_id_that_is_none_is_an_error_at_its_place(self, supergraph: Supergraph) -> None:
        body = supergraph.ask(INVOICES, {"of": ["not an id", Ref(FORTNOX, THERE).global_id()]})

        (error,) = body["errors"]
        assert error["path"][:3] == ["invoices", 0, "customer"]
        assert error["extensions"]["code"] == "BAD_FORMAT"
        assert body["data"]["invoices"][1]["customer"]["companyName"] == "Älvstrandens Byggvaror AB"

    @pytest.mark.parametrize(("integration", "expected"), [("quickbooks", 1), ("bookmore", 1), ("fortnox", 10)])
    def test_many_are_one_request_and_one_call_where_the_provider_can(
        self, supergraph: Supergraph, integration: str, expected: int
    ) -> None:
        accounting = supergraph.accounting
        wanted = [f"sandbox-{integration}/{native_id}" for native_id in accounting.customers(integration)[:10]]
        before = calls(supergraph, integration)
        body = supergraph.ask(ORDERS, {"of": wanted})

        assert "errors" not in body
        assert all(order["customer"]["companyName"] for order in body["data"]["orders"])
        assert len(accounting.asked) == 1
        assert calls(supergraph, integration) - before == expected


class TestOneOf:
    CHANGE = {"fortnox": {"notes": "a"}, "lexwareOffice": {"notes": "b"}}  # noqa: RUF012

    def test_two_members_reach_no_provider(self, supergraph: Supergraph) -> None:
        """Whoever composed: the gateway refuses them where the supergraph still says `@oneOf`, else we do."""
        before = calls(supergraph, "fortnox")
        by = {"native": {"connectionId": FORTNOX, "nativeId": THERE}}
        body = supergraph.ask(UPDATE, {"input": {"customer": by, "change": self.CHANGE}})

        (error,) = body["errors"]
        assert not body.get("data")
        assert "CustomerChange" in error["message"]
        assert len(supergraph.accounting.asked) == (1 if supergraph.composer == "apollo" else REACHED_NOBODY)
        assert calls(supergraph, "fortnox") == before

    def test_clients_may_not_be_told(self, supergraph: Supergraph) -> None:
        """A known fact: one gateway cannot answer this at all, the other as its supergraph has it."""
        body = supergraph.ask('{ __type(name: "CustomerChange") { isOneOf } }')

        if supergraph.engine == "apollo":
            assert [error["message"] for error in body["errors"]] == ['Cannot query field "isOneOf" on type "__Type".']
        else:
            assert body == {"data": {"__type": {"isOneOf": supergraph.composer == "guild"}}}


class TestCallers:
    QUERY = "{ customers(connectionId: " + f'"{FORTNOX}"' + ") { nodes { nativeId } } }"

    def test_whose_credentials_are_handed_on_gets_in(self, supergraph: Supergraph) -> None:
        assert supergraph.ask(self.QUERY)["data"]["customers"]["nodes"]

    @pytest.mark.parametrize("key", [None, "gqlgw_not-a-key"], ids=["none", "wrong"])
    def test_others_do_not(self, supergraph: Supergraph, key: str | None) -> None:
        body = supergraph.ask(self.QUERY, key=key)

        (error,) = body["errors"]
        assert error["extensions"]["code"] == "UNAUTHENTICATED"
        assert not (body.get("data") or {}).get("customers")


def test_facts_are_data_for_clients_of_a_supergraph(supergraph: Supergraph) -> None:
    """Gateways answer introspection themselves and know nothing of `appliedDirectives`."""
    hidden = supergraph.ask('{ __type(name: "Customer") { appliedDirectives { name } } }')
    assert "appliedDirectives" in hidden["errors"][0]["message"]

    told = supergraph.ask("{ integration(name: FORTNOX) { fields { path nativeName } } }")
    assert {"path": "companyName", "nativeName": "Name"} in told["data"]["integration"]["fields"]
