"""Connections and idempotency records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "connections",
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
        sa.PrimaryKeyConstraint("id", name="pk_connections"),
    )
    op.create_table(
        "idempotency",
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("result", sa.LargeBinary()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "key_hash", name="pk_idempotency"),
        sa.CheckConstraint(
            "state = 'running' OR (state = 'done' AND result IS NOT NULL)", name=op.f("ck_idempotency_state")
        ),
    )
    op.create_index("ix_idempotency_state_updated_at", "idempotency", ["state", "updated_at"])


def downgrade() -> None:
    op.drop_table("idempotency")
    op.drop_table("connections")
