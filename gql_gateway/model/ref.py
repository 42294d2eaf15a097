"""How one customer is named: connection, native id and, where a connection sees several, the company."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ref:
    """A customer at a provider. `native_id` is the provider's own id, unescaped.

    `company_fixed` says that the connection decides the company: then the global id does not repeat it.
    """

    connection_id: str
    native_id: str
    company_id: str | None = None
    company_fixed: bool = False

    def global_id(self) -> str:
        """The opaque id of Relay's `node`: the same ref always gives the same id."""
        parts = ["Customer", self.connection_id, self.native_id]
        if self.company_id is not None and not self.company_fixed:
            parts.append(self.company_id)
        text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
        return urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


def parse_global_id(text: str) -> Ref | None:
    """The ref behind a global id, or `None` when the text is not one of ours."""
    try:
        parts = json.loads(urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, UnicodeError, RecursionError):
        return None
    if not isinstance(parts, list) or len(parts) not in (3, 4) or not all(isinstance(part, str) for part in parts):
        return None
    kind, connection_id, native_id, *company = parts
    if kind != "Customer" or not connection_id or not native_id:
        return None
    return Ref(connection_id, native_id, company[0] if company else None)
