"""Reading a journal's file after the service that wrote it has ended."""

from service.settings import Settings
from service.store.database import sqlite_engine
from service.store.entry import Entry
from service.store.lookup import entries_after


def entries_of(settings: Settings) -> list[Entry]:
    """Every entry, in order."""
    engine = sqlite_engine(settings.data_dir / "journal.sqlite3")
    with engine.connect() as connection:
        entries = [entry for _, entry in entries_after(connection, 0, 100_000, ())]
    engine.dispose()
    return entries
