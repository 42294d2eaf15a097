"""The changes since a release as Markdown, for people and pull requests."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from .change import Change, Weight

_UNTOLD = "**not in the changelog** – "


def report(since: str, changes: Sequence[Change], untold: Collection[Change]) -> str:
    """What weighs most comes first; a change that callers are not told of says so."""
    lines = [f"# Changes since {since}"]
    for weight in Weight:
        found = [change for change in changes if change.weight is weight]
        if found:
            lines += ["", f"## {weight.value} ({len(found)})", ""]
            lines += [f"- {_UNTOLD if change in untold else ''}{change}" for change in found]
    if not changes:
        lines += ["", "None."]
    return "\n".join(lines) + "\n"


def demand(change: Change) -> str:
    """What has to be done about a change that callers are not told of."""
    who = f" of {change.integration[0]}" if change.integration else ""
    return f"{change} – tell callers: an entry{who} under Unreleased in CHANGELOG.md names `{change.key}`."
