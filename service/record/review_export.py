"""Reviewed pictures in a folder that training reads: ``reviews.jsonl`` and ``pictures/``.

A line of ``reviews.jsonl`` is one reviewed decision: ``{"decision_id", "camera_id", "well_id", "captured_at",
"received_at", "verdict", "score", "threshold", "artifact", "image_sha256", "picture", "reviews"}``. ``picture`` is the
file below ``pictures/``, null where the archive has none any more; each review is ``{"at", "verdict", "reviewer",
"comment"}``, the oldest first.
"""

import asyncio
from pathlib import Path
from typing import NamedTuple

import orjson

from service.contract.decision import Decision
from service.contract.errors import PictureGone, SetupError
from service.contract.journal_entry import Review
from service.record.archive.folder import SUFFIXES, ArchiveFolder
from service.record.queries.records import Records
from service.record.queries.search import DecisionFilter

LINES = "reviews.jsonl"
PICTURES = "pictures"


class Exported(NamedTuple):
    """How many decisions were written, and how many of them without a picture."""

    decisions: int
    without_picture: int


async def export_reviews(records: Records, archive: ArchiveFolder, folder: Path) -> Exported:
    """Write every reviewed decision with its picture.

    Raises:
        SetupError: the folder has an export already, or cannot be written.
    """
    try:
        (folder / PICTURES).mkdir(parents=True, exist_ok=True)
        with (folder / LINES).open("xb") as lines:
            decisions = missing = 0
            async for part in records.stream(DecisionFilter(reviewed=True)):
                reviews = await records.reviews([decision.decision_id for decision in part])
                for decision in part:
                    name = await asyncio.to_thread(_copy_picture, archive, decision, folder / PICTURES)
                    line = _line(decision, reviews.get(decision.decision_id, []), name)
                    lines.write(orjson.dumps(line, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE))
                    decisions += 1
                    missing += name is None
    except FileExistsError as error:
        raise SetupError(f"{folder} has an export already: name an empty folder") from error
    except OSError as error:
        raise SetupError(f"{folder} cannot be written: {error.strerror}") from error
    return Exported(decisions, missing)


def _copy_picture(archive: ArchiveFolder, decision: Decision, folder: Path) -> str | None:
    try:
        picture = archive.read(decision)
    except PictureGone:
        return None
    suffix = next(suffix for suffix, media_type in SUFFIXES.items() if media_type == picture.media_type)
    name = decision.image_sha256 + suffix
    (folder / name).write_bytes(picture.data)
    return name


def _line(decision: Decision, reviews: list[Review], picture: str | None) -> dict[str, object]:
    return {
        "decision_id": decision.decision_id,
        "camera_id": decision.camera_id,
        "well_id": decision.well_id,
        "captured_at": decision.captured_at,
        "received_at": decision.received_at,
        "verdict": decision.verdict,
        "score": decision.score,
        "threshold": decision.threshold,
        "artifact": decision.model.artifact,
        "image_sha256": decision.image_sha256,
        "picture": picture,
        "reviews": [
            {"at": each.at, "verdict": each.verdict, "reviewer": each.reviewer, "comment": each.comment}
            for each in reviews
        ],
    }
