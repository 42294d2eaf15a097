from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from gql_gateway.outbound.message import Answer, Call, NotTaken, TransportError, Unclear
from gql_gateway.outbound.retry import RepeatBudget, never, repeat, retry_after

NOW = 1_800_000_000.0
READ = Call("read", "GET", "/x")
WRITE = Call("write", "PUT", "/x", writes=True)
OK = Answer(200, b"{}")
BUSY = Answer(429, b"", {"retry-after": "2"})
UNREACHABLE = NotTaken("unreachable", "gone")


def date(seconds: float) -> str:
    return format_datetime(datetime.fromtimestamp(NOW + seconds, UTC), usegmt=True)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("0", 0),
        ("5", 5),
        (" 5 ", 5),
        ("1.5", 1.5),
        ("+3", 3),
        ("-5", 0),
        ("1000000000", 1e9),
        ("9" * 400, None),
        (date(90), 90),
        (date(-90), 0),
        ("Friday, 15-Jan-27 08:00:30 GMT", 30),
        ("Fri Jan 15 08:00:30 2027", 30),
        ("soon", None),
        ("5 minutes", None),
        ("0x10", None),
        ("inf", None),
        ("nan", None),
        ("", None),
        (",", None),
        ("2, 7", 7),
        ("7, 2", 7),
        ("soon, 4", 4),
        (f"{date(30)}, {date(60)}", 60),
        (f"5, {date(60)}", 60),
        ("Wed, 99 Foo 2026 07:28:00 GMT", None),
    ],
)
def test_retry_after(told: str, seconds: float | None) -> None:
    assert retry_after(Answer(429, b"", {"retry-after": told}), NOW) == seconds


def test_retry_after_is_absent() -> None:
    assert retry_after(Answer(429), NOW) is None


class Provider:
    """Gives the listed outcomes in turn, the last one for ever, on a clock that passes only while sleeping."""

    def __init__(self, *outcomes: Answer | TransportError) -> None:
        self.outcomes = list(outcomes)
        self.calls = 0
        self.sleeps: list[float] = []
        self.time = 100.0

    async def attempt(self) -> Answer:
        self.calls += 1
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, TransportError):
            raise outcome
        return outcome

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.time += seconds

    async def asked(
        self,
        call: Call,
        *,
        deadline: float | None = None,
        not_taken: Callable[[Answer], bool] = never,
        budget: RepeatBudget | None = None,
    ) -> Answer:
        return await repeat(
            lambda: self.attempt(),  # noqa: PLW0108 - a lambda is what callers pass
            call,
            deadline=deadline,
            not_taken=not_taken,
            budget=budget,
            clock=lambda: self.time,
            now=lambda: NOW,
            sleep=self.sleep,
        )


def outcome_name(outcome: Answer | TransportError) -> str:
    return str(outcome.status) if isinstance(outcome, Answer) else f"{type(outcome).__name__} {outcome.reason}"  # type: ignore[attr-defined]


@pytest.mark.parametrize("call", [READ, WRITE], ids=["read", "write"])
@pytest.mark.parametrize("first", [UNREACHABLE, BUSY], ids=outcome_name)
async def test_what_was_certainly_not_taken_is_repeated(call: Call, first: Answer | TransportError) -> None:
    provider = Provider(first, OK)
    assert await provider.asked(call) == OK
    assert provider.calls == 2


PASSING = [
    Answer(502),
    Answer(503),
    Answer(504),
    Answer(503, b"", {"retry-after": "1"}),
    Unclear("timeout", "t"),
    Unclear("connection_lost", "c"),
    Unclear("unreadable", "u"),
]


@pytest.mark.parametrize("first", PASSING, ids=outcome_name)
async def test_a_read_is_repeated_whatever_became_of_it(first: Answer | TransportError) -> None:
    provider = Provider(first, OK)
    assert await provider.asked(READ) == OK
    assert provider.calls == 2


@pytest.mark.parametrize("first", PASSING, ids=outcome_name)
async def test_a_write_that_may_have_been_taken_is_never_repeated(first: Answer | TransportError) -> None:
    provider = Provider(first, OK)
    if isinstance(first, Answer):
        assert await provider.asked(WRITE) is first
    else:
        with pytest.raises(Unclear) as raised:
            await provider.asked(WRITE)
        assert raised.value is first
    assert (provider.calls, provider.sleeps) == (1, [])


@pytest.mark.parametrize(
    "final",
    [OK, Answer(301), Answer(400), Answer(401), Answer(404), Answer(409), Answer(500), Answer(501)],
    ids=outcome_name,
)
async def test_any_other_answer_is_final(final: Answer) -> None:
    for call in (READ, WRITE):
        provider = Provider(final)
        assert await provider.asked(call) is final
        assert provider.calls == 1


@pytest.mark.parametrize(
    "final",
    [NotTaken("rate_limited", "r", retry_after=3), NotTaken("deadline", "d"), Unclear("too_large", "l")],
    ids=outcome_name,
)
async def test_what_would_only_happen_again_is_not_repeated(final: TransportError) -> None:
    provider = Provider(final)
    with pytest.raises(type(final)) as raised:
        await provider.asked(READ)
    assert raised.value is final
    assert provider.calls == 1


