"""Checks a change against the declared facts before any call: every problem at once, each with its path."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from enum import Enum
from typing import Any

from ..errors import ErrorCode, InvalidChange
from .change import Assignment, Change
from .native import Clear, Native
from .table import Kind, Leaf

# Line breaks and tabs may stand in a text; halves of surrogate pairs are no characters.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def check_change(change: Change) -> list[InvalidChange]:
    """What the facts alone forbid. The provider's own policies are left to the provider."""
    problems = list(change.problems)
    for assignment in change.assignments:
        problems.extend(check_assignment(assignment))
    return problems


def check_assignment(assignment: Assignment) -> Iterator[InvalidChange]:
    leaf, value, path = assignment.leaf, assignment.value, assignment.path
    if value is None:
        if leaf.fact.clear is Clear.NEVER:
            yield InvalidChange(ErrorCode.CANNOT_CLEAR, f"The provider cannot clear {leaf.path}.", path=path)
        return
    for code, words in _check_value(leaf, value):
        yield InvalidChange(code, words, path=path)


def _check_value(leaf: Leaf, value: Any) -> Iterator[tuple[ErrorCode, str]]:
    fact = leaf.fact
    choices = fact.choices()
    if choices is not None:
        word = value.name if isinstance(value, Enum) else str(value)
        if word not in choices:
            yield ErrorCode.NOT_A_CHOICE, f"{leaf.path} takes one of {', '.join(choices)}."
    elif leaf.kind is Kind.TEXTS:
        if not value:
            yield ErrorCode.BAD_FORMAT, f"{leaf.path} takes no empty list; null clears it."
        for text in value:
            yield from _check_text(leaf.path, fact, text)
    elif leaf.kind is Kind.TEXT:
        yield from _check_text(leaf.path, fact, value)
    elif leaf.kind is Kind.NUMBER and not math.isfinite(value):
        yield ErrorCode.BAD_FORMAT, f"{leaf.path} takes a finite number."


def _check_text(path: str, fact: Native, value: str) -> Iterator[tuple[ErrorCode, str]]:
    if not value:
        yield ErrorCode.BAD_FORMAT, f"{path} takes no empty text; null clears it."
        return
    if fact.masked is not None and fact.masked.matches(value):
        yield ErrorCode.BAD_FORMAT, f"{path} takes the whole value; this looks like {fact.masked.words}."
    if _CONTROL.search(value):
        yield ErrorCode.BAD_FORMAT, f"{path} takes no control characters."
    if fact.max_length is not None and len(value) > fact.max_length:
        yield ErrorCode.TOO_LONG, f"{path} takes {fact.max_length} characters at most; this has {len(value)}."
    elif fact.min_length is not None and len(value) < fact.min_length:
        yield ErrorCode.BAD_FORMAT, f"{path} takes {fact.min_length} characters at least; this has {len(value)}."
    elif fact.pattern is not None and not fact.pattern.matches(value):
        yield ErrorCode.BAD_FORMAT, f"{path} takes {fact.pattern.words}."
