"""Secrets taken out of texts and documents before anybody sees them: error messages, logs, payloads.

Known secrets are found by value, in every spelling in which a provider may quote them. What merely looks like a secret
is taken out too, because a provider also quotes what the gateway does not hold (a new token, somebody else's header).
Everything is searched for in the original text and cut out at once, so that no find can hide another one. The time is
linear in the length of the text.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus

from ..model.json import Json

MARK = "[redacted]"

# Credentials by name that are no secrets: taking "200" or an address out of every message would make it unreadable.
NOT_SECRET = frozenset(
    {
        *("client_id", "expires_at", "issued_at", "redirect_uri", "refresh_expires_at", "refreshed_at", "scope"),
        *("tenant_id", "token_type", "username"),
    }
)

# Below this a value is also an ordinary word or number; it is taken out only where it stands alone.
_LONG = 6
_SHORTEST = 3
_DEEPEST = 100
_MOST_QUOTED = 8

# The end of a name: `userPassword` and `old_refresh_token` are meant as well, `token_type` is not, and neither is
# QuickBooks' `SyncToken`, the number of a record's version.
_NAME = (
    r"(?:(?<!sync)token|secret|api[_\-]?key|pass(?:word|wd|phrase)|private[_\-]?key|client[_\-]?assertion|code[_\-]?verifier"
    r"|authorization|cookie)"
)
_SECRET_NAME = re.compile(_NAME + r"\Z", re.IGNORECASE)

# The name, what separates it from its value in JSON (also JSON inside JSON), XML, headers, forms and URLs, the value.
# Possessive quantifiers: nothing is tried twice.
_FIELD = re.compile(
    _NAME
    + r"""(?:\\*+["'])?\s*+(?:[:=>]|%3[ad])\s*+"""
    + r"""(?P<value>\\++["'][^"'\\]*+|"(?:[^"\\]|\\.)*+|'(?:[^'\\]|\\.)*+|[^\s"'&,;<>\\}\])]++)""",
    re.IGNORECASE | re.DOTALL,
)
# `Authorization: Basic abc` has a blank inside its value.
_HEADER = re.compile(r"authorization\s*+(?:[:=]|%3[ad])\s*+(?P<value>[a-z0-9\-]++\s[^\s\"'<>,;\\]++)", re.IGNORECASE)
_BEARER = re.compile(
    r"(?<![a-z0-9])bearer(?:\s++|%20|\+)"
    r"(?!(?:realm|scope|error|charset)\w*+=|(?:tokens?|auth\w*+|access|credentials?)(?![\w\-./+~=]))"
    r"(?P<value>[^\s\"'<>,;\\)\]}]++)",
    re.IGNORECASE,
)
_BASIC = re.compile(
    r"(?<![a-z0-9])basic(?:\s++|%20|\+)(?P<value>(?-i:(?=[a-z+/_\-]*+[A-Z0-9=]))[a-z0-9+/_\-]{8,}+=*+)", re.IGNORECASE
)
_USER_INFO = re.compile(r"://(?P<value>[^\s/@:\"'<>]*+:[^\s/@\"'<>]++)@")
# The gateway's own API keys (callers/api_keys.py), wherever a caller put one by mistake; a cut one as well.
_OWN_KEY = re.compile(r"(?P<value>gqlgw_[0-9a-z]{12}_[0-9a-z]{8,})", re.IGNORECASE)
_PATTERNS = (_FIELD, _HEADER, _BEARER, _BASIC, _USER_INFO, _OWN_KEY)
# Without one of these words no pattern matches, and these letters are the only ones that a pattern takes for i, k or s
# and `lower` does not: dotted and dotless i, Kelvin sign, long s.
_TELLING = tuple("token secret key pass assertion verifier authorization cookie bearer basic :// gqlgw_".split())
_ODD_LETTERS = "\u0130\u0131\u212a\u017f"

# A stretch of token characters; its contents are looked at once.
_RUN = re.compile(r"[A-Za-z0-9._~+/\-]{10,}+=*+")
_EMPTY = frozenset({"true", "false", "null", "none", ""})


def secrets_of(credentials: Mapping[str, str]) -> tuple[str, ...]:
    """The values of a connection's credentials that nobody may see."""
    return tuple(value for name, value in credentials.items() if name not in NOT_SECRET and value)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without the given secrets and without anything that looks like one."""
    return (_Redactor(secrets) if secrets else _NOTHING_KNOWN).text(text)


def redact_json(document: Json, secrets: Iterable[str] = ()) -> Json:
    """A copy of the document with every text redacted; values under a telling name are taken out whole."""
    return _Redactor(secrets).document(document, 0)


class _Redactor:
    """The spellings of some secrets, worked out once."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = {secret for secret in secrets if len(secret.strip()) >= _SHORTEST}
        self._known = known
        self._spellings = {spelling for secret in known for spelling in _spellings(secret) if len(spelling) >= _LONG}
        self._encoded = {part for secret in known if len(secret) >= _LONG for part in _base64_parts(secret)}
        alone = sorted((secret for secret in known if len(secret) < _LONG), key=len, reverse=True)
        self._alone = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, alone))})(?!\w)") if alone else None

    def text(self, text: str) -> str:
        cuts = sorted(self._cuts(text))
        if not cuts:
            return text
        parts: list[str] = []
        end = 0
        for start, stop in cuts:
            if start > end or not parts:
                parts += (text[end:start], MARK)
            end = max(end, stop)
        parts.append(text[end:])
        return "".join(parts)

    def document(self, value: Json, depth: int) -> Json:
        if isinstance(value, str):
            return self.text(value)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            return MARK if str(value) in self._known else value
        if depth >= _DEEPEST:
            return MARK
        if isinstance(value, list):
            return [self.document(item, depth + 1) for item in value]
        return {self.text(name): self._member(name, item, depth + 1) for name, item in value.items()}

    def _member(self, name: str, value: Json, depth: int) -> Json:
        if isinstance(value, str | int | float) and not isinstance(value, bool) and _SECRET_NAME.search(name):
            return MARK if value != "" else value
        return self.document(value, depth)

    def _cuts(self, text: str) -> Iterator[tuple[int, int]]:
        for spelling in self._spellings:
            yield from _places(spelling, text)
        if self._alone:
            for match in self._alone.finditer(text):
                yield match.span()
        if _may_tell(text):
            yield from _looks_secret(text)
        for match in _RUN.finditer(text):
            run = match[0]
            jwt = run.find("eyJ")
            if jwt >= 0 and "." in run[jwt:]:
                yield match.start() + jwt, match.end()
            if any(part in run for part in self._encoded):
                yield match.span()


