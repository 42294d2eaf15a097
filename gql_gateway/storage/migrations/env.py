"""Alembic's entry point; `migrate.py` hands it an open connection."""

from __future__ import annotations

from alembic import context

from gql_gateway.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
