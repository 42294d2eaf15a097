"""Where sevdesk's API lies, and its answers: an array in `objects` for what was read, one object after a write."""

from __future__ import annotations

from typing import Any

from ...errors import ProviderProtocolError
from ...model.json import JsonObject
from ...outbound.message import Answer
from ..base import read_json

BASE = "/api/v1"


def told_objects(answer: Answer) -> list[JsonObject]:
    """The objects of an answer: in an array, one alone, or without the wrapper, as the vendor's file shows it."""
    body = read_json(answer)
    inner = body.get("objects", body) if isinstance(body, dict) else body
    found = inner if isinstance(inner, list) else [inner]
    if not all(isinstance(item, dict) for item in found):
        raise _unreadable("holds no objects", answer)
    return found


def told_object(answer: Answer) -> JsonObject:
    """The one object with an id that the answer to a write holds."""
    for item in told_objects(answer):
        if item.get("id"):
            return item
    raise _unreadable("holds no object with an id", answer)


def read_flag_answer(answer: Answer) -> bool:
    """The answer to a question of yes and no."""
    told: Any = read_json(answer)
    value = told.get("objects") if isinstance(told, dict) else told
    if str(value).lower() in ("true", "1"):
        return True
    if str(value).lower() in ("false", "0"):
        return False
    raise _unreadable("is neither yes nor no", answer)


def check_deleted(answer: Answer) -> None:
    """A deletion is answered with nothing, or with JSON that holds nothing of use."""
    if answer.body.strip():
        read_json(answer)


def _unreadable(words: str, answer: Answer) -> ProviderProtocolError:
    return ProviderProtocolError(f"sevdesk's answer {words}.", provider_code=str(answer.status))