def _may_tell(text: str) -> bool:
    """Whether a pattern can match at all: nearly no text of a customer's record holds any of these words."""
    lowered = text.lower()
    return any(word in lowered for word in _TELLING) or any(letter in text for letter in _ODD_LETTERS)


def _looks_secret(text: str) -> Iterator[tuple[int, int]]:
    quoted: set[str] = set()
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start, stop = match.span("value")
            quotes = len(match["value"]) - len(match["value"].lstrip("\\\"'"))
            if match["value"][quotes:].lower() not in _EMPTY:
                yield start + quotes, stop
                token = match["value"]
                if pattern is _BEARER and len(token) >= _LONG and not token.isalpha() and len(quoted) < _MOST_QUOTED:
                    quoted.add(token)
    # An answer that quotes a header may quote its token once more alone.
    for token in quoted:
        yield from _places(token, text)


def _places(part: str, text: str) -> Iterator[tuple[int, int]]:
    start = text.find(part)
    while start >= 0:
        yield start, start + len(part)
        start = text.find(part, start + len(part))


def _spellings(secret: str) -> Iterator[str]:
    yield secret
    yield secret.strip()
    yield quote(secret, safe="")
    yield quote(secret)
    yield quote_plus(secret)
    yield quote(secret, safe="").lower()
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield json.dumps(secret)[1:-1].replace("/", "\\/")
    yield json.dumps(json.dumps(secret)[1:-1])[1:-1]
    yield html.escape(secret)
    yield html.escape(secret, quote=False)


def _base64_parts(secret: str) -> Iterator[str]:
    """What is seen of the secret in the Base64 form of any longer text around it, such as `user:secret`.

    Base64 maps three bytes to four characters, so the secret has three possible faces; characters that are shared with
    the neighbouring bytes are left out.
    """
    data = secret.encode()
    for lead in range(3):
        encoded = base64.b64encode(b"\0" * lead + data)
        first = (lead * 8 + 5) // 6
        last = (lead + len(data)) * 8 // 6
        part = encoded[first:last].decode()
        yield part
        yield part.replace("+", "-").replace("/", "_")
        yield part.replace("+", "%2B").replace("/", "%2F")


_NOTHING_KNOWN = _Redactor(())
