"""The one runner: makes an update safe, whichever provider.

load current when needed → check → expected version → plan → (dry run) → steps until the first failure →
settle an unclear answer by reading back → verify → differences and warnings.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator, Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog

from ..errors import (
    ErrorCode,
    GatewayError,
    OutcomeUnknown,
    PartlyApplied,
    ProviderProtocolError,
    ProviderRejected,
    ProviderUnavailable,
    RateLimited,
    VersionConflict,
    Words,
)
from ..fields.blame import blamed_path
from ..fields.change import Change
from ..fields.check import check_change
from ..fields.wire import predicted
from ..model.customer import Customer
from ..model.json import Json, JsonObject
from ..model.ref import Ref
from ..outbound.message import Answer, Call, NotTaken, TransportError, Unclear
from .base import Connector, Conversation, Result, Step
from .compare import Effect, FieldChange, Warning, WarningCode, check_write, effect_of, field_changes, risks, told

log = structlog.get_logger(__name__)

SETTLE_DELAYS = (0.0, 0.5, 1.5)
"""Seconds before each look at a record whose write gave no clear answer: a slow write may still land."""
FRESH_DELAYS = (0.0, 0.3, 1.0)
"""Seconds before each look at a record that the provider may serve stale after a write."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to look for the truth after a write. `settle` and `fresh` are the seconds before each look.

    `reserve` is the part of an operation's time that a write leaves for looking: a write that uses up its own time
    would otherwise always end as an unknown outcome.
    """

    settle: tuple[float, ...] = SETTLE_DELAYS
    fresh: tuple[float, ...] = FRESH_DELAYS
    reserve: float = 0.3


class Transport(Protocol):
    """Sends calls over one connection: credentials, limits, repeats and redaction are its business."""

    async def send(self, call: Call) -> Answer: ...

    def clean(self, text: str) -> str: ...

    def clean_json(self, document: Json) -> Json: ...


@dataclass(frozen=True, slots=True)
class Wants:
    """Which parts of the payload the caller selected: they decide which calls are worth making, and worth noting."""

    customer: bool = True
    changes: bool = True
    warnings: bool = True
    requests: bool = True

    @property
    def before(self) -> bool:
        return self.changes or self.warnings

    @property
    def after(self) -> bool:
        return self.customer or self.changes or self.warnings


@dataclass(frozen=True, slots=True)
class ProviderRequest:
    """One call made, or in a dry run one that would be made (`status` is `None`). A body that is no JSON is a text."""

    step: str
    method: str
    path: str
    body: Json
    status: int | None
    writes: bool


@dataclass(slots=True)
class Outcome:
    """What an update did. `customer` is as the provider holds it afterwards; in a dry run, as it would be."""

    customer: Customer | None = None
    changes: list[FieldChange] = field(default_factory=list)
    requests: list[ProviderRequest] = field(default_factory=list)
    warnings: list[Warning] = field(default_factory=list)
    errors: list[GatewayError] = field(default_factory=list)
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """A step that was carried out. `answer` is `None` when only the record shows it."""

    step: Step
    answer: Answer | None


class _Plan:
    """A connector's plan, whether it is a list of steps or a generator that wants to see the answers."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self._steps = iter(steps)
        self._started = False
        self._rest: list[Step] | None = None

    def next(self, answer: Answer | None) -> Step | None:
        """The next step, given the answer to the last one; `None` at the end."""
        if self._rest is not None:
            return self._rest.pop(0) if self._rest else None
        try:
            if isinstance(self._steps, Generator) and self._started:
                step: Step = self._steps.send(answer)
                return step
            self._started = True
            return next(self._steps)
        except StopIteration:
            return None

    def rest(self) -> list[str]:
        """The names of the steps still to come."""
        if self._rest is None:
            self._rest = list(self._steps)
        return [step.step for step in self._rest]


Sleep = Callable[[float], Awaitable[None]]
Begins = Callable[[list[FieldChange]], Awaitable[None]]


