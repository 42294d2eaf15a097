"""Manifests of trusted documents in the two forms that clients' tools write.

Relay's is one object, `{id: text}`. Apollo's is `{format, version, operations: [{id, name, type, body}]}`.
An id is the sha256 of the text in hex; ids of any other form, such as Relay's MD5, are taken as they are.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

APOLLO_FORMAT = "apollo-persisted-query-manifest"
SHA256 = re.compile(r"[0-9a-f]{64}")


class Form(StrEnum):
    APOLLO = "apollo"
    RELAY = "relay"


@dataclass(frozen=True, slots=True)
class Document:
    """A trusted document. `name` and `type` are those of its operation, where the manifest tells them."""

    id: str
    text: str
    name: str = ""
    type: str = ""

    @property
    def label(self) -> str:
        return f"{self.name} ({self.id})" if self.name else self.id


class InvalidManifest(Exception):
    """A manifest that cannot be trusted: one line for each thing that is wrong with it."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read(path: Path) -> dict[str, Document]:
    """The documents of a manifest by id; everything wrong with it is told at once."""
    try:
        given = json.loads(path.read_bytes().decode("utf-8"), object_pairs_hook=_object)
    except OSError as error:
        raise InvalidManifest(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError):
        raise InvalidManifest(f"{path} is no JSON in UTF-8.") from None
    found: dict[str, Document] = {}
    problems: list[str] = []
    for item in _items(given, path):
        if isinstance(item, str):
            problems.append(item)
        elif item.id in found:
            problems.append(f"{path}: the id {item.id} is there twice.")
        elif SHA256.fullmatch(item.id) and item.id != hash_of(item.text):
            problems.append(f"{path}: {item.label} is not the sha256 of its text.")
        else:
            found[item.id] = item
    if problems:
        raise InvalidManifest(*problems)
    return found


def write(documents: Iterable[Document], form: Form) -> str:
    """A manifest of the documents, the same for the same documents in whichever order."""
    ordered = sorted(documents, key=lambda one: (one.name, one.id))
    content: dict[str, Any] = {one.id: one.text for one in ordered}
    if form is Form.APOLLO:
        operations = [{"id": one.id, "name": one.name, "type": one.type, "body": one.text} for one in ordered]
        content = {"format": APOLLO_FORMAT, "version": 1, "operations": operations}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


class _Pairs(dict[str, Any]):
    """An object of JSON that remembers the names that came more than once."""

    twice: tuple[str, ...] = ()


def _object(pairs: list[tuple[str, Any]]) -> _Pairs:
    found = _Pairs(pairs)
    names = [name for name, _ in pairs]
    found.twice = (
        tuple(dict.fromkeys(name for name in names if names.count(name) > 1)) if len(found) < len(names) else ()
    )
    return found


def _items(given: Any, path: Path) -> Iterator[Document | str]:
    """The documents of a manifest, or the words about what is none."""
    if not isinstance(given, _Pairs):
        yield f"{path} is no manifest: it is neither Apollo's form nor Relay's."
        return
    yield from (f"{path}: {name} is there twice." for name in given.twice)
    if "format" not in given:
        yield from _of_relay(given, path)
    elif given["format"] != APOLLO_FORMAT or given.get("version") != 1 or not isinstance(given.get("operations"), list):
        yield f"{path} is no manifest: the form {APOLLO_FORMAT} of version 1 is known, with a list of operations."
    else:
        yield from _of_apollo(given["operations"], path)


def _of_relay(given: Mapping[str, Any], path: Path) -> Iterator[Document | str]:
    for name, text in given.items():
        wrong = not name or not isinstance(text, str) or not text
        yield f"{path}: the text of {name or 'an empty id'} is missing." if wrong else _document(name, text)


def _of_apollo(operations: list[Any], path: Path) -> Iterator[Document | str]:
    for number, item in enumerate(operations, start=1):
        members = [item.get(name) for name in ("id", "body", "name", "type")] if isinstance(item, dict) else []
        told = [member for member in members if isinstance(member, str) and member]
        if len(told) == 4:
            yield _document(*told)
        else:
            yield f"{path}: operation {number} lacks one of id, name, type and body."


def _document(id: str, text: str, name: str = "", type: str = "") -> Document:
    return Document(id.removeprefix("sha256:"), text, name, type)
