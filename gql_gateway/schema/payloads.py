"""What an update answers: the customer, what changed, the calls, warnings and typed errors."""

from __future__ import annotations

import dataclasses
from typing import Any

import strawberry

from .. import errors as problems
from ..connectors.run import Outcome
from ..model.caller import Scope
from .company import Company
from .customer import Customer
from .directives import needs
from .enums import ErrorCode, WarningCode
from .history import FieldChange
from .scalars import JSON


@strawberry.interface(description="One problem of a change. What to do about it depends on its type.")
class UserError:
    code: ErrorCode = strawberry.field(description="The kind of problem.")
    message: str = strawberry.field(description="What is wrong, for people.")
    path: list[str] = strawberry.field(description="Where in `input` the value at fault stands; empty when none is.")
    retryable: bool = strawberry.field(description="Whether the same call may succeed later.")
    provider_code: str | None = strawberry.field(description="The provider's own code.")
    provider_message: str | None = strawberry.field(description="The provider's own words, without secrets.")


@strawberry.type(description="A value that cannot be sent as it is. Nothing was sent. Mend the input.")
class InvalidChange(UserError):
    pass


@strawberry.type(description="The idempotency key is taken by another change or a call still running.")
class IdempotencyProblem(UserError):
    pass


@strawberry.type(description="Connection, credentials, rights or company do not allow the call. Reconnect.")
class ConnectionProblem(UserError):
    companies: list[Company] = strawberry.field(
        description="What `companyId` takes, when the company is the problem and the provider could be asked."
    )


@strawberry.type(description="The provider understood the call and refused it. Read its words.")
class ProviderRejected(UserError):
    pass


@strawberry.type(description="Somebody else changed the record. Nothing was written.")
class VersionConflict(UserError):
    current: Customer | None = strawberry.field(description="The record as it is now.")


@strawberry.type(description="The provider's rate limit is used up. The call was not taken.")
class RateLimited(UserError):
    retry_after: float | None = strawberry.field(description="Seconds to wait, when known.")


@strawberry.type(description="The provider did not take the call. Try again later.")
class ProviderUnavailable(UserError):
    pass


@strawberry.type(description="The write got no clear answer. Read the customer before trying again.")
class OutcomeUnknown(UserError):
    pass


@strawberry.type(description="The change was made in part. The same call again makes the rest.")
class PartlyApplied(UserError):
    applied: list[str] = strawberry.field(description="Steps that were carried out.")
    failed: str = strawberry.field(description="The step that failed.")
    not_tried: list[str] = strawberry.field(description="Steps that were not tried.")


@strawberry.type(description="The provider's answer cannot be read. It was logged without secrets.")
class ProviderProtocolError(UserError):
    pass


ERROR_TYPES: dict[type[problems.GatewayError], Any] = {
    problems.InvalidChange: InvalidChange,
    problems.IdempotencyProblem: IdempotencyProblem,
    problems.ConnectionProblem: ConnectionProblem,
    problems.ProviderRejected: ProviderRejected,
    problems.VersionConflict: VersionConflict,
    problems.RateLimited: RateLimited,
    problems.ProviderUnavailable: ProviderUnavailable,
    problems.OutcomeUnknown: OutcomeUnknown,
    problems.PartlyApplied: PartlyApplied,
    problems.ProviderProtocolError: ProviderProtocolError,
}
"""The type that shows each kind of problem."""


def present(error: problems.GatewayError) -> UserError:
    """A problem as callers see it. What its type adds to `UserError` are attributes of the problem."""
    shown = ERROR_TYPES[type(error)]
    names = (item.name for item in dataclasses.fields(shown))
    values = {name: getattr(error, name) for name in names}
    return shown(**{**values, "path": list(error.path)})  # type: ignore[no-any-return]


@strawberry.type(description="One call to the provider: made, or in a dry run one that would be made.")
class ProviderRequest:
    step: str = strawberry.field(description="What the call is for.")
    method: str = strawberry.field(description="HTTP method.")
    path: str = strawberry.field(description="Path below the provider's base URL.")
    body: JSON | None = strawberry.field(
        description="The body as sent, without secrets.", directives=[needs(Scope.NATIVE)]
    )
    status: int | None = strawberry.field(
        description="Status of the answer; null when none came or none was asked for."
    )
    writes: bool = strawberry.field(description="Whether the call changes something.")


@strawberry.type(description="Something to know of a write that succeeded.")
class Warning:
    code: WarningCode = strawberry.field(description="The kind of warning.")
    message: str = strawberry.field(description="What happened, for people.")
    path: list[str] = strawberry.field(
        description="Where in `input` the value stands, or `native` and the provider's own path."
    )
    sent: JSON | None = strawberry.field(
        description="The value that was sent; of a side effect, the value before.", directives=[needs(Scope.READ)]
    )
    stored: JSON | None = strawberry.field(
        description="The value that the provider holds.", directives=[needs(Scope.READ)]
    )


@strawberry.type(description="What `updateCustomer` did. Problems are in `errors`, all at once.")
class UpdateCustomerPayload:
    customer: Customer | None = strawberry.field(
        description="The customer as the provider holds it after the write; in a dry run, as it would be."
    )
    changes: list[FieldChange] = strawberry.field(
        description="What differs between before and after.", directives=[needs(Scope.READ)]
    )
    requests: list[ProviderRequest] = strawberry.field(
        description="The calls made, in order; in a dry run the writes are those that would be made."
    )
    warnings: list[Warning] = strawberry.field(description="Values that the provider ignored, cut or rewrote.")
    errors: list[UserError] = strawberry.field(description="Every problem of the change. Empty when it was made.")
    dry_run: bool = strawberry.field(description="Whether nothing was written on purpose.")


def payload_of(outcome: Outcome) -> UpdateCustomerPayload:
    """An outcome as callers see it: its parts have the attributes of these types already."""
    parts: dict[str, Any] = {
        "customer": outcome.customer,
        "changes": outcome.changes,
        "requests": outcome.requests,
        "warnings": outcome.warnings,
    }
    return UpdateCustomerPayload(**parts, errors=[present(error) for error in outcome.errors], dry_run=outcome.dry_run)
