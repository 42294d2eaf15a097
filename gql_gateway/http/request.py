"""What a caller sent, read as a GraphQL request: over HTTP, in a query string, or through a socket."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from ..execute import Request
from ..operations.trusted import TrustedDocuments, Unnamed

_TEXTS: Final = ("query", "operationName", "documentId", "doc_id")
_ASKS: Final = re.compile(rb"(?:^|&)(?:query|documentId|doc_id|extensions)=")


class BadRequest(Exception):
    """A request that is no GraphQL request. `status` says how."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def asks(query_string: bytes) -> bool:
    """Whether a query string asks for an answer and not for the page."""
    return _ASKS.search(query_string) is not None


def read_query_string(query_string: bytes, documents: TrustedDocuments) -> Request:
    """Raises as `to_request` does."""
    try:
        given = dict(parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict"))
        value: dict[str, Any] = {name: given[name] for name in _TEXTS if name in given}
        for name in ("variables", "extensions"):
            if given.get(name):
                value[name] = orjson.loads(given[name])
    except (UnicodeError, ValueError):
        raise BadRequest(400, "The query string is not valid: variables and extensions are JSON in UTF-8.") from None
    return to_request(value, documents, queries_only=True)


def to_request(value: Any, documents: TrustedDocuments, *, queries_only: bool = False) -> Request:
    """Raises `BadRequest`, or `NotTrusted` for a document that is not run here."""
    if isinstance(value, list):
        raise BadRequest(400, "Batches are not taken: the body is one JSON object.")
    if not isinstance(value, dict):
        raise BadRequest(400, "The body is a JSON object with a member query.")
    try:
        query = documents.text_of(value)
    except Unnamed as problem:
        raise BadRequest(400, str(problem)) from None
    variables, name = value.get("variables"), value.get("operationName")
    if not isinstance(query, str) or not query:
        raise BadRequest(400, "The member query is missing or no text.")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequest(400, "The member variables is no object.")
    if name is not None and not isinstance(name, str):
        raise BadRequest(400, "The member operationName is no text.")
    if value.get("extensions") is not None and not isinstance(value["extensions"], dict):
        raise BadRequest(400, "The member extensions is no object.")
    return Request(query, variables, name or None, queries_only)
