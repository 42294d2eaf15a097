"""What an answer to a generated operation may be. Everything else is a fault of the gateway."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from gql_gateway.errors import ErrorCode

STATUSES = frozenset({200, 400, 405})
MEMBERS = {"data", "errors", "extensions"}
INSIDES = re.compile(
    r"Traceback|site-packages|\bgql_gateway[./]|\bFile \"|\.py\b|object at 0x|<class '|NoneType|' object has no |"
    r"\b(?:Assertion|Attribute|Index|Key|Lookup|Memory|Name|NotImplemented|OS|Overflow|Recursion|Runtime|Stop\w*|"
    r"Syntax|Timeout|Type|Unicode\w*|Value|ZeroDivision|JSONDecode|Integrity|Operational|GraphQL|Gateway|Client\w*)"
    r"(?:Error|Exception)\b"
)
"""Words of Python, its libraries and our modules, which no caller should ever read."""

CODES = frozenset(code.name for code in ErrorCode)


def faults(status: int, kind: str, body: bytes, secrets: Iterable[str] = ()) -> list[str]:
    """What is wrong with an answer; nothing, as a rule."""
    if status not in STATUSES:
        return [f"the status is {status}"]
    if not kind.startswith(("application/json", "application/graphql-response+json")):
        return [f"the content type is {kind}"]
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ["the body is no JSON"]
    if not isinstance(document, dict) or not document or set(document) - MEMBERS:
        return ["the body is no answer of GraphQL"]
    found = list(_faults_of_errors(status, document))
    text = body.decode()
    found += [f"it shows {match.group()!r}" for match in INSIDES.finditer(_told(document))]
    found += [f"it holds the secret {secret[:4]}…" for secret in secrets if secret in text]
    return found


def _faults_of_errors(status: int, document: Mapping[str, Any]) -> Iterator[str]:
    errors = document.get("errors", [])
    executed = "data" in document
    if not executed and not errors:
        yield "there is neither data nor an error"
    if executed and status != 200:
        yield f"an executed operation has status {status}"
    if "errors" in document and not errors:
        yield "the list of errors is empty"
    for error in errors:
        if not isinstance(error.get("message"), str) or not error["message"]:
            yield "an error has no message"
        code = error.get("extensions", {}).get("code")
        if code == "INTERNAL":
            yield "it is an error of our own"
        if bool(error.get("path")) is not executed:
            yield f"an error with path {error.get('path')} and data {'present' if executed else 'absent'}"
        if executed and code != "INTERNAL" and code not in CODES:
            yield f"an error of the execution without one of our codes: {error['message'][:200]!r}"


def _told(document: Mapping[str, Any]) -> str:
    """The words of all errors: those of the answer and those that are data of a payload."""
    words: list[str] = []

    def gather(value: Any, *, within: bool) -> None:
        if isinstance(value, dict):
            if within and isinstance(value.get("message"), str):
                words.append(value["message"])
            for name, inner in value.items():
                gather(inner, within=within or name in {"errors", "warnings"})
        elif isinstance(value, list):
            for inner in value:
                gather(inner, within=within)

    gather(document, within=False)
    return "\n".join(words)
