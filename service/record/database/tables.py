"""The tables of the record, for queries: equal in SQLite and PostgreSQL, created by ``migrations``."""

from sqlalchemy import BigInteger, Column, Double, Integer, MetaData, Table, Text

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
