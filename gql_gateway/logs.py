"""Structured logs: one line an event, secrets taken out, never a body or a token."""

from __future__ import annotations

import logging
import sys
from traceback import extract_tb
from types import TracebackType
from typing import Any

import structlog

from .outbound.redact import redact, redact_json

_INNERMOST = 8


def set_up(level: str, form: str) -> None:
    """Send every log of the process through one pipeline, to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _reduce,
        _clean,
    ]
    render: Any = structlog.dev.ConsoleRenderer() if form == "console" else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "alembic"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = name != "uvicorn.access"
    # At debug aiosqlite tells each statement with its values: ids and keys that callers sent.
    for name in ("alembic", "aiosqlite"):
        logging.getLogger(name).setLevel("WARNING")
    # At debug the WebSocket library tells each frame, and at info uvicorn each handshake with its query string.
    server = logging.getLogger("uvicorn.error")
    server.setLevel(max(logging.getLevelName(level.upper()), logging.INFO))
    server.addFilter(_no_handshake)


def _no_handshake(record: logging.LogRecord) -> bool:
    return '"WebSocket ' not in str(record.msg)


def places(traceback: TracebackType | None) -> list[str]:
    """Where an exception came from, the innermost places only."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(traceback)][-_INNERMOST:]


def _reduce(_logger: Any, _method: str, event: Any) -> Any:
    """Of an exception only its type and place: its words, and the lines of a traceback, may quote customer data."""
    given = event.pop("exc_info", None)
    if given:
        error = given if isinstance(given, BaseException) else given[1] if isinstance(given, tuple) else sys.exception()
        if error is not None:
            event["error"] = type(error).__name__
            event["where"] = places(error.__traceback__)
    return event


def _clean(_logger: Any, _method: str, event: Any) -> Any:
    """The last door: whatever looks like a secret does not pass."""
    return {name: _without_secrets(value) for name, value in event.items()}


def _without_secrets(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    return (
        redact_json(list(value) if isinstance(value, tuple) else value) if type(value) in (list, tuple, dict) else value
    )
