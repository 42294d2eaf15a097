"""When an idle connection has to be renewed, so that its refresh token does not end.

Rows that are there already are not dated: each is looked at once.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("connections", sa.Column("renew_by", sa.DateTime(timezone=True)))
    op.create_index("ix_connections_renew_by", "connections", ["renew_by"])


def downgrade() -> None:
    op.drop_index("ix_connections_renew_by", "connections")
    op.drop_column("connections", "renew_by")