@dataclass(slots=True)
class Runner:
    """Carries out conversations and updates of one connector over one transport."""

    connector: Connector
    transport: Transport
    sleep: Sleep = asyncio.sleep
    patience: Patience = Patience()
    requests: list[ProviderRequest] = field(default_factory=list)
    noting: bool = True
    """Calls are taken down in `requests`. Taking secrets out of them costs a fifth of a millisecond a write."""

    async def converse(self, conversation: Conversation[Result]) -> Result:
        """Drive a generator of calls to its result; what goes wrong is a GatewayError."""
        try:
            call = next(conversation)
            while True:
                call = conversation.send(await self._send(call))
        except StopIteration as end:
            result: Result = end.value
            return result
        except TransportError as error:
            raise not_read(error) from None
        except GatewayError as error:
            raise self._cleaned(error) from None

    async def read(self, ref: Ref) -> JsonObject:
        document = await self.converse(self.connector.read(ref))
        if document is None:
            label = self.connector.manifest.label
            raise ProviderRejected(ErrorCode.NOT_FOUND, f"{label} does not know this customer.", path=("customer",))
        return document

    async def update(
        self,
        ref: Ref,
        change: Change,
        *,
        wants: Wants = Wants(),
        expected_version: str | None = None,
        dry_run: bool = False,
        careful: bool = False,
        begins: Begins | None = None,
    ) -> Outcome:
        """Make the change. `careful`: read first, and write nothing when the record holds every value already.

        `begins` is told what will differ before the first call that writes; then the record is read first.
        """
        self.noting = wants.requests
        outcome = Outcome(dry_run=dry_run, requests=self.requests)
        outcome.errors += check_change(change)
        if outcome.errors:
            return outcome
        try:
            await self._update(outcome, ref, change, wants, expected_version, careful, begins)
        except GatewayError as error:
            outcome.errors.append(error)
        return outcome

    async def _update(
        self,
        outcome: Outcome,
        ref: Ref,
        change: Change,
        wants: Wants,
        expected_version: str | None,
        careful: bool,
        begins: Begins | None,
    ) -> None:
        connector = self.connector
        before: JsonObject | None = None
        reads = outcome.dry_run or expected_version is not None or wants.before or careful or not change
        if connector.needs_current or reads or begins is not None:
            before = await self.read(ref)
            if careful and effect_of(connector, change, None, None, before) is Effect.APPLIED:
                outcome.customer = connector.parse(before, ref)
                return
            self._compare_version(ref, before, expected_version)
            outcome.errors += connector.check(change, before)
            if outcome.errors:
                return
            change = connector.bound(change, before)
        steps = list(connector.plan(ref, change, before))
        outcome.warnings += risks(connector.risks(change, before)) if steps else []
        if outcome.dry_run and before is not None:
            self._foresee(outcome, ref, change, before, steps)
            return
        if begins is not None and before is not None and steps:
            after = predicted(change, before, connector.locate)
            await begins(field_changes(connector.parse(before, ref), connector.parse(after, ref)))
        made = await self._write(ref, change, before)
        for answer in (item.answer for item in made if item.answer is not None):
            remarks = map(self.transport.clean, connector.remarks(answer))
            outcome.warnings += told(connector.manifest.label, remarks)
        if wants.after:
            await self._verify(outcome, ref, change, before, made)

    def _compare_version(self, ref: Ref, before: JsonObject, expected: str | None) -> None:
        if expected is not None and self.connector.version(before) != expected:
            raise VersionConflict(
                "The customer was changed by somebody else: it no longer has the expected version.",
                current=self.connector.parse(before, ref),
                path=("expectedVersion",),
            )

    def _foresee(self, outcome: Outcome, ref: Ref, change: Change, before: JsonObject, steps: list[Step]) -> None:
        after = predicted(change, before, self.connector.locate)
        outcome.customer = self.connector.parse(after, ref)
        outcome.changes = field_changes(self.connector.parse(before, ref), outcome.customer)
        outcome.warnings += check_write(self.connector, change, None, after)
        self.requests += [self._record(step, None) for step in steps if self.noting]

    async def _write(self, ref: Ref, change: Change, before: JsonObject | None) -> list[Made]:
        """Try the steps of the plan in order.

        Where a step was settled by reading back and others are still to come, the plan is made anew from the record as
        it is then: what an answer would have told (the id of a new entry) stands in the record.
        """
        made: list[Made] = []
        plan = _Plan(self.connector.plan(ref, change, before))
        step = plan.next(None)
        while step is not None:
            name = step.step
            try:
                answer, now = await self._try(step, ref, change, before) if step.writes else await self._ask(step)
                if step.writes:
                    made.append(Made(step, answer))
                if now is not None and plan.rest():
                    before = now
                    plan = _Plan(self.connector.plan(ref, change, now))
                    answer = None
                step = plan.next(answer)
            except GatewayError as error:
                raise _partly([item.step.step for item in made], name, plan.rest(), error) from None
        return made

    async def _ask(self, step: Step) -> tuple[Answer, None]:
        """The answer to a step that writes nothing: a question on which the rest of the plan depends."""
        try:
            answer = await self._send(step)
        except TransportError as error:
            raise not_read(error) from None
        if not self.connector.succeeded(answer):
            raise self._cleaned(self.connector.explain(answer))
        return answer, None

    async def _try(
        self, step: Step, ref: Ref, change: Change, before: JsonObject | None
    ) -> tuple[Answer, None] | tuple[None, JsonObject]:
        """The answer to a step that was carried out, or the record that shows it although no clear answer came."""
        connector = self.connector
        words: Words = {}
        try:
            answer = await self._send(step)
            if connector.succeeded(answer):
                connector.stored(step, answer)  # raises when this is no success a record could have
                return answer, None
            error = self._cleaned(connector.explain(answer))
            if connector.refused(answer):
                if isinstance(error, ProviderRejected) and not error.path:
                    error.path = blamed_path(
                        change, connector.blamed(answer), lambda leaf: connector.locate(leaf, before or {})
                    )
                if isinstance(error, VersionConflict):
                    error.current = await self._current(ref)
                raise error
            words = {"provider_code": error.provider_code, "provider_message": error.provider_message}
        except NotTaken as error:
            raise not_read(error) from None
        except Unclear as error:
            words = {"provider_message": str(error)}
        except ProviderProtocolError as error:
            self._log_unreadable(error)
            words = {"provider_code": error.provider_code, "provider_message": error.message}
        return None, await self._settle(step, ref, change, before, words)

    async def _current(self, ref: Ref) -> Customer | None:
        """The record as somebody else made it. That it cannot be read now does not make a conflict less of one."""
        try:
            return self.connector.parse(await self.read(ref), ref)
        except GatewayError:
            return None

    async def _settle(
        self, step: Step, ref: Ref, change: Change, before: JsonObject | None, words: Words
    ) -> JsonObject:
        """A write without a clear answer: the record decides. Answers the record in which the write is."""
        effect = Effect.UNKNOWN
        for delay in self.patience.settle:
            if delay:
                await self.sleep(delay)
            try:
                now = await self.converse(self.connector.read(ref))
            except GatewayError:
                continue
            if now is None:
                continue
            effect = effect_of(self.connector, change, step.paths, before, now)
            if effect is Effect.APPLIED:
                return now
        if effect is Effect.NOT_APPLIED:
            raise ProviderUnavailable(
                ErrorCode.DOWN, "The provider gave no clear answer; the record shows that nothing was changed.", **words
            )
        raise OutcomeUnknown(
            "The provider gave no clear answer and the record does not tell whether the change was made. "
            "Read the customer before trying again.",
            **words,
        )

    async def _verify(
        self, outcome: Outcome, ref: Ref, change: Change, before: JsonObject | None, made: list[Made]
    ) -> None:
        """Read the record back and hold it against the change. A failure here is no failure of the write."""
        after = await self._after(outcome, ref, before, made)
        if after is None:
            return
        outcome.customer = self.connector.parse(after, ref)
        outcome.warnings += check_write(self.connector, change, before, after) if made else []
        if before is not None:
            outcome.changes = field_changes(self.connector.parse(before, ref), outcome.customer)

    async def _after(
        self, outcome: Outcome, ref: Ref, before: JsonObject | None, made: list[Made]
    ) -> JsonObject | None:
        connector = self.connector
        if not made:
            return before
        last = made[-1]
        if last.answer is not None and (stored := connector.stored(last.step, last.answer)) is not None:
            return stored
        answers = [item.answer for item in made if item.answer is not None]
        document: JsonObject | None = None
        problem = "The provider still serves the record as it was before the write."
        for delay in self.patience.fresh:
            if delay:
                await self.sleep(delay)
            try:
                document = await self.read(ref)
            except GatewayError as error:
                problem = error.message
                continue
            if connector.is_fresh(document, answers):
                return document
        outcome.warnings.append(
            Warning(WarningCode.NOT_VERIFIED, f"The change was made, but it could not be read back. {problem}")
        )
        return None

    async def _send(self, call: Call) -> Answer:
        if not self.noting:
            return await self.transport.send(call)
        number = len(self.requests)
        self.requests.append(self._record(call, None))
        answer = await self.transport.send(call)
        self.requests[number] = replace(self.requests[number], status=answer.status)
        return answer

    def _record(self, call: Call, status: int | None) -> ProviderRequest:
        query = "&".join(f"{name}={value}" for name, value in call.query)
        path = self.transport.clean(f"{call.path}?{query}" if query else call.path)
        body = call.body if call.content is None else call.content.decode("utf-8", "replace")
        return ProviderRequest(call.step, call.method, path, self.transport.clean_json(body), status, call.writes)

    def _cleaned(self, error: GatewayError) -> GatewayError:
        if error.provider_message is not None:
            error.provider_message = self.transport.clean(error.provider_message)
        if isinstance(error, ProviderProtocolError):
            self._log_unreadable(error)
        return error

    def _log_unreadable(self, error: ProviderProtocolError) -> None:
        """Our bug or their change: somebody has to look. The words are ours, nothing of the answer is in them."""
        name = self.connector.manifest.name
        log.error("answer_not_read", integration=name, problem=error.message, status=error.provider_code)


def _partly(applied: list[str], failed: str, not_tried: list[str], error: GatewayError) -> GatewayError:
    """What stopped a plan: the error itself when nothing was done before."""
    if not applied:
        return error
    return PartlyApplied(
        f"The change was made in part: step {failed} failed. {error.message}",
        applied=applied,
        failed=failed,
        not_tried=not_tried,
        cause=error,
    )


def not_read(error: TransportError) -> GatewayError:
    """A call that brought no answer, told to the caller. For writes only where the call was certainly not taken."""
    if isinstance(error, NotTaken) and error.reason == "rate_limited":
        return RateLimited("The provider's rate limit is used up.", retry_after=error.retry_after)
    if isinstance(error, NotTaken) and error.reason == "refused_often":
        return RateLimited(str(error), retry_after=error.retry_after)
    unreachable = isinstance(error, NotTaken) and error.reason == "unreachable"
    code = ErrorCode.UNREACHABLE if unreachable else ErrorCode.DOWN
    return ProviderUnavailable(code, f"The provider could not be asked: {error}")
