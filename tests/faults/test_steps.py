"""Plans of several steps: what was applied, what failed and what was not tried is what the provider then holds."""

from __future__ import annotations

from typing import Any

import pytest

from gql_gateway.connectors.base import Connector
from gql_gateway.connectors.run import Wants
from gql_gateway.errors import (
    ErrorCode,
    GatewayError,
    OutcomeUnknown,
    PartlyApplied,
    ProviderRejected,
    ProviderUnavailable,
    RateLimited,
    VersionConflict,
)
from gql_gateway.schema.payloads import payload_of
from tests.faults.stub import (
    ALL_THREE,
    ASKING,
    ERRORS_ONLY,
    EVERYTHING,
    REF,
    SHELVES,
    STUB,
    Does,
    Script,
    change_of,
    runner,
)

FAILURES: dict[Does, tuple[type[GatewayError], ErrorCode]] = {
    "refuses": (ProviderRejected, ErrorCode.INVALID_VALUE),
    "conflicts": (VersionConflict, ErrorCode.STALE_VERSION),
    "nothing": (ProviderUnavailable, ErrorCode.DOWN),
    "fails": (ProviderUnavailable, ErrorCode.DOWN),
    "babbles": (ProviderUnavailable, ErrorCode.DOWN),
    "unreachable": (ProviderUnavailable, ErrorCode.UNREACHABLE),
    "limited": (RateLimited, ErrorCode.RATE_LIMITED),
}


def held(script: Script) -> list[str]:
    """The shelves whose value is the new one."""
    wanted = dict(zip(SHELVES, ("New", "New", "en"), strict=True))
    record: Any = script.record
    return [shelf for shelf in SHELVES if record[shelf]["value"] == wanted[shelf]]


@pytest.mark.parametrize("connector", [STUB, ASKING], ids=["list", "generator"])
@pytest.mark.parametrize("k", range(3))
@pytest.mark.parametrize("does", FAILURES)
async def test_a_plan_stopped_at_any_step_says_how_far_it_came(does: Does, k: int, connector: Connector) -> None:
    script = Script(writes={SHELVES[k]: [does]})
    outcome = await runner(script, connector).update(REF, change_of(**ALL_THREE))

    [error] = outcome.errors
    cause_type, code = FAILURES[does]
    assert held(script) == list(SHELVES[:k])
    if k == 0:
        assert (type(error), error.code) == (cause_type, code)
    else:
        assert isinstance(error, PartlyApplied)
        assert error.applied == SHELVES[:k]
        assert error.failed == SHELVES[k]
        assert error.not_tried == SHELVES[k + 1 :]
        assert error.cause is not None
        assert (type(error.cause), error.cause.code) == (cause_type, code)
        assert error.cause.message in error.message
        assert error.provider_code == error.cause.provider_code
        assert not error.retryable
    sent = [step for step in script.received if step != "read"]
    assert sent == list(SHELVES[:k]) + ([] if does == "unreachable" else [SHELVES[k]])


@pytest.mark.parametrize("connector", [STUB, ASKING], ids=["list", "generator"])
@pytest.mark.parametrize("wants", [EVERYTHING, ERRORS_ONLY], ids=["everything", "errors"])
@pytest.mark.parametrize("k", range(3))
async def test_an_unclear_step_that_was_done_is_settled_and_the_plan_goes_on(
    k: int, wants: Wants, connector: Connector
) -> None:
    script = Script(writes={SHELVES[k]: ["it_silently"]})
    outcome = await runner(script, connector).update(REF, change_of(**ALL_THREE), wants=wants)
    assert outcome.errors == []
    assert held(script) == list(SHELVES)
    assert [step for step in script.received if step != "read"] == list(SHELVES)


@pytest.mark.parametrize("k", range(3))
async def test_all_steps_unclear_but_done(k: int) -> None:
    script = Script(writes={shelf: ["it_silently"] for shelf in SHELVES[k:]})
    outcome = await runner(script, ASKING).update(REF, change_of(**ALL_THREE))
    assert outcome.errors == []
    assert held(script) == list(SHELVES)
    assert [step for step in script.received if step != "read"] == list(SHELVES)


