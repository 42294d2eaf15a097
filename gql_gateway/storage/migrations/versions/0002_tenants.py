"""Connections and idempotency records belong to a tenant; what was there before belongs to `default`.

Sealed bytes stay as they are: those of `default` are bound to the same context as before (`rotation.py`).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEYS = {"connections": ["id"], "idempotency": ["connection_id", "key_hash"]}


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        for table, key in _KEYS.items():
            op.add_column(table, sa.Column("tenant", sa.Text(), nullable=False, server_default="default"))
            # From now on whoever stores something says for whom.
            op.alter_column(table, "tenant", server_default=None)
            op.drop_constraint(f"pk_{table}", table, type_="primary")
            op.create_primary_key(f"pk_{table}", table, ["tenant", *key])
        return
    # SQLite cannot change a primary key: the tables are made anew.
    op.drop_index("ix_idempotency_state_updated_at", "idempotency")
    for table in _KEYS:
        op.rename_table(table, f"{table}_0001")
    _create_for_sqlite()
    for table in _KEYS:
        columns = [row[1] for row in op.get_bind().exec_driver_sql(f"PRAGMA table_info({table}_0001)")]
        names = ", ".join(columns)
        # Both names come from the lines above, none from outside.
        op.execute(f"INSERT INTO {table} (tenant, {names}) SELECT 'default', {names} FROM {table}_0001")  # noqa: S608
        op.drop_table(f"{table}_0001")


def _create_for_sqlite() -> None:
    op.create_table(
        "connections",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("integration", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text()),
        sa.Column("base_url", sa.Text()),
        sa.Column("token_url", sa.Text()),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("credentials", sa.LargeBinary(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.Column("status", sa.Text(), nullable=False, server_default="ready"),
        sa.Column("status_reason", sa.Text()),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_connections"),
    )
    op.create_table(
        "idempotency",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("result", sa.LargeBinary()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "connection_id", "key_hash", name="pk_idempotency"),
        sa.CheckConstraint(
            "state = 'running' OR (state = 'done' AND result IS NOT NULL)", name=op.f("ck_idempotency_state")
        ),
    )
    op.create_index("ix_idempotency_state_updated_at", "idempotency", ["state", "updated_at"])


def downgrade() -> None:
    # Two tenants may use one id by now: there is no way back that keeps both.
    raise NotImplementedError("the tables of before cannot hold connections of several tenants")
