"""The schema of the record: its tables for queries, and the ordered steps that create and change them.

Each step runs in one transaction with the record that it has run. Both databases go through the same steps. Only three
things differ, because SQLite is written by one journal, which numbers its rows itself, and PostgreSQL by many: the
numbering, the name of the replica that a row comes from, and the index that finds the first decision of a picture,
which only a journal needs.
"""

import time
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Double,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    func,
    insert,
    select,
    text,
)

from service.contract.errors import SetupError

metadata = MetaData()

entries = Table(
    "entries",
    metadata,
    Column("sequence", BigInteger, primary_key=True),
    Column("id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("camera_id", Text),
    Column("well_id", Text),
    Column("cast_id", Text),
    Column("captured_at", BigInteger),
    Column("verdict", Text),
    Column("reason", Text),
    Column("score", Double),
    Column("image_sha256", Text),
    Column("about", Text),
    Column("model", BigInteger),
    Column("body", Text, nullable=False),
)
"""Times are microseconds since 1970 (UTC); ``at`` is a decision's ``received_at``. ``about`` is the decision that was
reviewed or raised an alarm, or the alarm that was acknowledged. ``body`` holds the other fields (``row.py``)."""

models = Table(
    "models",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("body", Text, nullable=False),
)
"""Each served model once, by a hash of its identity: it would be a third of every row."""

wells = Table(
    "wells",
    metadata,
    Column("camera_id", Text, primary_key=True),
    Column("well_id", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)
"""The latest decision of each well."""

followers = Table(
    "followers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
)
"""How far each follower has read."""

migrations = Table(
    "migrations",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("applied_at", BigInteger, nullable=False),
)

LOCK = 4_051_847_203
"""Key of PostgreSQL's advisory lock under which replicas migrate, one after the other."""


class Migration(NamedTuple):
    """One step: what it is for, and its statements for both databases or for one of them."""

    name: str
    both: tuple[str, ...]
    sqlite: tuple[str, ...] = ()
    postgresql: tuple[str, ...] = ()


ENTRIES = """
CREATE TABLE entries (
    sequence {sequence},
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    camera_id TEXT,
    well_id TEXT,
    cast_id TEXT,
    captured_at BIGINT,
    verdict TEXT,
    reason TEXT,
    score DOUBLE PRECISION,
    image_sha256 TEXT,
    about TEXT,
    model BIGINT,
    body TEXT NOT NULL
)
"""

STEPS = (
    Migration(
        "entries, models, wells and followers",
        sqlite=(ENTRIES.format(sequence="INTEGER PRIMARY KEY AUTOINCREMENT"),),
        postgresql=(ENTRIES.format(sequence="BIGSERIAL PRIMARY KEY"),),
        both=(
            "CREATE TABLE models (id BIGINT PRIMARY KEY, body TEXT NOT NULL)",
            """CREATE TABLE wells (
                camera_id TEXT, well_id TEXT, at BIGINT NOT NULL, sequence BIGINT NOT NULL,
                PRIMARY KEY (camera_id, well_id)
            )""",
            "CREATE TABLE followers (name TEXT PRIMARY KEY, sequence BIGINT NOT NULL)",
        ),
    ),
    Migration(
        # Every index that the many no_leak rows pay for grows at its right end: a group of rows touches few pages.
        "indices of entries",
        both=(
            "CREATE UNIQUE INDEX entries_id ON entries (id)",
            "CREATE INDEX entries_at ON entries (at, camera_id, well_id, score)",
            "CREATE INDEX entries_cast ON entries (cast_id, at) WHERE cast_id IS NOT NULL",
            """CREATE INDEX entries_verdict ON entries (verdict, at, camera_id)
                WHERE kind = 'decision' AND verdict <> 'no_leak'""",
            "CREATE INDEX entries_kind ON entries (kind, sequence) WHERE kind <> 'decision'",
            "CREATE INDEX entries_about ON entries (about) WHERE about IS NOT NULL",
        ),
        postgresql=("ALTER TABLE entries ADD COLUMN replica TEXT",),
        sqlite=(
            """CREATE INDEX entries_sighting ON entries (captured_at, substr(image_sha256, 1, 8))
                WHERE captured_at IS NOT NULL""",
        ),
    ),
    Migration(
        # By PostgreSQL's own clock, as a replica's may be wrong; rows that were there before have none.
        "the time of insertion",
        both=(),
        postgresql=(
            "ALTER TABLE entries ADD COLUMN inserted_at BIGINT",
            """ALTER TABLE entries ALTER COLUMN inserted_at
                SET DEFAULT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint""",
        ),
    ),
)


def migrate(engine: Engine, steps: tuple[Migration, ...] = STEPS) -> None:
    """Bring a database up to date; safe when several processes do so at once.

    Raises:
        SetupError: a newer version of this software has written the database.
    """
    while _next_step(engine, steps):
        pass


def _next_step(engine: Engine, steps: tuple[Migration, ...]) -> bool:
    with engine.begin() as connection:
        _lock(connection)
        metadata.create_all(connection, [migrations])
        version = connection.scalar(select(func.coalesce(func.max(migrations.c.version), 0))) or 0
        if version > len(steps):
            raise SetupError(f"the record was written by a newer version (schema {version}): update this software")
        if version == len(steps):
            return False
        step = steps[version]
        own = step.sqlite if connection.dialect.name == "sqlite" else step.postgresql
        for statement in (*own, *step.both):
            connection.execute(text(statement))
        connection.execute(
            insert(migrations).values(version=version + 1, name=step.name, applied_at=time.time_ns() // 1000)
        )
    return version + 1 < len(steps)


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
