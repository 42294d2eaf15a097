"""Links with which people connect their books."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "connect_links",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("integration", sa.Text()),
        sa.Column("return_url", sa.Text()),
        sa.Column("browser", sa.Text()),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("kept", sa.LargeBinary()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_connect_links"),
        sa.UniqueConstraint("browser", name="uq_connect_links_browser"),
    )
    op.create_index("ix_connect_links_expires_at", "connect_links", ["expires_at"])


def downgrade() -> None:
    op.drop_table("connect_links")
