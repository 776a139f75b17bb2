"""Where the record lies below the data folder."""

from pathlib import Path

from service.record.archive.folder import ArchiveFolder
from service.settings import Settings

JOURNAL_FILE = "journal.sqlite3"
PICTURES_FOLDER = "pictures"


def journal_path(settings: Settings) -> Path:
    """Return the journal's file."""
    return settings.data_dir / JOURNAL_FILE


def archive_folder(settings: Settings) -> ArchiveFolder:
    """Return the folder of kept pictures."""
    return ArchiveFolder(settings.archive_dir or settings.data_dir / PICTURES_FOLDER)
