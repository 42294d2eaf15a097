"""Fortnox's refresh tokens are good for one use: losing one locks the tenant out."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from gql_gateway.connectors.run import Wants
from gql_gateway.errors import ConnectionProblem, ErrorCode

TOKEN = "POST /oauth-v1/token"


async def spend_refresh_token(company: Any) -> None:
    """Somebody else refreshes: the stored refresh token is dead from now on."""
    known = company.simulator.credentials()
    client = b64encode(f"{known['client_id']}:{known['client_secret']}".encode()).decode()
    async with aiohttp.ClientSession() as session:
        answer = await session.post(
            company.simulator.token_url(company.sandbox.url("fortnox")),
            data={"grant_type": "refresh_token", "refresh_token": known["refresh_token"]},
            headers={"Authorization": f"Basic {client}"},
        )
        assert answer.status == 200


async def test_expired_token_is_replaced_and_stored_before_it_is_used(company: Any, errors_only: Wants) -> None:
    before = (await company.connection()).credentials
    company.simulator.expire_tokens()
    outcome = await company.update("1001", {"notes": "neu"}, wants=errors_only)
    assert outcome.errors == []
    put = "PUT /3/customers/1001"
    assert company.calls() == [f"{put} 401", f"{TOKEN} 200", f"{put} 200"]
    assert company.store.stored_after == [[f"{put} 401", f"{TOKEN} 200"]]
    after = (await company.connection()).credentials
    newest = company.simulator.credentials()
    assert {name: after[name] for name in newest} == newest
    assert after["refresh_token"] != before["refresh_token"] and after["access_token"] != before["access_token"]


async def test_token_that_cannot_be_stored_is_not_used(company: Any, errors_only: Wants) -> None:
    """Used before it is stored, it would be lost with the process."""
    company.simulator.expire_tokens()
    company.store.broken = True
    with pytest.raises(OSError, match="disk"):
        await company.update("1001", {"notes": "neu"}, wants=errors_only)
    assert company.calls() == ["PUT /3/customers/1001 401", f"{TOKEN} 200"]
    assert company.stored("1001")["Comments"] == "Leverans endast före kl. 10."
    # Once the disk has room again, the pair that was handed out is stored; none is asked for.
    company.store.broken = False
    outcome = await company.update("1001", {"notes": "neu"}, wants=errors_only)
    assert outcome.errors == []
    assert company.calls()[2:] == ["PUT /3/customers/1001 401", "PUT /3/customers/1001 200"]


async def test_token_that_ends_within_a_minute_is_replaced_first(company: Any, errors_only: Wants) -> None:
    known = await company.connection()
    ending = known.credentials.replaced(expires_at="1")
    await company.store.store_credentials(known.key, ending, generation=known.generation)
    assert (await company.update("1001", {"notes": "neu"}, wants=errors_only)).errors == []
    assert company.calls() == [f"{TOKEN} 200", "PUT /3/customers/1001 200"]
    assert float((await company.connection()).credentials["expires_at"]) > 1


async def test_spent_refresh_token_ends_the_connection(company: Any, errors_only: Wants) -> None:
    await spend_refresh_token(company)
    company.simulator.expire_tokens()
    outcome = await company.update("1001", {"notes": "neu"}, wants=errors_only)
    [error] = outcome.errors
    assert isinstance(error, ConnectionProblem)
    assert (error.code, error.provider_code) == (ErrorCode.REAUTHORIZE, "invalid_grant")
    connection = await company.connection()
    assert connection.status == "reauthorize"
    assert "invalid_grant" in (connection.status_reason or "")
    # From now on nobody bothers Fortnox with a dead grant.
    asked = company.calls().count(f"{TOKEN} 400")
    assert asked == 1
    outcome = await company.update("1001", {"notes": "neu"}, wants=errors_only)
    assert [error.code for error in outcome.errors] == [ErrorCode.REAUTHORIZE]
    assert company.calls().count(f"{TOKEN} 400") == asked
    assert company.stored("1001")["Comments"] == "Leverans endast före kl. 10."


async def test_updates_at_once_refresh_once(company: Any, errors_only: Wants) -> None:
    company.simulator.expire_tokens()
    numbers = ["1001", "1002", "1003", "2001", "2024/17", "K-1042"]
    outcomes = await asyncio.gather(
        *(company.update(number, {"notes": f"neu {number}"}, wants=errors_only) for number in numbers)
    )
    assert [outcome.errors for outcome in outcomes] == [[]] * len(numbers)
    assert company.calls().count(f"{TOKEN} 200") == 1
    assert not any(call.startswith(TOKEN) and not call.endswith("200") for call in company.calls())
    assert all(company.stored(number)["Comments"] == f"neu {number}" for number in numbers)


async def test_two_updates_of_one_customer_refresh_once(company: Any) -> None:
    company.simulator.expire_tokens()
    outcomes = await asyncio.gather(
        company.update("1001", {"notes": "neu"}), company.update("1001", {"website": "https://neu.example"})
    )
    assert [outcome.errors for outcome in outcomes] == [[], []]
    assert company.calls().count(f"{TOKEN} 200") == 1
    stored = company.stored("1001")
    assert (stored["Comments"], stored["WWW"]) == ("neu", "https://neu.example")


async def test_refresh_token_alone_is_enough(company: Any, errors_only: Wants) -> None:
    known = await company.connection()
    credentials = known.credentials.replaced(access_token="")
    await company.store.store_credentials(known.key, credentials, generation=known.generation)
    assert (await company.update("1001", {"notes": "neu"}, wants=errors_only)).errors == []
    assert company.calls() == [f"{TOKEN} 200", "PUT /3/customers/1001 200"]


async def test_missing_scope_is_told_apart_from_a_bad_token(company: Any, errors_only: Wants) -> None:
    company.simulator.scopes = frozenset({"companyinformation"})
    outcome = await company.update("1001", {"notes": "neu"}, wants=errors_only)
    [error] = outcome.errors
    assert isinstance(error, ConnectionProblem)
    assert (error.code, error.provider_code, error.retryable) == (ErrorCode.MISSING_SCOPE, "2001101", False)
    assert "customer" in error.message
    assert company.calls() == ["PUT /3/customers/1001 403"]
    assert (await company.connection()).status == "ready"


async def test_no_credential_is_told(company: Any, capfd: pytest.CaptureFixture[str]) -> None:
    company.simulator.expire_tokens()
    known = [*company.simulator.credentials().items()]
    with capture_logs() as logs:
        outcome = await company.update("1001", {"notes": "neu", "number": "1099"})
    known += company.simulator.credentials().items()
    assert [entry["event"] for entry in logs if entry["event"] == "token_refreshed"] == ["token_refreshed"]
    told = repr(outcome) + repr(logs) + "".join(capfd.readouterr())
    assert [name for name, value in known if value in told] == []
