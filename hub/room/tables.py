"""Tables of the room's database, and the step that brings it up to date.

`journal` is append-only and holds no personal data; names are in `participants` alone,
people's own words in `texts`.
Alembic's migrations make the tables; a test compares them with this module.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

metadata = MetaData()

journal = Table(
    "journal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("room", String, nullable=False),
    Column("seat", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("uid", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("mono", BigInteger, nullable=False),
    Column("boot", String, nullable=False),
    Column("body", JSON, nullable=False),
    UniqueConstraint("seat", "uid", name="one_entry"),
    Index("journal_by_room", "room", "id"),
    sqlite_autoincrement=True,
)

rooms = Table(
    "rooms",
    metadata,
    Column("id", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("host", String, nullable=False),
    Column("labs", JSON, nullable=False),
    Column("image", String, nullable=False),
    Column("interface", String, nullable=False),
    Column("egress", Boolean, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("code", String, nullable=False, unique=True),
    Column("state", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("opened_at", BigInteger),
    Column("closes_at", BigInteger),
    Column("erase_at", BigInteger),
    Column("language", String, nullable=False, server_default=""),
    Column("practice", Boolean, nullable=False, server_default="0"),
    Column("rehearsal", Boolean, nullable=False, server_default="0"),
)

seats = Table(
    "seats",
    metadata,
    Column("id", String, primary_key=True),
    Column("room", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("claimed_at", BigInteger),
    Column("erased_at", BigInteger),
    Column("swept", Boolean, nullable=False, server_default="0"),
    UniqueConstraint("room", "number", name="one_number"),
)

participants = Table(
    "participants",
    metadata,
    Column("seat", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("phrase_mark", String, nullable=False, unique=True),
    Column("seen", Boolean, nullable=False),
    Column("zone", String, nullable=False, server_default=""),
)

claims = Table(
    "claims",
    metadata,
    Column("room", String, primary_key=True),
    Column("browser_mark", String, primary_key=True),
    Column("seat", String, nullable=False),
    Column("at", BigInteger, nullable=False),
)

staff = Table(
    "staff",
    metadata,
    Column("user", String, primary_key=True),
    Column("room", String, primary_key=True),
    Column("role", String, nullable=False),
)

staff_browsers = Table(
    "staff_browsers",
    metadata,
    Column("browser_mark", String, primary_key=True),
    Column("user", String, nullable=False),
)

texts = Table(
    "texts",
    metadata,
    Column("seat", String, primary_key=True),
    Column("uid", String, primary_key=True),
    Column("room", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("lab", String, nullable=False),
    Column("step", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("body", JSON, nullable=False),
    Index("texts_by_room", "room"),
)
"""What people wrote, and cells they share: personal, so not in the journal."""

acceptances = Table(
    "acceptances",
    metadata,
    Column("seat", String, primary_key=True),
    Column("lab", String, primary_key=True),
    Column("version", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("lab_version", String, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""Which terms people accepted, and when: personal, erased with them."""

vouchers = Table(
    "vouchers",
    metadata,
    Column("seat", String, primary_key=True),
    Column("lab", String, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("expires_at", BigInteger),
)
"""The key that a seat has for a lab, given once and for good."""

pulse = Table(
    "pulse",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
)
"""One row that is written to find out whether writing works again."""


def upgrade(connection: Connection) -> None:
    """Bring the database to the newest revision."""
    command.upgrade(migrations(connection), "head")


def migrations(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration for this database."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
