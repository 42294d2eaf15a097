"""The apps that the operator has registered at providers, and other addresses to find a provider at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from ..connectors.base import Manifest
from ..oauth.endpoint import ConsentEndpoint


@dataclass(frozen=True, slots=True)
class App:
    """One integration as this gateway reaches it. The addresses stand in for the provider's own where given.

    `regions` are apps of their own at further hosts of the provider, by the region's name.
    """

    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    consent_url: str | None = None
    token_url: str | None = None
    base_url: str | None = None
    regions: Mapping[str, App] = field(default_factory=dict)

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
    return [] if manifest.takes_keys or by_region(manifest, app) else _lacking(manifest, app)


def asks(manifest: Manifest, app: App) -> bool:
    """Whether people can be asked for consent: the provider has a page for it, and the app is set up."""
    return manifest.consent is not None and manifest.token is not None and not _lacking(manifest, app)


def by_region(manifest: Manifest, app: App) -> dict[str, App]:
    """The apps that are set up, by region, in the manifest's order; nothing where the provider has no regions.

    The app of no region belongs to the one that its base URL names, otherwise to the provider's usual one.
    """
    apps = {_own_region(manifest, app): app}
    for region in manifest.regions:
        if (own := app.regions.get(region.name)) is not None:
            apps[region.name] = replace(own, base_url=own.base_url or region.base_url)
    known = {region.name: apps[region.name] for region in manifest.regions if region.name in apps}
    return {name: own for name, own in known.items() if not _lacking(manifest, own)}


def place(manifest: Manifest, base_url: str | None) -> str:
    """Where calls go, in one spelling."""
    return (base_url or manifest.base_url).rstrip("/")


def unknown(apps: Apps, manifests: Mapping[str, Manifest]) -> list[str]:
    """One line for each setting of an app at a provider, or a region, that there is not."""
    problems = []
    for name, app in apps.items():
        setting = f"GATEWAY_APPS__{name.upper()}"
        if name not in manifests:
            problems.append(f"{setting}: there is no such integration. There are: {', '.join(manifests)}.")
            continue
        regions = [region.name for region in manifests[name].regions]
        there_are = f"There are: {', '.join(regions)}." if regions else f"{manifests[name].label} has none."
        strange = [region for region in app.regions if region not in regions]
        problems += [f"{setting}__REGIONS__{region}: there is no such region. {there_are}" for region in strange]
    return problems


def _own_region(manifest: Manifest, app: App) -> str | None:
    named = {region.base_url: region.name for region in manifest.regions}
    return named.get(place(manifest, app.base_url), named.get(manifest.base_url))


def _lacking(manifest: Manifest, app: App) -> list[str]:
    if manifest.consent is None or manifest.token is None:
        return []
    wanted = {"client_id": app.client_id or manifest.token.client_id}
    if manifest.token.client_auth != "public":
        wanted["client_secret"] = app.client_secret
    return [name for name, value in wanted.items() if not value]
