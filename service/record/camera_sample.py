"""A fair sample of one camera's decisions with their pictures, for commissioning it from its own record."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from service.contract.artifact import sha256_hex
from service.contract.decision import Decision, Reason, Verdict
from service.contract.errors import PictureError, PictureGone
from service.contract.levels import Levels
from service.contract.picture import Pixels, decode
from service.record.archive.folder import ArchiveFolder
from service.record.queries.records import Records
from service.record.queries.search import DecisionFilter

NOT_OF_THE_PICTURE: Final = frozenset({Reason.FROZEN, Reason.STALE, Reason.FUTURE})
"""Reasons that say nothing of what the picture shows."""

MOST_PICTURES: Final = 5000
_LARGEST_DRAW: Final = 2**32


class CameraSample(NamedTuple):
    """Decisions with their pictures, uint8 [H, W, 3] RGB each, in one order; ``asked`` decisions were looked at."""

    decisions: list[Decision]
    pictures: list[Pixels]
    asked: int


async def sample_camera(
    records: Records,
    archive: ArchiveFolder,
    wanted: DecisionFilter,
    artifact_sha256: str,
    most: int,
    levels: Levels | None = None,
) -> CameraSample:
    """Draw decisions of one artefact, as many of each verdict as if the archive kept all verdicts alike.

    The archive keeps every picture of a leak or unknown, but few of good wells: of the others the same share is drawn,
    by a hash of the decision's id. Of the pictures found at most 5,000 are taken.

    Args:
        records: of the service.
        archive: its pictures.
        wanted: which camera and time.
        artifact_sha256: whose scores count.
        most: how many of the newest decisions are looked at.
        levels: of pictures with 16 bits, as that artefact states them.
    """
    kept: dict[bool, list[tuple[Decision, Pixels]]] = {True: [], False: []}
    asked = good = 0
    async for part in records.stream(wanted):
        usable = [one for one in part[: most - asked] if _counts(one, artifact_sha256)]
        good += sum(one.verdict is Verdict.NO_LEAK for one in usable)
        for decision, picture in await asyncio.to_thread(lambda found: list(_pictures(archive, found, levels)), usable):
            kept[decision.verdict is Verdict.NO_LEAK].append((decision, picture))
        asked += len(part)
        if asked >= most:
            break
    share = len(kept[True]) / good if good else 0.0
    drawn = kept[True] + [pair for pair in kept[False] if _drawn(pair[0], share)]
    drawn = sorted(drawn, key=lambda pair: _draw(pair[0]))[:MOST_PICTURES]
    return CameraSample([decision for decision, _ in drawn], [picture for _, picture in drawn], min(asked, most))


async def lowest_reviewed_leak(records: Records, camera_id: str, artifact_sha256: str) -> float | None:
    """Return the lowest score of what people have called a leak of this camera, whatever the verdict was."""
    scores: list[float] = []
    async for part in records.stream(DecisionFilter(camera_id=camera_id, reviewed=True)):
        reviews = await records.reviews([one.decision_id for one in part])
        scores += [
            one.score
            for one in part
            if one.score is not None
            and one.model.artifact_sha256 == artifact_sha256
            and {review.verdict for review in reviews.get(one.decision_id, ())} == {Verdict.LEAK}
        ]
    return min(scores, default=None)


def _counts(decision: Decision, artifact_sha256: str) -> bool:
    return decision.model.artifact_sha256 == artifact_sha256 and decision.reason not in NOT_OF_THE_PICTURE


def _pictures(
    archive: ArchiveFolder, decisions: Sequence[Decision], levels: Levels | None
) -> Iterator[tuple[Decision, Pixels]]:
    for decision in decisions:
        try:
            yield decision, decode(archive.read(decision).data, levels=levels)
        except (PictureGone, PictureError):
            continue


def _drawn(decision: Decision, share: float) -> bool:
    return _draw(decision) < share * _LARGEST_DRAW


def _draw(decision: Decision) -> int:
    """A number that chance gave this decision, always the same."""
    return int(sha256_hex(decision.decision_id.encode())[:8], 16)
