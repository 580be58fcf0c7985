"""What labs on a vendor's product need: accepted terms, and a key for each seat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "acceptances",
        sa.Column("seat", sa.String, primary_key=True),
        sa.Column("lab", sa.String, primary_key=True),
        sa.Column("version", sa.String, primary_key=True),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("lab_version", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "vouchers",
        sa.Column("seat", sa.String, primary_key=True),
        sa.Column("lab", sa.String, primary_key=True),
        sa.Column("key", sa.String, nullable=False, unique=True),
        sa.Column("expires_at", sa.BigInteger),
    )