@pytest.mark.parametrize("k", range(3))
@pytest.mark.parametrize("does", ["nothing", "it_silently"])
async def test_an_unclear_step_that_cannot_be_settled(does: Does, k: int) -> None:
    script = Script(writes={SHELVES[k]: [does]}, reads=["it", "fails", "fails", "fails"])
    outcome = await runner(script).update(REF, change_of(**ALL_THREE))
    [error] = outcome.errors
    cause = error.cause if isinstance(error, PartlyApplied) else error
    assert isinstance(cause, OutcomeUnknown)
    assert not cause.retryable
    if isinstance(error, PartlyApplied):
        assert (error.applied, error.failed, error.not_tried) == (SHELVES[:k], SHELVES[k], SHELVES[k + 1 :])
    assert isinstance(error, PartlyApplied) == (k > 0)
    assert [step for step in script.received if step != "read"] == list(SHELVES[: k + 1])


async def test_a_step_is_judged_by_its_own_paths() -> None:
    """The first step was done: that the other two values are not there yet says nothing against it."""
    script = Script(writes={"name": ["it_silently"], "city": ["refuses"]})
    outcome = await runner(script).update(REF, change_of(**ALL_THREE))
    [error] = outcome.errors
    assert isinstance(error, PartlyApplied)
    assert (error.applied, error.failed, error.not_tried) == (("name",), "city", ("phone",))


async def test_a_list_that_another_step_clears_says_nothing_of_this_one() -> None:
    script = Script(writes={"name": ["it_silently"]})
    outcome = await runner(script).update(REF, change_of(companyName="New", contactPersons=None))
    assert outcome.errors == []
    assert [step for step in script.received if step != "read"] == ["name", "phone"]
    assert outcome.customer is not None
    assert (outcome.customer.company_name, outcome.customer.contact_persons) == ("New", ())


@pytest.mark.parametrize("does", ["it_silently", "nothing"])
async def test_a_cleared_list_settles_its_own_step(does: Does) -> None:
    script = Script(writes={"phone": [does]})
    outcome = await runner(script).update(REF, change_of(contactPersons=None))
    assert [error.code for error in outcome.errors] == ([] if does == "it_silently" else [ErrorCode.DOWN])


async def test_the_same_call_again_makes_the_rest_only() -> None:
    script = Script(writes={"city": ["refuses"]})
    await runner(script).update(REF, change_of(**ALL_THREE))
    script.received.clear()
    outcome = await runner(script).update(REF, change_of(**ALL_THREE), careful=True)
    assert outcome.errors == []
    assert [step for step in script.received if step != "read"] == ["city", "phone"]
    assert held(script) == list(SHELVES)


async def test_a_step_gets_what_the_answer_before_it_told() -> None:
    script = Script()
    await runner(script, ASKING).update(REF, change_of(**ALL_THREE))
    assert [body["of"] for body in script.bodies[1:] if isinstance(body, dict)] == [7, 7]


async def test_a_dry_run_shows_every_step_and_sends_none() -> None:
    for connector in (STUB, ASKING):
        script = Script()
        outcome = await runner(script, connector).update(REF, change_of(**ALL_THREE), dry_run=True)
        assert [call.step for call in outcome.requests if call.writes] == list(SHELVES)
        assert script.received == ["read"]


async def test_a_caller_sees_how_far_it_came() -> None:
    script = Script(writes={"city": ["refuses"]})
    [shown] = payload_of(await runner(script).update(REF, change_of(**ALL_THREE))).errors
    told: Any = shown
    assert (told.code, told.applied, told.failed, told.not_tried) == (
        ErrorCode.PARTLY_APPLIED,
        ("name",),
        "city",
        ("phone",),
    )
    assert told.provider_code == "no"
