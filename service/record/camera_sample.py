"""A fair sample of one camera's decisions with their pictures, for commissioning it from its own record."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import cv2
import numpy as np

from service.contract.artifact import sha256_hex
from service.contract.decision import NOT_OF_THE_PICTURE, Decision, Verdict
from service.contract.errors import PictureError, PictureGone
from service.contract.levels import Levels
from service.contract.picture import Pixels, decode
from service.record.archive.folder import ArchiveFolder
from service.record.queries.records import Records
from service.record.queries.search import DecisionFilter

PARTS: Final = 24
"""Of the time, each looked at by itself: what a camera shows within minutes is one scene a well."""

LARGEST_SIDE: Final = 192
"""Pixels to which larger pictures are reduced: they tell scenes apart, and which way up a well is; no score is made."""

_LARGEST_DRAW: Final = 2**32

_Pair = tuple[Decision, Pixels]


class CameraSample(NamedTuple):
    """Decisions with their pictures, uint8 [H, W, 3] RGB each, in one order.

    ``asked`` decisions were looked at; these were all there are where it is ``whole``.
    """

    decisions: list[Decision]
    pictures: list[Pixels]
    asked: int
    whole: bool


class Bounds(NamedTuple):
    """How many decisions are looked at, how many pictures drawn, and about how many bytes of pictures are held."""

    decisions: int
    pictures: int = 5000
    bytes: int = 2**30


@dataclass(slots=True)
class _Found:
    """What has been seen so far: pairs that were good and others, and how many good decisions there were."""

    good: list[_Pair] = field(default_factory=list)
    others: list[_Pair] = field(default_factory=list)
    good_decisions: int = 0
    asked: int = 0
    room_bytes: float = 0.0
    whole: bool = True

    def drawn(self) -> list[_Pair]:
        """The good ones, and of the others the share that the archive kept of good ones."""
        share = len(self.good) / self.good_decisions if self.good_decisions else 1.0
        return self.good + [pair for pair in self.others if _draw(pair[0]) < share * _LARGEST_DRAW]


async def sample_camera(
    records: Records,
    archive: ArchiveFolder,
    camera_id: str,
    hours: float,
    artifacts: Collection[str],
    bounds: Bounds,
    levels: Levels | None = None,
) -> CameraSample:
    """Draw decisions of some artefacts of equal scores, of each verdict as many as if the archive kept all alike.

    The archive keeps every picture of a leak or unknown, but few of good wells: of the others the same share is drawn,
    by a hash of the decision's id. Where there are too many, the newest of each of 24 parts of the time are taken.

    Args:
        records: of the service.
        archive: its pictures.
        camera_id: whose.
        hours: how far back.
        artifacts: whose scores count.
        bounds: how much is looked at and held.
        levels: of pictures with 16 bits, as that artefact states them.
    """
    found = _Found()
    now, part = datetime.now(UTC), timedelta(hours=hours) / PARTS
    for number in range(PARTS):
        found.room_bytes += bounds.bytes / PARTS  # beside what the parts before have left
        wanted = DecisionFilter(since=now - (number + 1) * part, until=now - number * part, camera_id=camera_id)
        pages = records.stream(wanted)
        found.whole &= await _sample_part(pages, archive, artifacts, bounds, levels, found)
    drawn = sorted(found.drawn(), key=lambda pair: _draw(pair[0]))[: bounds.pictures]
    return CameraSample([one for one, _ in drawn], [picture for _, picture in drawn], found.asked, found.whole)


async def _sample_part(
    pages: AsyncIterator[list[Decision]],
    archive: ArchiveFolder,
    artifacts: Collection[str],
    bounds: Bounds,
    levels: Levels | None,
    found: _Found,
) -> bool:
    """Look at a part of the time; say whether all of it was seen."""
    left = bounds.decisions // PARTS
    async for page in pages:
        looked = page[:left]
        left -= len(looked)
        found.asked += len(looked)
        usable = [one for one in looked if _counts(one, artifacts)]
        await asyncio.to_thread(_look, archive, usable, levels, found)
        if len(looked) < len(page) or found.room_bytes <= 0:
            return False
        if left == 0:
            return await anext(pages, None) is None
    return True


async def lowest_reviewed_leak(records: Records, camera_id: str, artifacts: Collection[str]) -> float | None:
    """Return the lowest score of what people have called a leak of this camera, whatever the verdict was."""
    return min(await reviewed_leaks(records, artifacts, camera_id), default=None)


async def reviewed_leaks(records: Records, artifacts: Collection[str], camera_id: str | None = None) -> list[float]:
    """Return the scores, by these artefacts, of what everybody who looked has called a leak; of one camera or of all.

    Raises:
        Unavailable: the record cannot be read.
    """
    scores: list[float] = []
    async for part in records.stream(DecisionFilter(camera_id=camera_id, reviewed=True)):
        reviews = await records.reviews([one.decision_id for one in part])
        scores += [
            one.score
            for one in part
            if one.score is not None
            and one.model.artifact in artifacts
            and {review.verdict for review in reviews.get(one.decision_id, ())} == {Verdict.LEAK}
        ]
    return scores


def _counts(decision: Decision, artifacts: Collection[str]) -> bool:
    return decision.model.artifact in artifacts and decision.reason not in NOT_OF_THE_PICTURE


def _look(archive: ArchiveFolder, decisions: Sequence[Decision], levels: Levels | None, found: _Found) -> None:
    """Read the pictures of decisions in their order, as long as there is room."""
    for decision in decisions:
        if found.room_bytes <= 0:
            return
        is_good = decision.verdict is Verdict.NO_LEAK
        found.good_decisions += is_good
        picture = _picture(archive, decision, levels)
        if picture is not None:
            (found.good if is_good else found.others).append((decision, picture))
            found.room_bytes -= picture.nbytes


def _picture(archive: ArchiveFolder, decision: Decision, levels: Levels | None) -> Pixels | None:
    try:
        return _reduced(decode(archive.read(decision).data, levels=levels))
    except (PictureGone, PictureError):
        return None


def _reduced(picture: Pixels) -> Pixels:
    height, width = picture.shape[:2]
    by = LARGEST_SIDE / max(height, width)
    if by >= 1:
        return picture
    size = max(1, round(width * by)), max(1, round(height * by))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _draw(decision: Decision) -> int:
    """A number that chance gave this decision, always the same."""
    return int(sha256_hex(decision.decision_id.encode())[:8], 16)
