"""Where people may be sent when they are done: only to addresses that the operator has allowed."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit


def is_allowed(url: str, allowed: Sequence[str]) -> bool:
    """Whether the address is one of those, or below one that ends with `/`.

    Scheme, host and port are compared to the letter. Dot segments, a user and control characters are refused: browsers
    and this function would not read them alike.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and "\\" not in url and " " not in url
    if not (plain and parts.scheme in ("http", "https") and parts.hostname) or "@" in parts.netloc or parts.fragment:
        return False
    if any(segment.lower().replace("%2e", ".") in (".", "..") for segment in parts.path.split("/")):
        return False
    return any(_matches(url.partition("?")[0], entry) for entry in allowed)


def _matches(url: str, entry: str) -> bool:
    return url.startswith(entry) if entry.endswith("/") else url == entry


def with_result(url: str, **result: str) -> str:
    """The address with what came of it in its query."""
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(result)}"
