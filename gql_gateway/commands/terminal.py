"""What the commands share: how they print, refuse, and read their settings."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console

from .. import logs
from ..app import unsafe
from ..settings import Settings, wrong_values
from ..storage.database import DatabaseProblem
from ..storage.migrate import SchemaProblem
from ..storage.secrets import SecretProblem

Value = TypeVar("Value")

# A traceback with the values of variables would show credentials.
TYPER: dict[str, Any] = {"no_args_is_help": True, "pretty_exceptions_show_locals": False}

out, err = Console(soft_wrap=True, highlight=False), Console(stderr=True, soft_wrap=True, highlight=False)

Tenant = Annotated[str, typer.Option(help="Whose connection it is.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def settings_of_environment() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        refuse(*wrong_values(error))


def safe_settings() -> Settings:
    """Settings for commands that touch stored credentials: they need the keys, not a safe network."""
    return _settings_without("GATEWAY_HOST", "GATEWAY_JWT_", "GATEWAY_TRUSTED_")


def database_settings() -> Settings:
    """Settings for commands that need the database alone."""
    return _settings_without("GATEWAY_HOST", "GATEWAY_JWT_", "GATEWAY_TRUSTED_", "GATEWAY_SECRET_KEYS")


def _settings_without(*unneeded: str) -> Settings:
    settings = settings_of_environment()
    if problems := [line for line in unsafe(settings) if not line.startswith(unneeded)]:
        refuse(*problems)
    logs.set_up("error", "console")
    return settings


def run(work: Coroutine[Any, Any, Value]) -> Value:
    try:
        return asyncio.run(work)
    except (DatabaseProblem, SchemaProblem, SecretProblem) as error:
        refuse(str(error))


def refuse(*lines: str) -> NoReturn:
    for line in lines:
        err.print(f"error: {line}", markup=False)
    raise typer.Exit(1)
