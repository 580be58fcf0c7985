"""What a seat needs: people's own words, languages, practice, erased seats."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of words and add the columns."""
    op.create_table(
        "texts",
        sa.Column("seat", sa.String, primary_key=True),
        sa.Column("uid", sa.String, primary_key=True),
        sa.Column("room", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("lab", sa.String, nullable=False),
        sa.Column("step", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_index("texts_by_room", "texts", ["room"])
    op.add_column(
        "rooms", sa.Column("language", sa.String, nullable=False, server_default="")
    )
    op.add_column(
        "rooms", sa.Column("practice", sa.Boolean, nullable=False, server_default="0")
    )
    op.add_column("seats", sa.Column("erased_at", sa.BigInteger))
    op.add_column(
        "seats", sa.Column("swept", sa.Boolean, nullable=False, server_default="0")
    )
