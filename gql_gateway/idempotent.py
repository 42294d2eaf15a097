"""Keeps what an update did under its idempotency key, and plays it back word for word."""

from __future__ import annotations

import hashlib
import json
from enum import Enum
from typing import Any

from . import errors
from .connectors.base import Connector
from .connectors.compare import FieldChange, Warning, WarningCode
from .connectors.run import Outcome, ProviderRequest
from .errors import ErrorCode, GatewayError, VersionConflict, Words
from .fields.change import Change
from .fields.document import print_path
from .model.ref import Ref

_FINAL = (errors.ProviderRejected, errors.VersionConflict)


def fingerprint(ref: Ref, change: Change, expected_version: str | None) -> str:
    """What makes two calls the same call, however their documents are written."""
    # The native place as well: entry 0 of a list is another one when the change gives another id.
    values = sorted(
        (item.leaf.path, print_path(item.leaf.native), item.clears, _plain(item.value)) for item in change.assignments
    )
    drops = sorted(item.branch.path for item in change.drops)
    parts = [ref.connection_id, ref.native_id, ref.company_id, expected_version, change.at, values, drops]
    return hashlib.sha256(_to_json(parts)).hexdigest()


def is_final(outcome: Outcome) -> bool:
    """Whether a repeat of the call would have to give this very answer, so that it is kept.

    Everything that was not taken, or not settled, is tried again: reading before writing.
    """
    return all(isinstance(error, _FINAL) for error in outcome.errors)


def pack(outcome: Outcome) -> bytes:
    """An outcome as bytes; customers as their native documents."""
    customer = outcome.customer
    return _to_json(
        {
            "native": None if customer is None else customer.native,
            "changes": [[item.path, item.before, item.after] for item in outcome.changes],
            "requests": [
                [item.step, item.method, item.path, item.body, item.status, item.writes] for item in outcome.requests
            ],
            "warnings": [
                [item.code.name, item.message, item.path, item.sent, item.stored] for item in outcome.warnings
            ],
            "errors": [_pack_error(error) for error in outcome.errors],
        }
    )


def unpack(packed: bytes, connector: Connector, ref: Ref) -> Outcome:
    """The outcome as it was, for a caller who asks again."""
    kept: dict[str, Any] = json.loads(packed)
    outcome = Outcome()
    if kept["native"] is not None:
        outcome.customer = connector.parse(kept["native"], ref)
    outcome.changes = [FieldChange(*item) for item in kept["changes"]]
    outcome.requests = [ProviderRequest(*item) for item in kept["requests"]]
    outcome.warnings = [
        Warning(WarningCode[code], message, tuple(path), sent, stored)
        for code, message, path, sent, stored in kept["warnings"]
    ]
    outcome.errors = [_unpack_error(item, connector, ref) for item in kept["errors"]]
    return outcome


def _to_json(value: Any) -> bytes:
    """Whatever JSON can say: halves of surrogate pairs and numbers of any size, which faster writers refuse."""
    return json.dumps(value, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    return value.name if isinstance(value, Enum) else value


def _pack_error(error: GatewayError) -> dict[str, Any]:
    packed: dict[str, Any] = {
        "kind": type(error).__name__,
        "code": error.code.name,
        "message": error.message,
        "path": error.path,
        "provider_code": error.provider_code,
        "provider_message": error.provider_message,
    }
    if isinstance(error, VersionConflict) and error.current is not None:
        packed["current"] = error.current.native
    return packed


def _unpack_error(packed: dict[str, Any], connector: Connector, ref: Ref) -> GatewayError:
    path = tuple(packed["path"])
    words: Words = {"provider_code": packed["provider_code"], "provider_message": packed["provider_message"]}
    if packed["kind"] == "VersionConflict":
        current = packed.get("current")
        return VersionConflict(
            packed["message"], current=connector.parse(current, ref) if current else None, path=path, **words
        )
    kind: type[GatewayError] = getattr(errors, packed["kind"])
    return kind(ErrorCode[packed["code"]], packed["message"], path=path, **words)
