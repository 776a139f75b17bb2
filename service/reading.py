"""The reading side of a running service: what its routes ask for, and how it is opened over the journal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from service.board import Board
from service.cameras import Camera
from service.contract.errors import PictureGone
from service.desk import Desk
from service.feed import Feed
from service.heatmap import Heatmaps
from service.oversight import Oversight
from service.settings import Settings
from service.store.journal import Journal
from service.store.records import Records
from service.store.sql_records import SqlRecords


class Pictures(Protocol):
    """The pictures as they were sent."""

    async def read(self, image_sha256: str) -> bytes:
        """Return a picture; raise ``PictureGone`` where it is not kept."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything the reading routes may ask for (``service.routes.needs``)."""

    records: Records
    feed: Feed
    desk: Desk
    pictures: Pictures
    heatmaps: Heatmaps


class NoPictures:
    """An archive that keeps nothing."""

    async def read(self, image_sha256: str) -> bytes:
        """Find nothing."""
        raise PictureGone(f"the picture {image_sha256[:8]} was not kept")


async def open_reading(
    journal: Journal, oversight: Oversight, cameras: Mapping[str, Camera], settings: Settings
) -> Reading:
    """Open the reading side over an open journal; the board is up to date when this returns.

    Raises:
        Unavailable: the record cannot be read.
    """
    records = SqlRecords(journal.database)
    feed = Feed(Board(cameras), journal.watch)
    await feed.begin(records, journal.tail.last_sequence)
    heatmaps = Heatmaps(settings.artifacts, settings.max_pixels)
    return Reading(records, feed, Desk(journal, records, oversight), NoPictures(), heatmaps)
