"""Settings, read once from `GATEWAY_*` variables, and what makes them unsafe. Printing them shows no secret."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from .storage.secrets import InvalidKeys, SecretBox

DEFAULT_DATABASE = "sqlite:///gateway.sqlite3"


class Settings(BaseSettings):
    """Everything that can be set. Times are seconds, sizes bytes."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", frozen=True, extra="ignore")

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on.")
    trust_network: bool = Field(
        False, description="Callers are authenticated by something in front, so an address beyond loopback is allowed."
    )
    database_url: str = Field(
        DEFAULT_DATABASE, repr=False, description="sqlite:///file or postgresql://…; holds the connections."
    )
    secret_keys: SecretStr = Field(
        SecretStr(""), description="Keys for credentials at rest: name:base64 of 32 bytes, the first one encrypts."
    )
    deadline: float = Field(30.0, gt=0, le=600, description="Longest time one operation may take.")
    pool_limit: int = Field(300, ge=1, description="Open connections to all providers.")
    pool_limit_per_host: int = Field(60, ge=1, description="Open connections to one provider's host.")
    max_body: int = Field(1_000_000, ge=1_000, description="Largest request body.")
    max_tokens: int = Field(15_000, ge=100, description="Most tokens in a GraphQL document.")
    graphiql: bool = Field(True, description="Serve GraphiQL to browsers at /graphql.")
    introspection: bool = Field(True, description="Answer introspection queries.")
    shutdown_grace: int = Field(35, ge=1, description="Time that running requests get to finish at shutdown.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    log_format: Literal["json", "console"] = Field("json", description="One JSON object a line, or text for people.")


def unsafe(settings: Settings) -> list[str]:
    """One clear line for each setting that `serve` refuses."""
    problems = []
    try:
        SecretBox.from_text(settings.secret_keys.get_secret_value())
    except InvalidKeys as error:
        problems.append(f"GATEWAY_SECRET_KEYS: {error}. `gql-gateway keys generate-secret` makes one.")
    if not settings.trust_network and not _is_loopback(settings.host):
        problems.append(
            f"GATEWAY_HOST: {settings.host} can be reached from other machines and callers are not authenticated. "
            "Put an authenticating proxy in front and set GATEWAY_TRUST_NETWORK=true."
        )
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


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
