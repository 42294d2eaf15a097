"""What every simulator is: a stand-in for one provider, strict in what it accepts.

A simulator is written from the provider's documents only. It imports nothing from `connectors` or `fields`: two sides
that share a mapping share its mistakes.
"""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from http.client import responses
from typing import Any, ClassVar

from aiohttp import web

Document = dict[str, Any]
Clock = Callable[[], float]
Alter = Callable[[Document, Document], Document]


class Simulator(ABC):
    """One provider on loopback.

    `integration` is the gateway's name in lower case ("lexware_office"); the server mounts `routes()` below
    `/<integration with hyphens>/`.
    `records` holds the stored native documents by native id, whole, as a read-one (or list) would give them.
    Every write goes through `commit`, so that the faults `ignore_field` and `truncate_field` can alter it.
    `redirect_uris` are those that the sandbox's app has registered at the provider; `reset` leaves them alone.
    """

    integration: ClassVar[str]
    token_path: ClassVar[str | None] = None
    """Path of the token endpoint below the mount, where the provider has one."""
    consent_path: ClassVar[str | None] = None
    """Path of the page that asks a person for consent, where the provider has one."""
    client_in_body: ClassVar[bool] = False
    """The app shows its id and secret in the form of a token request, and not in a header."""

    def __init__(self, clock: Clock = time.time) -> None:
        self.clock = clock
        self.records: dict[str, Document] = {}
        self.alter: Alter = lambda _before, after: after
        self.redirect_uris: set[str] = set()
        self.reset()

    @abstractmethod
    def reset(self) -> None:
        """Put the seeded customers, tokens and counters back."""

    @abstractmethod
    def routes(self) -> Iterable[web.RouteDef]:
        """Routes relative to the simulator's mount point, e.g. `web.put("/3/customers/{number}", self.update)`."""

    @abstractmethod
    def credentials(self) -> Mapping[str, str]:
        """What a sandbox connection is given, named as the provider's dossier names it."""

    def client(self) -> Mapping[str, str]:
        """Id and secret of the app, where the provider has apps; among other credentials."""
        return self.credentials()

    @abstractmethod
    def expire_tokens(self) -> None:
        """Fault `expired_token`: every access token handed out so far stops working; refresh tokens stay good."""

    @abstractmethod
    def touch(self, native_id: str) -> None:
        """Fault `stale_version`: somebody else edits the record now (a visible field and the version change)."""

    def error(self, status: int) -> tuple[str, bytes]:
        """Content type and body of the provider's answer with this status, for faults such as `status:503`."""
        return "application/json", json.dumps({"message": responses.get(status, "Error")}).encode()

    def error_headers(self) -> Mapping[str, str]:
        """Headers that go with such an answer, where the provider sends some with every one."""
        return {}

    def writes(self, method: str, path: str, body: Any) -> bool:
        """Whether the request changes a record; overridden where reading is a POST too.

        `path` is relative to the mount and percent-encoded; `body` is the parsed JSON document, or else text.
        """
        return method not in {"GET", "HEAD", "OPTIONS"} and not self.serves_tokens(path)

    def written_id(self, method: str, path: str, body: Any) -> str | None:
        """Native id of the record a write is about; `None` when it cannot be told. Arguments as in `writes`."""
        return None

    def serves_tokens(self, path: str) -> bool:
        """Whether the path is of the sign-in: a fault reaches it only when `on` names the whole path."""
        return path == self.consent_path or path.rpartition("/")[2] in {"token", "revoke"}

    def token_url(self, base_url: str) -> str | None:
        """Where the tokens of this simulator are refreshed."""
        return None if self.token_path is None else base_url + self.token_path

    def consent_url(self, base_url: str) -> str | None:
        """Where a person is asked for consent to use this simulator."""
        return None if self.consent_path is None else base_url + self.consent_path

    def regions(self) -> Mapping[str, tuple[str, Mapping[str, str]]]:
        """Further hosts: by the name of each, where it is below the mount, and the credentials of the app there."""
        return {}

    def example_id(self) -> str:
        """Native id of a record that anybody may try an update on."""
        return next(iter(self.records))

    def company_id(self) -> str | None:
        """The company a sandbox connection fixes, where the provider has several."""
        return None

    def ids(self) -> list[str]:
        """The native ids of the company that a sandbox connection fixes."""
        return list(self.records)

    def settle(self, document: Document) -> Document:
        """What the provider itself derives or normalises when a document is stored."""
        return document

    def commit(self, native_id: str, document: Document) -> Document:
        """Store a document as the provider would and answer what is stored now."""
        before = self.records.get(native_id, {})
        stored = self.settle(self.alter(before, document))
        self.records[native_id] = stored
        return stored
