"""What BookMore's refusals mean. The shape is ServiceStack's `ResponseStatus`; the words are of the host's choosing.

Source: the declared errors of sibling operations, ServiceStack's documentation, a public client. See `QUIRKS.md`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import (
    ConnectionProblem,
    ErrorCode,
    GatewayError,
    ProviderRejected,
    ProviderUnavailable,
    RateLimited,
    VersionConflict,
    Words,
)
from ...fields.table import Leaf
from ...outbound.message import Answer
from .fields import TABLE
from .manifest import ROLES

LONGEST_WORDS = 500
LEAVES: Mapping[str, Leaf] = {leaf.fact.name.lower(): leaf for leaf in TABLE.leaves}


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an answer says: the code, the words, and the request properties at fault in their order."""

    code: str | None = None
    words: str | None = None
    properties: tuple[str, ...] = ()


def read_refusal(answer: Answer) -> Refusal:
    """`ResponseStatus` in either spelling, a plain text such as `Unauthorized`, or nothing at all."""
    try:
        body: Any = json.loads(answer.body)
    except (ValueError, RecursionError):
        return Refusal(words=_plain(answer))
    if isinstance(body, str):
        return Refusal(words=_text(body))
    status = _member(body, "ResponseStatus")
    code, words = _text(_member(status, "ErrorCode")), _text(_member(status, "Message"))
    listed = _member(status, "Errors")
    problems = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    if told := [text for item in problems if (text := _problem(item))]:
        words = "; ".join(told)[:LONGEST_WORDS]
    return Refusal(code, words, tuple(name for item in problems if (name := _text(_member(item, "FieldName")))))


def explain(answer: Answer) -> GatewayError:
    refusal = read_refusal(answer)
    known: Words = {"provider_code": refusal.code or str(answer.status), "provider_message": refusal.words}
    match answer.status:
        case 401:
            words = (
                "BookMore no longer accepts the access token or the API key. A key can expire, be inactive or be "
                "bound to IP addresses; all of this looks the same."
            )
            return ConnectionProblem(ErrorCode.REAUTHORIZE, words, **known)
        case 403:
            words = f"BookMore demands that the signed-in user has the role {ROLES[0]} or {ROLES[1]}."
            return ConnectionProblem(ErrorCode.MISSING_SCOPE, words, **known)
        case 409:
            return VersionConflict("The customer was changed by somebody else while it was being written.", **known)
        case 429:
            return RateLimited("BookMore asks to wait before the next call.", **known)
    if is_not_found(answer, refusal):
        words = "BookMore does not know this customer."
        return ProviderRejected(ErrorCode.NOT_FOUND, words, path=("customer",), **known)
    if answer.status >= 500 or answer.status == 408:
        return ProviderUnavailable(ErrorCode.DOWN, "BookMore, or Visma eAccounting behind it, failed.", **known)
    if answer.status == 400 and refusal.properties:
        # Named here as well as in the path: a value that goes along from the record has no place in the change.
        words = ", ".join(leaf.path for leaf in _refused_leaves(refusal)) or "none of the change's"
        return ProviderRejected(ErrorCode.INVALID_VALUE, f"BookMore refused a value: {words}.", **known)
    return ProviderRejected(ErrorCode.OTHER, "BookMore refused the call.", **known)


def blamed(answer: Answer) -> Iterator[str]:
    """The request properties that a refusal names, in its order."""
    return (leaf.fact.name for leaf in _refused_leaves(read_refusal(answer)))


def is_not_found(answer: Answer, refusal: Refusal) -> bool:
    """404, or a 500 that says so: whether Visma's "not found" is translated is unverified."""
    if answer.status != 500:
        return answer.status == 404
    return refusal.code == "NotFound" or "not found in e-accounting" in (refusal.words or "").lower()


def _refused_leaves(refusal: Refusal) -> Iterator[Leaf]:
    """Those of the refused properties that are ours."""
    for name in refusal.properties:
        if leaf := LEAVES.get(name.lower()):
            yield leaf


def _problem(item: dict[str, Any]) -> str | None:
    name, words = _text(_member(item, "FieldName")), _text(_member(item, "Message") or _member(item, "ErrorCode"))
    return f"{name}: {words}" if name and words else words or name


def _member(value: Any, name: str) -> Any:
    """A member in .NET's spelling or with a small first letter: clients have met both."""
    if not isinstance(value, dict):
        return None
    return value.get(name, value.get(name[0].lower() + name[1:]))


def _plain(answer: Answer) -> str | None:
    text = answer.body.decode("utf-8", "replace").strip()
    return None if text.startswith("<") else _text(text)


def _text(value: Any) -> str | None:
    return str(value)[:LONGEST_WORDS] if value not in (None, "") else None
