"""How the support facts changed. They are those of `support --format json`; what does not apply is absent there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..connectors.base import UpdateSemantics, Versioning
from .change import Change, Weight

Facts = Mapping[str, Any]
Worse = Callable[[Any, Any], bool]

_CLEARS_ALONE, _CLEARS_MORE, _CLEARS_NOT = 0, 1, 2
_CLEARING = {"NEVER": _CLEARS_NOT, "WITH_ENTRY": _CLEARS_MORE, "ENTRY": _CLEARS_MORE}


def fact_changes(before: Mapping[str, Facts], after: Mapping[str, Facts]) -> Iterator[Change]:
    """Every change of every integration, in the order of the statement."""
    for name in dict.fromkeys([*before, *after]):
        if name not in after:
            # No path of it is worth a line of its own: the enum value stands for all.
            yield Change(Weight.BREAKS, f"Integration.{name}", f"{before[name]['label']} is no longer there")
        elif name not in before:
            yield Change(Weight.SAFE, f"Integration.{name}", f"{after[name]['label']} is new")
        else:
            yield from _of_integration(name, before[name], after[name])


def _of_integration(name: str, before: Facts, after: Facts) -> Iterator[Change]:
    label = after["label"]
    names = (label, label.partition(" (")[0], name, name.replace("_", " "))
    for key, worse in _OF_INTEGRATION.items():
        if before[key] != after[key]:
            yield Change(_weight(worse(before[key], after[key])), key, _step(key, before[key], after[key]), names)
    rows, now = ({row["path"]: row for row in facts["fields"]} for facts in (before, after))
    for path, row in rows.items():
        if path not in now:
            yield Change(Weight.BREAKS, path, f"dropped, was {_level(row)}", names)
            continue
        for weight, words in _of_value(row, now[path]):
            yield Change(weight, path, words, names)
    for path, row in now.items():
        if path not in rows:
            yield Change(Weight.SAFE, path, f"new, {_level(row)}", names)


def _of_value(before: Facts, after: Facts) -> Iterator[tuple[Weight, str]]:
    if _level(before) != _level(after):
        lost = any(before[key] and not after[key] for key in ("read", "update"))
        yield _weight(lost), f"{_level(before)} → {_level(after)}"
    # Facts of an update mean nothing to a value that is or was only read.
    rules = _OF_VALUE if before["update"] and after["update"] else _OF_ANY_VALUE
    for key, worse in rules.items():
        old, new = before.get(key), after.get(key)
        if old != new:
            yield _weight(worse(old, new)), _step(key, old, new)
    if before["nativeName"] != after["nativeName"]:
        yield Weight.CAREFUL, _step("nativeName", before["nativeName"], after["nativeName"])


def _weight(worse: bool) -> Weight:
    return Weight.BREAKS if worse else Weight.SAFE


def _level(row: Facts) -> str:
    return " and ".join(word for word, has in (("read", row["read"]), ("update", row["update"])) if has) or "nothing"


def _step(key: str, old: Any, new: Any) -> str:
    return f"{key} {_shown(old)} → {_shown(new)}"


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) or "empty text"


def _always(_old: Any, _new: Any) -> bool:
    return True


def _shorter(old: int | None, new: int | None) -> bool:
    return new is not None and (old is None or new < old)


def _longer(old: int | None, new: int | None) -> bool:
    return new is not None and (old is None or new > old)


def _stated(_old: Any, new: Any) -> bool:
    """A pattern that is there: whether another one lets all the same texts through cannot be told."""
    return new is not None


def _fewer(old: list[str] | None, new: list[str] | None) -> bool:
    return new is not None and (old is None or not set(old) <= set(new))


def _clears_less(old: str | None, new: str | None) -> bool:
    """Null clears less, or more than the value. The provider's own word for it is nothing to the caller."""
    ranks = [_CLEARING.get(word or "", _CLEARS_ALONE) for word in (old, new)]
    return ranks[1] > ranks[0] or ranks == [_CLEARS_MORE, _CLEARS_MORE]


def _demanded(_old: str, new: str) -> bool:
    return new != "NO"


def _later(words: list[str]) -> Worse:
    return lambda old, new: words.index(new) > words.index(old)


_OF_ANY_VALUE: dict[str, Worse] = {"type": _always, "listSemantics": _always}
_OF_VALUE: dict[str, Worse] = {
    **_OF_ANY_VALUE,
    "maxLength": _shorter,
    "minLength": _longer,
    "pattern": _stated,
    "options": _fewer,
    "clear": _clears_less,
    "required": _demanded,
}
"""For each fact, whether the new one is worse than the old one."""

_OF_INTEGRATION: dict[str, Worse] = {
    "companyRequired": lambda _old, new: bool(new),
    # Both vocabularies go from the best to what needs more care.
    "updateSemantics": _later([word.name for word in UpdateSemantics]),
    "versioning": _later([word.name for word in Versioning]),
}
