"""Which media type an answer gets: `Accept` with its q-values, as RFC 9110 section 12.5.1 has it."""

from __future__ import annotations

from functools import lru_cache

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html"
EVENTS = "text/event-stream"


@lru_cache(maxsize=256)
def choose(accept: str, offered: tuple[str, ...]) -> str | None:
    """The offered media type that the header likes best, the first one offered among equals; `None` for none."""
    ranges = [_range(part) for part in accept.split(",") if part.strip()]
    if not ranges:
        return offered[0]
    best, liked = None, 0.0
    for kind in offered:
        quality = _quality(kind, ranges)
        if quality > liked:
            best, liked = kind, quality
    return best


def _range(part: str) -> tuple[str, float]:
    kind, *parameters = (item.strip() for item in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                quality = min(1.0, max(0.0, float(value)))
            except ValueError:
                quality = 0.0
    return kind.lower(), quality


def _quality(kind: str, ranges: list[tuple[str, float]]) -> float:
    """The most specific range decides."""
    family = kind.split("/", maxsplit=1)[0] + "/*"
    for wanted in (kind, family, "*/*"):
        found = [quality for name, quality in ranges if name == wanted]
        if found:
            return max(found)
    return 0.0