async def test_three_tries_at_most() -> None:
    provider = Provider(UNREACHABLE)
    with pytest.raises(NotTaken) as raised:
        await provider.asked(WRITE)
    assert raised.value is UNREACHABLE
    assert provider.calls == 3
    assert all(0.1 <= slept <= 3 for slept in provider.sleeps)
    provider = Provider(Answer(503))
    assert (await provider.asked(READ)).status == 503
    assert provider.calls == 3


async def test_waits_are_jittered() -> None:
    sleeps = set()
    for _ in range(20):
        provider = Provider(UNREACHABLE, OK)
        await provider.asked(WRITE)
        sleeps.add(provider.sleeps[0])
    assert len(sleeps) > 10


async def test_429_waits_as_told_and_persisting_says_how_long_still() -> None:
    provider = Provider(BUSY)
    with pytest.raises(NotTaken) as raised:
        await provider.asked(WRITE)
    assert (raised.value.reason, raised.value.retry_after) == ("rate_limited", 2)
    assert provider.sleeps == [2, 2]


@pytest.mark.parametrize("headers", [{}, {"retry-after": "soon"}])
async def test_429_without_a_word_backs_off_for_seconds(headers: dict[str, str]) -> None:
    provider = Provider(Answer(429, b"", headers))
    with pytest.raises(NotTaken) as raised:
        await provider.asked(WRITE)
    assert raised.value.retry_after is None
    assert len(provider.sleeps) == 2
    assert all(1 <= slept <= 10 for slept in provider.sleeps)


@pytest.mark.parametrize(("told", "still"), [("3600", 3600), ("1000000000", 1e9), (date(3600), 3600)])
async def test_a_wait_beyond_the_deadline_is_not_begun(told: str, still: float) -> None:
    provider = Provider(Answer(429, b"", {"retry-after": told}), OK)
    with pytest.raises(NotTaken) as raised:
        await provider.asked(WRITE, deadline=130)
    assert (raised.value.reason, raised.value.retry_after) == ("rate_limited", still)
    assert (provider.calls, provider.sleeps) == (1, [])


@pytest.mark.parametrize("cut_short", [UNREACHABLE, NotTaken("deadline", "d")], ids=outcome_name)
async def test_a_try_that_the_deadline_cut_short_does_not_hide_what_was_seen_before(cut_short: NotTaken) -> None:
    slow = Unclear("timeout", "t")
    provider = Provider(slow, cut_short)
    given = provider.attempt

    async def attempt() -> Answer:
        if provider.calls == 1:
            provider.time = 130.0
        return await given()

    provider.attempt = attempt  # type: ignore[method-assign]
    with pytest.raises(Unclear) as raised:
        await provider.asked(READ, deadline=130)
    assert raised.value is slow
    assert provider.calls == 2


async def test_what_became_of_the_last_try_in_time_counts() -> None:
    provider = Provider(Unclear("timeout", "t"), UNREACHABLE)
    with pytest.raises(NotTaken):
        await provider.asked(READ, deadline=130)


@pytest.mark.parametrize("told", ["0", "-5"])
async def test_a_useless_wait_is_replaced_by_a_short_one(told: str) -> None:
    provider = Provider(Answer(429, b"", {"retry-after": told}), OK)
    assert await provider.asked(WRITE, deadline=130) == OK
    assert 0.1 <= provider.sleeps[0] <= 3


async def test_503_on_a_read_waits_as_told() -> None:
    provider = Provider(Answer(503, b"", {"retry-after": "4"}), OK)
    assert await provider.asked(READ) == OK
    assert provider.sleeps == [4]


async def test_a_provider_may_have_its_own_way_of_saying_that_nothing_was_done() -> None:
    locked = Answer(423, b"locked, nothing done")
    provider = Provider(locked, OK)
    assert await provider.asked(WRITE, not_taken=lambda answer: answer.status == 423) == OK
    provider = Provider(locked)
    assert await provider.asked(WRITE, not_taken=lambda answer: answer.status == 423) is locked
    assert provider.calls == 3


async def test_other_exceptions_pass() -> None:
    async def broken() -> Answer:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await repeat(broken, READ)


async def test_a_provider_in_trouble_gets_a_fifth_more_calls_at_most() -> None:
    """Five minutes at 50 calls a second, all answered 503."""
    provider = Provider(Answer(503))
    budget = RepeatBudget(clock=lambda: second)
    second = 0.0
    for number in range(50 * 300):
        second = number / 50
        await provider.asked(READ, budget=budget)
    assert provider.calls <= 1.2 * 50 * 300


async def test_the_budget_grows_back() -> None:
    second = 0.0
    budget = RepeatBudget(share=0, reserve=2, clock=lambda: second)
    assert [budget.spend() for _ in range(3)] == [True, True, False]
    second = 30.0
    assert [budget.spend() for _ in range(2)] == [True, False]
    second = 10_000.0
    assert [budget.spend() for _ in range(3)] == [True, True, False]
