"""A journal opened for a test, and a look at its file from outside."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from service.contract.decision import Decision
from service.record.deduplication import DeduplicationKey, key_of
from service.record.journal.journal import Journal, JournalOptions
from service.setting_groups import JournalSettings

LINGERING = JournalSettings.model_construct(linger_s=3600.0)
"""Longer than a setting may be, so that nothing is written because of its age alone."""


@asynccontextmanager
async def opened(
    folder: Path,
    settings: JournalSettings | None = None,
    failed: Callable[[], None] = lambda: None,
    options: JournalOptions | None = None,
) -> AsyncIterator[Journal]:
    journal = Journal(folder / "journal.db", settings, failed, options)
    await journal.open()
    try:
        yield journal
    finally:
        await journal.close()


def on_disk(folder: Path) -> list[str]:
    with sqlite3.connect(f"file:{folder / 'journal.db'}?mode=ro", uri=True) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM entries ORDER BY sequence")]


def seen(decision: Decision) -> DeduplicationKey:
    key = key_of(decision)
    assert key is not None
    return key


async def fill_disk(journal: Journal) -> None:
    await journal.change(lambda connection: connection.execute("PRAGMA max_page_count = 1").fetchall() and None)
