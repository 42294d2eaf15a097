"""Which document a request wants run: the one it holds, or a trusted one that it names.

A document is named by `documentId` (GraphQL over HTTP, appendix on persisted documents), by
`extensions.persistedQuery.sha256Hash` (Apollo's clients) or by `doc_id` (Relay's guide). Nothing is ever registered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .manifest import SHA256, hash_of, read


class NotTrusted(Exception):
    """A document that is not run. Clients know the first two codes and their messages."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Unnamed(Exception):
    """A document is named in a way that nobody understands."""


@dataclass(frozen=True, slots=True)
class TrustedDocuments:
    """Texts by id; `None` without a manifest. With `only`, nothing else is run."""

    texts: Mapping[str, str] | None = None
    only: bool = False
    known: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", frozenset((self.texts or {}).values()))

    def text_of(self, request: Mapping[str, Any]) -> Any:
        """The document to run; whatever stands in `query`, where none is named."""
        named, sent = _named(request), request.get("query") or None
        if named is None:
            # Sent in full it is trusted too, to the letter; whatever is no text is refused as ever.
            if self.only and (sent is None or (isinstance(sent, str) and sent not in self.known)):
                raise _not_trusted()
            return sent
        text = None if self.texts is None else self.texts.get(named)
        if text is not None:
            if sent not in (None, text):
                raise _mismatch()
            return text
        if isinstance(sent, str) and SHA256.fullmatch(named):
            if hash_of(sent) != named:
                raise _mismatch()
            if self.only:
                raise _not_trusted()
            return sent
        if self.texts is None:
            raise NotTrusted("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported")
        raise NotTrusted("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")


def load(path: str, *, only: bool) -> TrustedDocuments:
    """The documents of the manifest at the path; without a path, none."""
    if not path:
        return TrustedDocuments(only=only)
    return TrustedDocuments({id: document.text for id, document in read(Path(path)).items()}, only)


def _named(request: Mapping[str, Any]) -> str | None:
    found = [request.get("documentId"), request.get("doc_id")]
    extensions = request.get("extensions")
    persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    if persisted is not None:
        if not isinstance(persisted, dict) or persisted.get("version") != 1:
            raise Unnamed("The extension persistedQuery is an object with version 1 and sha256Hash.")
        found.append(persisted.get("sha256Hash") or "")
    names = [name for name in found if name is not None]
    if not all(isinstance(name, str) and name for name in names):
        raise Unnamed("The id of a document is a text.")
    ids = {name.removeprefix("sha256:") for name in names}
    if len(ids) > 1:
        raise Unnamed("The request names two documents.")
    return ids.pop() if ids else None


def _mismatch() -> NotTrusted:
    return NotTrusted("PERSISTED_QUERY_MISMATCH", "The document sent is not the one that is named.")


def _not_trusted() -> NotTrusted:
    return NotTrusted("DOCUMENT_NOT_TRUSTED", "Only trusted documents are run here: send the documentId of one.")
