"""The API key: refused, without its scopes, and never shown."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import structlog

from gql_gateway.connectors.base import ListFilter
from gql_gateway.errors import ConnectionProblem, ErrorCode, RateLimited
from gql_gateway.model.ref import Ref
from gql_gateway.sandbox.lexware_office import API_KEY

if TYPE_CHECKING:
    from .conftest import Office

Refer = Callable[[str], Ref]


@pytest.mark.parametrize(("scope", "methods"), [("contacts.read", ["GET"]), ("contacts.write", ["GET", "PUT"])])
async def test_a_403_quotes_the_key_and_nobody_sees_it(
    office: Office, scope: str, methods: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    office.simulator.scopes.remove(scope)
    with structlog.testing.capture_logs() as logs:
        outcome = await office.update("nordlicht", {"notes": "Neu"})
    (error,) = outcome.errors
    assert isinstance(error, ConnectionProblem)
    assert (error.code, error.provider_message) == (ErrorCode.MISSING_SCOPE, None)
    assert office.methods() == methods
    seen = [outcome, error, str(error), vars(error), error.args, error.__cause__, error.__context__, logs, caplog.text]
    assert API_KEY not in " ".join(map(repr, seen))


async def test_the_simulator_does_leak(office: Office) -> None:
    """Else the test above would prove nothing."""
    office.simulator.scopes.clear()
    runner = office.runner()
    call = next(office.connector.companies(None))  # type: ignore[arg-type]
    answer = await runner.transport.send(call)
    assert answer.status == 403
    assert API_KEY in answer.body.decode()


@pytest.mark.parametrize("where", ["companies", "list"])
async def test_reading_does_not_show_the_key_either(office: Office, where: str) -> None:
    office.simulator.scopes.clear()
    runner = office.runner()
    with pytest.raises(ConnectionProblem) as caught:
        if where == "companies":
            await runner.converse(office.connector.companies(None))  # type: ignore[arg-type]
        else:
            await runner.converse(office.connector.list(None, ListFilter(), 0, 25))
    assert caught.value.code is ErrorCode.MISSING_SCOPE
    assert API_KEY not in repr(vars(caught.value)) + repr(caught.value.__context__)


async def test_a_key_that_is_no_longer_good(office: Office) -> None:
    office.simulator.expire_tokens()
    outcome = await office.update("nordlicht", {"notes": "Neu"})
    assert [(type(error), error.code) for error in outcome.errors] == [(ConnectionProblem, ErrorCode.REAUTHORIZE)]
    assert office.methods() == ["GET"]


async def test_a_wrong_key(office: Office, refer: Refer) -> None:
    change = office.change({"notes": "Neu"})
    outcome = await office.runner(api_key="lxw_wrong").update(refer("nordlicht"), change)
    assert [error.code for error in outcome.errors] == [ErrorCode.REAUTHORIZE]


async def test_a_limit_that_persists(office: Office, refer: Refer) -> None:
    office.fault("status:429", times=9)
    before = office.stored("nordlicht")
    outcome = await office.runner(seconds=0.5).update(refer("nordlicht"), office.change({"notes": "Neu"}))
    (error,) = outcome.errors
    assert isinstance(error, RateLimited)
    assert error.retryable
    assert office.stored("nordlicht") == before
