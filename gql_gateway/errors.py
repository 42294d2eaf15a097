"""Everything that can go wrong, sorted by what the caller does next.

GatewayError
├─ InvalidChange         REQUIRED TOO_LONG BAD_FORMAT NOT_A_CHOICE CANNOT_CLEAR UNSUPPORTED         fix the input
├─ IdempotencyProblem    KEY_REUSED KEY_IN_PROGRESS                              use a new key, or ask again later
├─ ConnectionProblem     NOT_CONNECTED REAUTHORIZE MISSING_SCOPE COMPANY_REQUIRED COMPANY_UNAVAILABLE    reconnect
├─ ProviderRejected      INVALID_VALUE DUPLICATE NOT_FOUND FORBIDDEN CONFLICT OTHER                 read the words
├─ VersionConflict       STALE_VERSION                                     read again, decide, send the new version
├─ ProviderUnavailable   DOWN UNREACHABLE NOT_BEGUN                       the call was not taken: try again later
├─ RateLimited           RATE_LIMITED                                                    wait `retry_after` seconds
├─ OutcomeUnknown        OUTCOME_UNKNOWN                    a write with no clear answer: read before trying again
├─ PartlyApplied         PARTLY_APPLIED                              names the steps done, failed and not tried
└─ ProviderProtocolError PROTOCOL                  an answer we cannot read: our bug or their change; logged, redacted

They are raised where that is natural, and travel as data in `errors` of the payload. None carries a secret.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

from typing_extensions import Unpack

from .model.customer import Company
from .model.vocabulary import Vocabulary

Path = tuple[str, ...]


class Words(TypedDict, total=False):
    """What a provider said, redacted."""

    provider_code: str | None
    provider_message: str | None


class ErrorCode(Vocabulary):
    """Why something did not work. Each belongs to one type of `UserError`."""

    REQUIRED = "REQUIRED", "The provider insists on a value that is missing."
    TOO_LONG = "TOO_LONG", "The text is longer than the provider takes."
    BAD_FORMAT = "BAD_FORMAT", "The value does not have the form it needs."
    NOT_A_CHOICE = "NOT_A_CHOICE", "The value is none of the words allowed."
    CANNOT_CLEAR = "CANNOT_CLEAR", "The provider cannot empty this value: null is refused."
    UNSUPPORTED = "UNSUPPORTED", "The provider has no way to be told this."
    KEY_REUSED = "KEY_REUSED", "The idempotency key was used for another change."
    KEY_IN_PROGRESS = "KEY_IN_PROGRESS", "A call with this idempotency key is still running."
    NOT_CONNECTED = "NOT_CONNECTED", "There is no such connection."
    REAUTHORIZE = "REAUTHORIZE", "The credentials no longer work: connect again."
    MISSING_SCOPE = "MISSING_SCOPE", "The credentials lack a right that the call needs."
    COMPANY_REQUIRED = "COMPANY_REQUIRED", "The call has to name a company."
    COMPANY_UNAVAILABLE = "COMPANY_UNAVAILABLE", "The credentials do not reach this company."
    INVALID_VALUE = "INVALID_VALUE", "The provider does not take this value."
    DUPLICATE = "DUPLICATE", "Another record has this value already."
    NOT_FOUND = "NOT_FOUND", "The provider does not know the record, or something that the change names."
    FORBIDDEN = "FORBIDDEN", "The provider does not allow this."
    CONFLICT = "CONFLICT", "The record is in a state in which this cannot be done."
    OTHER = "OTHER", "A refusal that has no word of its own here: the provider's words are with it."
    STALE_VERSION = "STALE_VERSION", "Somebody else changed the record since the expected version."
    DOWN = "DOWN", "The provider does not work at the moment."
    UNREACHABLE = "UNREACHABLE", "No connection to the provider."
    NOT_BEGUN = "NOT_BEGUN", "The request ended before this was begun: its time was over, or nobody waited any more."
    RATE_LIMITED = "RATE_LIMITED", "The provider's rate limit is used up: wait."
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN", "Nobody can tell whether the write was made: read before trying again."
    PARTLY_APPLIED = "PARTLY_APPLIED", "Some steps were carried out, others were not."
    PROTOCOL = "PROTOCOL", "The provider's answer cannot be read."


class GatewayError(Exception):
    """One problem, told so that a caller can act on it.

    `path` leads from `input` to the value at fault, in GraphQL names; it is empty when no value is.
    `provider_code` and `provider_message` are the provider's own words, redacted.
    """

    retryable = False

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        path: Sequence[str] = (),
        provider_code: str | None = None,
        provider_message: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.path: Path = tuple(path)
        self.provider_code = provider_code
        self.provider_message = provider_message

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(other) == vars(self)

    __hash__ = Exception.__hash__

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code.name}, {self.message!r}, path={list(self.path)})"


class InvalidChange(GatewayError):
    """A value that cannot be sent as it is; nothing was sent."""


class IdempotencyProblem(GatewayError):
    """The idempotency key is taken: by another change, or by a call that is still running."""

    def __init__(self, code: ErrorCode, message: str, *, path: Sequence[str] = ()) -> None:
        super().__init__(code, message, path=path)
        self.retryable = code is ErrorCode.KEY_IN_PROGRESS


class ConnectionProblem(GatewayError):
    """The connection, its credentials, rights or company do not allow the call.

    `companies` are those that can be named instead, when the company is the problem and they could be asked for.
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        path: Sequence[str] = (),
        companies: Sequence[Company] = (),
        **words: Unpack[Words],
    ) -> None:
        super().__init__(code, message, path=path, **words)
        self.companies = tuple(companies)


class ProviderRejected(GatewayError):
    """The provider understood the call and refused it; nothing was changed by it."""


class VersionConflict(GatewayError):
    """Somebody else changed the record; nothing was written. `current` is the record as it is now."""

    def __init__(self, message: str, *, current: Any = None, path: Sequence[str] = (), **words: Unpack[Words]) -> None:
        super().__init__(ErrorCode.STALE_VERSION, message, path=path, **words)
        self.current = current


class ProviderUnavailable(GatewayError):
    """The provider certainly did not take the call, or the record shows that it did not."""

    retryable = True


class RateLimited(GatewayError):
    """The provider asks to wait, or our own share of its limit is used up. `retry_after` in seconds."""

    retryable = True

    def __init__(self, message: str, *, retry_after: float | None = None, **words: Unpack[Words]) -> None:
        super().__init__(ErrorCode.RATE_LIMITED, message, **words)
        self.retry_after = retry_after


class OutcomeUnknown(GatewayError):
    """A write without a clear answer that reading back could not settle either."""

    def __init__(self, message: str, **words: Unpack[Words]) -> None:
        super().__init__(ErrorCode.OUTCOME_UNKNOWN, message, **words)


class PartlyApplied(GatewayError):
    """A plan of several steps stopped in the middle. `cause` is the problem of the failed step."""

    def __init__(
        self,
        message: str,
        *,
        applied: Sequence[str],
        failed: str,
        not_tried: Sequence[str],
        cause: GatewayError | None = None,
    ) -> None:
        super().__init__(
            ErrorCode.PARTLY_APPLIED,
            message,
            provider_code=cause.provider_code if cause else None,
            provider_message=cause.provider_message if cause else None,
        )
        self.applied = tuple(applied)
        self.failed = failed
        self.not_tried = tuple(not_tried)
        self.cause = cause


class ProviderProtocolError(GatewayError):
    """An answer we cannot read."""

    def __init__(self, message: str, **words: Unpack[Words]) -> None:
        super().__init__(ErrorCode.PROTOCOL, message, **words)
