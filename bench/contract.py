"""What every subject has to do: which request it gets, which calls it makes, what it answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SPEC = Path(__file__).parent / "spec"
CUSTOMER = "1001"
MARKER = "bench-00000"
"""The generator counts its five digits up, so that every request comes over the next of many connections."""


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of request: the body sent to `path`, the reads it costs besides one write, and the answer due."""

    path: str
    body: bytes
    reads: int
    expected: Any

    def request(self, key: str) -> bytes:
        """The request as it goes over the wire, with the caller's API key."""
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Accept: application/json\r\nAuthorization: Bearer {key}\r\nContent-Length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body


def provider_put() -> Any:
    """The body that the provider must receive."""
    return _json("provider_put.json")


def before() -> bytes:
    """The provider's answer to a read."""
    return (SPEC / "before.json").read_bytes()


def after() -> bytes:
    """The provider's answer to the write: the record as it was, with what was sent laid over it."""
    record = json.loads(before())["Customer"] | provider_put()["Customer"]
    return json.dumps({"Customer": record}, ensure_ascii=False, separators=(",", ":")).encode()


def forwarded(reads: int) -> Work:
    """limit-A's work: the provider's own body in, the provider's own answer out."""
    body = json.dumps(provider_put(), ensure_ascii=False, separators=(",", ":")).encode()
    return Work("/two" if reads else "/one", body, reads, json.loads(after()))


def mutation(name: str, reads: int) -> Work:
    """`updateCustomer` with the selection in `spec/<name>.graphql`."""
    variables = {
        "input": {
            "customer": {"native": {"connectionId": MARKER, "nativeId": CUSTOMER}},
            "change": {"fortnox": _json("change.json")},
        }
    }
    text = (SPEC / f"{name}.graphql").read_text(encoding="utf-8")
    body = json.dumps({"query": text, "variables": variables}, ensure_ascii=False, separators=(",", ":")).encode()
    return Work("/graphql", body, reads, _json(f"{name}.expected.json"))


def _json(name: str) -> Any:
    return json.loads((SPEC / name).read_bytes())
