"""Refresh tokens: single use for older clients, good for ever for newer ones; lost ones cut the company off."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gql_gateway.connectors.run import Wants
from gql_gateway.errors import ErrorCode

TOKEN = "POST /connect/token"
NOTE = {"notes": "Ny"}


@pytest.mark.parametrize("rotates", [True, False], ids=["older client", "newer client"])
async def test_refresh_works_whether_or_not_the_token_rotates(company: Any, errors_only: Wants, rotates: bool) -> None:
    company.simulator.rotates_refresh_tokens = rotates
    first = (await company.connection()).credentials
    for number in range(3):
        company.simulator.expire_tokens()
        before = (await company.connection()).credentials
        outcome = await company.update({"notes": f"Ny {number}"}, wants=errors_only)
        assert outcome.errors == []
        after = (await company.connection()).credentials
        newest = company.simulator.credentials()
        assert {name: after[name] for name in newest} == newest
        assert after["access_token"] != before["access_token"]
        assert (after["refresh_token"] != before["refresh_token"]) is rotates
    assert company.calls().count(f"{TOKEN} 200") == 3
    assert ((await company.connection()).credentials["refresh_token"] == first["refresh_token"]) is not rotates


async def test_new_pair_is_stored_before_it_is_used(company: Any, errors_only: Wants) -> None:
    company.simulator.expire_tokens()
    assert (await company.update(NOTE, wants=errors_only)).errors == []
    refused, exchange, *_ = company.calls()
    assert (refused.endswith(" 401"), exchange) == (True, f"{TOKEN} 200")
    assert company.store.stored_after == [[refused, exchange]]


@pytest.mark.parametrize("rotates", [True, False], ids=["older client", "newer client"])
async def test_updates_at_once_refresh_once(company: Any, errors_only: Wants, rotates: bool) -> None:
    company.simulator.rotates_refresh_tokens = rotates
    company.simulator.expire_tokens()
    ids = [key for key, record in company.simulator.records.items() if record["Name"].isascii()][:5]
    outcomes = await asyncio.gather(*(company.update(NOTE, native_id, wants=errors_only) for native_id in ids))
    assert [outcome.errors for outcome in outcomes] == [[]] * len(ids)
    assert [call for call in company.calls() if call.startswith(TOKEN)] == [f"{TOKEN} 200"]


async def test_changed_password_wants_a_new_connection(company: Any, errors_only: Wants) -> None:
    """It kills every token; from then on nobody bothers Visma with a dead grant."""
    company.simulator.change_password()
    for _ in range(2):
        [error] = (await company.update(NOTE, wants=errors_only)).errors
        assert (error.code, error.provider_code) in {
            (ErrorCode.REAUTHORIZE, "invalid_grant"),
            (ErrorCode.REAUTHORIZE, None),
        }
    assert (await company.connection()).status == "reauthorize"
    assert company.calls().count(f"{TOKEN} 400") == 1


@pytest.mark.parametrize("status", [400, 401])
async def test_wrong_client_wants_a_new_connection(company: Any, errors_only: Wants, status: int) -> None:
    company.simulator.invalid_client_status = status
    known = await company.connection()
    wrong = known.credentials.replaced(client_secret="another", access_token="")
    await company.store.store_credentials(known.key, wrong, generation=known.generation)
    [error] = (await company.update(NOTE, wants=errors_only)).errors
    assert (error.code, error.provider_code) == (ErrorCode.REAUTHORIZE, "invalid_client")


async def test_scope_for_reading_only_is_no_bad_token(company: Any, errors_only: Wants) -> None:
    company.simulator.scopes = frozenset({"ea:api", "offline_access", "ea:sales_readonly"})
    company.simulator.expire_tokens()
    before = company.stored()
    [error] = (await company.update(NOTE, wants=errors_only)).errors
    assert (error.code, error.provider_code) == (ErrorCode.MISSING_SCOPE, "4006")
    assert "ea:sales" in error.message
    assert company.calls().count(f"{TOKEN} 200") == 1
    assert (await company.connection()).status == "ready"
    assert company.stored() == before
