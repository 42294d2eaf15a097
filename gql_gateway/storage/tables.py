"""The tables, as SQLAlchemy and the migrations both see them."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.types import DateTime, TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware and in UTC in Python, `timestamptz` in PostgreSQL, sortable text in UTC in SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

# Ids are unique inside a tenant only: whoever makes a connection learns nothing of another tenant's.
connections = Table(
    "connections",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("integration", Text, nullable=False),
    Column("company_id", Text),
    Column("base_url", Text),
    Column("token_url", Text),
    Column("settings", JSON, nullable=False),
    Column("credentials", LargeBinary, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime),
    Column("status", Text, nullable=False, server_default="ready"),
    Column("status_reason", Text),
    Column("renew_by", UtcDateTime),
    Index(None, "renew_by"),
)

# No foreign key to `connections`: a key stays taken when its connection is removed and connected anew under the same
# id, or a repeated call would write twice.
idempotency = Table(
    "idempotency",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("connection_id", Text, primary_key=True),
    Column("key_hash", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("result", LargeBinary),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    CheckConstraint("state = 'running' OR (state = 'done' AND result IS NOT NULL)", name="state"),
    Index(None, "state", "updated_at"),
)

# Keys of callers, not of the gateway: `hash` is all that is kept of one. `scopes` are words with blanks between them.
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("last_used_at", UtcDateTime),
)

# The link itself is not kept, only its hash: whoever reads the table cannot use one.
connect_links = Table(
    "connect_links",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("connection_id", Text, nullable=False),
    Column("integration", Text),
    Column("return_url", Text),
    Column("browser", Text, unique=True),
    Column("stage", Text, nullable=False),
    Column("kept", LargeBinary),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "expires_at"),
)

# No foreign key to `connections`: what was done stays known when a connection is removed. `details` are who and what.
audit_log = Table(
    "audit_log",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("connection_id", Text, nullable=False),
    Column("integration", Text, nullable=False),
    Column("native_id", Text, nullable=False),
    Column("company_id", Text),
    Column("at", UtcDateTime, nullable=False),
    Column("result", Text, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Column("details", LargeBinary, nullable=False),
    Index("ix_audit_log_tenant_connection_id_native_id_at", "tenant", "connection_id", "native_id", "at"),
    Index("ix_audit_log_at", "at"),
)
