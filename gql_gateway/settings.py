"""Settings, read once from `GATEWAY_*` variables, and what makes them unsafe. Printing them shows no secret."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from .model.link import LONGEST_NAME, is_name
from .operations.manifest import InvalidManifest, read
from .storage.secrets import InvalidKeys, SecretBox

DEFAULT_DATABASE = "sqlite:///gateway.sqlite3"


class RegionSettings(BaseModel):
    """The app registered at one host of a provider, and other addresses to find the provider at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    consent_url: str = ""
    token_url: str = ""
    base_url: str = ""


class AppSettings(RegionSettings):
    """The app registered at one provider, and those at its further hosts."""

    regions: dict[str, RegionSettings] = {}


class Settings(BaseSettings):
    """Everything that can be set. Times are seconds, sizes bytes."""

    model_config = SettingsConfigDict(
        env_prefix="GATEWAY_", env_nested_delimiter="__", env_nested_max_split=4, frozen=True, extra="ignore"
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on.")
    public_url: str = Field(
        "", description="How browsers reach the gateway, such as https://gateway.example; for people who connect books."
    )
    return_urls: str = Field(
        "", description="Where people may be sent when they have connected: addresses, or beginnings that end with /."
    )
    apps: dict[str, AppSettings] = Field(
        {}, description="Apps registered at providers: GATEWAY_APPS__FORTNOX__CLIENT_ID, …__CLIENT_SECRET."
    )
    operator_name: str = Field("", description="Who runs the gateway, told to people who are asked to connect books.")
    authentication: Literal["required", "off"] = Field(
        "required", description="Whether callers show an API key or a JWT; off: everybody may do everything."
    )
    trust_network: bool = Field(
        False, description="Something in front keeps strangers out, so authentication may be off beyond loopback."
    )
    jwt_keys: str = Field("", description="Key set (JWKS) that JWTs are checked with: a file, or an https address.")
    jwt_issuer: str = Field("", description="What the claim iss of a JWT has to be, exactly.")
    jwt_audience: str = Field("", description="What the claim aud of a JWT has to be or hold.")
    jwt_tenant_claim: str = Field("tenant", min_length=1, description="Claim of a JWT that names the tenant.")
    jwt_scope_claim: str = Field("scope", min_length=1, description="Claim of a JWT that holds the scopes.")
    database_url: str = Field(
        DEFAULT_DATABASE, repr=False, description="sqlite:///file or postgresql://…; holds the connections."
    )
    secret_keys: SecretStr = Field(
        SecretStr(""), description="Keys for credentials at rest: name:base64 of 32 bytes, the first one encrypts."
    )
    audit_days: int = Field(
        365, ge=0, le=36_500, description="Days that the audit log keeps who changed what; 0 keeps no log."
    )
    deadline: float = Field(30.0, gt=0, le=600, description="Longest time one operation may take.")
    request_deadline: float = Field(
        60.0, gt=0, le=3600, description="Longest time that a request may take to be answered."
    )
    pool_limit: int = Field(300, ge=1, description="Open connections to all providers.")
    pool_limit_per_host: int = Field(60, ge=1, description="Open connections to one provider's host.")
    max_body: int = Field(1_000_000, ge=1_000, description="Largest request body.")
    max_sockets: int = Field(1_000, ge=1, description="Most WebSockets and event streams open at a time, together.")
    max_tokens: int = Field(15_000, ge=100, description="Most tokens in a GraphQL document.")
    max_depth: int = Field(20, ge=1, description="Most fields inside each other.")
    max_aliases: int = Field(100, ge=0, description="Most fields under another name, or selected again.")
    max_root_fields: int = Field(20, ge=1, description="Most root fields of an operation.")
    max_directives: int = Field(50, ge=0, description="Most directives in a document.")
    max_fragments: int = Field(100, ge=0, description="Most fragments in a document, inline ones included.")
    max_cost: int = Field(20_000, ge=1, description="Most that an operation may cost, as @cost and @listSize say it.")
    cors_origins: str = Field("", description="Origins whose pages may call /graphql, such as https://app.example.")
    get_queries: bool = Field(True, description="Answer queries sent with GET.")
    graphiql: bool = Field(True, description="Serve GraphiQL to browsers at /graphql.")
    suggestions: bool = Field(False, description="Name what a caller may have meant where it is wrong.")
    introspection: bool = Field(True, description="Answer introspection queries.")
    federation_auth_directives: bool = Field(
        False, description="Tell routers in _service who may select what: @authenticated, @requiresScopes."
    )
    trusted_documents: str = Field("", description="A manifest of operations that clients name by their hash: a file.")
    trusted_only: bool = Field(False, description="Run the documents of that manifest and nothing else.")
    shutdown_grace: int = Field(35, ge=1, description="Time that running requests get to finish at shutdown.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    log_format: Literal["json", "console"] = Field("json", description="One JSON object a line, or text for people.")


def wrong_values(error: ValidationError) -> list[str]:
    """One line for each setting that cannot be read, without what it is set to."""
    return [f"GATEWAY_{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors()]


def unsafe(settings: Settings) -> list[str]:
    """One clear line for each setting that `serve` refuses."""
    problems = []
    try:
        SecretBox.from_text(settings.secret_keys.get_secret_value())
    except InvalidKeys as error:
        problems.append(f"GATEWAY_SECRET_KEYS: {error}. `gql-gateway keys generate-secret` makes one.")
    if settings.authentication == "off" and not settings.trust_network and not _is_loopback(settings.host):
        problems.append(
            f"GATEWAY_HOST: {settings.host} can be reached from other machines, and GATEWAY_AUTHENTICATION=off lets "
            "everybody in. Set it to required, or keep strangers out in front and set GATEWAY_TRUST_NETWORK=true."
        )
    problems += _unsafe_tokens(settings)
    problems += _unsafe_connecting(settings)
    problems += _unsafe_origins(settings)
    problems += _unsafe_documents(settings)
    if settings.shutdown_grace < settings.deadline:
        problems.append(
            "GATEWAY_SHUTDOWN_GRACE: it is shorter than GATEWAY_DEADLINE, so a shutdown could cut a running write."
        )
    if settings.database_url.startswith("sqlite") and settings.database_url.rstrip("/") in (
        "sqlite:",
        "sqlite:///:memory:",
    ):
        problems.append("GATEWAY_DATABASE_URL: a database in memory forgets every connection.")
    if settings.database_url.startswith("sqlite:///"):
        folder = Path(settings.database_url.removeprefix("sqlite:///")).absolute().parent
        if not folder.is_dir():
            problems.append(f"GATEWAY_DATABASE_URL: the folder {folder} does not exist.")
    return problems


def public_url(settings: Settings) -> str:
    """How browsers reach the gateway, without a slash at its end."""
    return settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"


def _unsafe_connecting(settings: Settings) -> list[str]:
    given = {"GATEWAY_PUBLIC_URL": settings.public_url} if settings.public_url else {}
    given |= {f"GATEWAY_RETURN_URLS: {url}": url for url in settings.return_urls.split()}
    problems = []
    for name, url in given.items():
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.fragment:
            problems.append(f"{name}: it takes an address such as https://gateway.example.")
        elif parts.scheme == "http" and not _is_loopback(parts.hostname):
            problems.append(f"{name}: credentials would travel in the open; it has to start with https://.")
        elif name == "GATEWAY_PUBLIC_URL" and (parts.path.strip("/") or parts.query):
            problems.append(f"{name}: the gateway stands at the root of its host.")
        elif not parts.path and name != "GATEWAY_PUBLIC_URL":
            problems.append(f"{name}: without a path any host that begins alike would be allowed; end it with /.")
    if settings.operator_name and not is_name(settings.operator_name):
        problems.append(
            f"GATEWAY_OPERATOR_NAME: it takes a name of up to {LONGEST_NAME} characters in one line, and no address."
        )
    return problems


def _unsafe_origins(settings: Settings) -> list[str]:
    problems = []
    for origin in settings.cors_origins.split():
        name = f"GATEWAY_CORS_ORIGINS: {origin}"
        parts = urlsplit(origin)
        if "*" in origin:
            problems.append(f"{name}: it takes origins one by one, so that not every page may call.")
        elif parts.scheme not in ("http", "https") or origin != _origin(parts):
            problems.append(f"{name}: browsers write an origin like https://app.example, with nothing behind the host.")
        elif parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
            problems.append(f"{name}: whoever is on the way could change the page; it has to start with https://.")
    return problems


def _origin(parts: SplitResult) -> str:
    """As a browser writes it: lower case, and without the port that goes without saying."""
    try:
        port = "" if parts.port in (None, {"http": 80, "https": 443}[parts.scheme]) else f":{parts.port}"
    except ValueError:
        return ""
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}" if host else ""


def _unsafe_tokens(settings: Settings) -> list[str]:
    given = settings.jwt_keys
    names = {"GATEWAY_JWT_ISSUER": settings.jwt_issuer, "GATEWAY_JWT_AUDIENCE": settings.jwt_audience}
    if not given:
        return [f"{name}: it is of no use without GATEWAY_JWT_KEYS." for name, value in names.items() if value]
    problems = [
        f"{name}: without it, tokens that were made for somebody else would be taken."
        for name, value in names.items()
        if not value
    ]
    parts = urlsplit(given)
    if parts.scheme in ("http", "https"):
        # Whoever can change an answer on its way could make callers.
        if not parts.hostname or "@" in parts.netloc or parts.fragment:
            problems.append("GATEWAY_JWT_KEYS: the address has to be plain: https://host/path, no user, no fragment.")
        elif parts.scheme == "http" and not _is_loopback(parts.hostname):
            problems.append("GATEWAY_JWT_KEYS: the address has to start with https://.")
    elif not Path(given).is_file():
        problems.append("GATEWAY_JWT_KEYS: this is neither an https address nor a file that is there.")
    return problems


def _unsafe_documents(settings: Settings) -> list[str]:
    if not settings.trusted_documents:
        words = "GATEWAY_TRUSTED_ONLY: without GATEWAY_TRUSTED_DOCUMENTS every operation would be refused."
        return [words] if settings.trusted_only else []
    try:
        read(Path(settings.trusted_documents))
    except InvalidManifest as invalid:
        return [f"GATEWAY_TRUSTED_DOCUMENTS: {problem}" for problem in invalid.problems]
    return []


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
