"""What presenting needs: zones, rehearsals; marks of keys are made when they load."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and drop the marks, which follow from the seal."""
    with op.batch_alter_table("rooms", recreate="always") as rooms:
        rooms.drop_column("presenter_mark")
        rooms.drop_column("helper_mark")
        rooms.add_column(
            sa.Column("rehearsal", sa.Boolean, nullable=False, server_default="0")
        )
    op.add_column(
        "participants",
        sa.Column("zone", sa.String, nullable=False, server_default=""),
    )
