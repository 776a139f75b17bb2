"""``backup``, ``replay`` and ``export-reviews``: what people do with the record beside the service."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from service.commands import Commands
from service.commands.options import add_folders, settings_of
from service.contract.decision import Decision
from service.contract.errors import SetupError
from service.judging.active_choice import MADE
from service.record.archive.folder import ArchiveFolder
from service.record.backup import back_up
from service.record.database.engine import Database, postgres_engine, sqlite_engine
from service.record.queries.records import Records, ask_once
from service.record.replay import Replayer, ReplayOutcome
from service.record.review_export import export_reviews
from service.settings import Settings

T = TypeVar("T")


def add_to(commands: Commands) -> None:
    backup = commands.add_parser("backup", help="copy the journal of a running service")
    backup.add_argument("target", type=Path, metavar="FILE", help="the copy, a new file")
    backup.set_defaults(run=run_backup)
    replay = commands.add_parser("replay", help="score kept pictures again: the same to the last bit?")
    replay.add_argument("decisions", nargs="+", metavar="DECISION_ID")
    add_folders(replay, "artifacts")
    replay.set_defaults(run=run_replay)
    export = commands.add_parser("export-reviews", help="write reviewed pictures for leak-training import-reviews")
    export.add_argument("folder", type=Path, metavar="DIR", help="where to, an empty or new folder")
    export.set_defaults(run=run_export_reviews)
    for parser in (backup, replay, export):
        add_folders(parser, "data_dir")


def run_backup(options: argparse.Namespace) -> int:
    """Copy the journal.

    Raises:
        SetupError: there is no journal, or the copy cannot be written.
    """
    copied = back_up(settings_of(options).journal_path, options.target)
    print(f"{options.target}: {copied.bytes} bytes, up to entry {copied.last_sequence}")
    return 0


def run_replay(options: argparse.Namespace) -> int:
    """Print one line a decision; exit code 1 where a score differs or cannot be computed again.

    Raises:
        NotFound: there is no such decision.
        SetupError: there is no journal.
    """
    settings = settings_of(options)
    archive = ArchiveFolder(settings.pictures_folder)
    replayer = Replayer(archive, settings.artifacts, settings.scorer_threads, settings.data_dir / MADE)
    differing = 0
    for decision in asyncio.run(with_records(settings, partial(_decisions, options.decisions))):
        replayed = replayer.replay(decision, settings.max_pixels)
        differing |= replayed.outcome is not ReplayOutcome.EQUAL
        print(f"{replayed.outcome:14} {decision.decision_id} {decision.score} {replayed.score} {replayed.why}")
    return int(differing)


def run_export_reviews(options: argparse.Namespace) -> int:
    """Write every reviewed decision with its picture.

    Raises:
        SetupError: there is no journal, or the folder cannot be written.
    """
    settings = settings_of(options)
    export = partial(export_reviews, archive=ArchiveFolder(settings.pictures_folder), folder=options.folder)
    exported = asyncio.run(with_records(settings, export))
    print(f"{options.folder}: {exported.decisions} reviewed decisions, {exported.without_picture} without a picture")
    return 0


async def with_records(settings: Settings, ask: Callable[[Records], Awaitable[T]]) -> T:
    """Answer a question with the record of the settings.

    Raises:
        SetupError: there is none.
    """
    url, path = settings.database_url, settings.journal_path
    if url is None and not path.is_file():
        raise SetupError(f"{path} does not exist: name the data folder of the service with --data-dir")
    engine = sqlite_engine(path) if url is None else postgres_engine(url.get_secret_value())
    return await ask_once(Database(engine), ask)


async def _decisions(ids: list[str], records: Records) -> list[Decision]:
    return [await records.decision(decision_id) for decision_id in ids]
