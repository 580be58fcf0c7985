"""The first tables: the journal and the small ones around it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("room", sa.String, nullable=False),
        sa.Column("seat", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("uid", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("mono", sa.BigInteger, nullable=False),
        sa.Column("boot", sa.String, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.UniqueConstraint("seat", "uid", name="one_entry"),
        sqlite_autoincrement=True,
    )
    op.create_index("journal_by_room", "journal", ["room", "id"])
    op.create_table(
        "rooms",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("host", sa.String, nullable=False),
        sa.Column("labs", sa.JSON, nullable=False),
        sa.Column("image", sa.String, nullable=False),
        sa.Column("interface", sa.String, nullable=False),
        sa.Column("egress", sa.Boolean, nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("code", sa.String, nullable=False, unique=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("opened_at", sa.BigInteger),
        sa.Column("closes_at", sa.BigInteger),
        sa.Column("erase_at", sa.BigInteger),
        sa.Column("presenter_mark", sa.String, nullable=False, unique=True),
        sa.Column("helper_mark", sa.String, nullable=False, unique=True),
    )
    _people()


def _people() -> None:
    """Make the tables of seats and of who holds them."""
    op.create_table(
        "seats",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("room", sa.String, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("claimed_at", sa.BigInteger),
        sa.UniqueConstraint("room", "number", name="one_number"),
    )
    op.create_table(
        "participants",
        sa.Column("seat", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("phrase_mark", sa.String, nullable=False, unique=True),
        sa.Column("seen", sa.Boolean, nullable=False),
    )
    op.create_table(
        "claims",
        sa.Column("room", sa.String, primary_key=True),
        sa.Column("browser_mark", sa.String, primary_key=True),
        sa.Column("seat", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "staff",
        sa.Column("user", sa.String, primary_key=True),
        sa.Column("room", sa.String, primary_key=True),
        sa.Column("role", sa.String, nullable=False),
    )
    op.create_table(
        "staff_browsers",
        sa.Column("browser_mark", sa.String, primary_key=True),
        sa.Column("user", sa.String, nullable=False),
    )
    op.create_table(
        "pulse",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
