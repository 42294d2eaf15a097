"""The apps that the operator has registered at providers, and other addresses to find a provider at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ..connectors.base import Manifest
from ..oauth.endpoint import ConsentEndpoint


@dataclass(frozen=True, slots=True)
class App:
    """One integration as this gateway reaches it. The addresses stand in for the provider's own where given."""

    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    consent_url: str | None = None
    token_url: str | None = None
    base_url: str | None = None

    def consent_page(self, endpoint: ConsentEndpoint) -> str | None:
        """Where people are asked, when that is not where the provider says."""
        if self.consent_url is not None or self.base_url is None or not endpoint.follows_base_url:
            return self.consent_url
        return self.base_url.rstrip("/") + urlsplit(endpoint.url).path

    def credentials(self) -> dict[str, str]:
        known = {"client_id": self.client_id, "client_secret": self.client_secret}
        return {name: value for name, value in known.items() if value}


Apps = Mapping[str, App]


def lacking(manifest: Manifest, app: App) -> list[str]:
    """What the operator has to set before anybody can be asked for consent; nothing where a key is typed in."""
    if manifest.consent is None or manifest.token is None:
        return []
    wanted = {"client_id": app.client_id or manifest.token.client_id}
    if manifest.token.client_auth != "public":
        wanted["client_secret"] = app.client_secret
    return [name for name, value in wanted.items() if not value]
