"""The study of a time on record: its answers, its pictures, and the scores of good wells."""

from asyncio import to_thread
from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom

from sqlalchemy import Connection

from service.contract.decision import Decision, Verdict
from service.contract.errors import PictureGone, TooBroad
from service.contract.journal_entry import REVIEW, Review
from service.control_room.answer import ApiAnswer
from service.control_room.gauge_study.agreement import AgreementStudy, Appraisal, agreement_of, answers_of
from service.control_room.gauge_study.repeatability import Measured, Repeatability, repeatability_of
from service.record.archive.archive import Archive
from service.record.database.entry_row import micros
from service.record.database.schema import entries
from service.record.queries.lookup import recorded, with_models
from service.record.queries.records import Records
from service.record.queries.search import NOT_A_DECISION, DecisionFilter

MOST_REVIEWS = 10_000
MOST_PICTURES = 20_000
MOST_TO_JUDGE = 500


@dataclass(frozen=True, slots=True)
class StudyRange:
    """Reviews made from ``since`` to ``until`` (excluded), of one camera where one is named, with who is right."""

    since: datetime
    until: datetime
    camera_id: str | None = None
    reference: str | None = None


@dataclass(slots=True)
class GaugeStudy(ApiAnswer):
    """People and the system on the same pictures, and how well the score repeats."""

    since: datetime
    until: datetime
    camera_id: str | None
    agreement: AgreementStudy
    repeatability: list[Repeatability]


async def study_on(records: Records, wanted: StudyRange) -> GaugeStudy:
    """Make the study; the scores are those of the newest good wells in that time.

    Raises:
        TooBroad: there are more reviews than can be compared.
    """
    answers, decisions = await _answers(records, wanted)
    said = {decision_id: decision.verdict for decision_id, decision in decisions.items()}
    measured = await _measured(records, wanted)
    agreement = await to_thread(agreement_of, answers, said, wanted.reference)  # thousands would hold up verdicts
    repeatability = await to_thread(repeatability_of, measured)
    return GaugeStudy(wanted.since, wanted.until, wanted.camera_id, agreement, repeatability)


async def pictures_of(records: Records, archive: Archive, wanted: StudyRange) -> list[str]:
    """The ids of the study's pictures that are still kept, in another random order each time.

    Raises:
        TooBroad: there are more reviews than can be compared, or more pictures than anybody judges.
    """
    answers, decisions = await _answers(records, wanted)
    pictures = {one.picture for one in answers if wanted.reference in {None, one.reviewer}}
    if len(pictures) > MOST_TO_JUDGE:
        raise TooBroad(f"from: there are more than {MOST_TO_JUDGE} pictures; name a shorter time")
    kept = [decision_id for decision_id in sorted(pictures) if await _is_kept(archive, decisions[decision_id])]
    SystemRandom().shuffle(kept)
    return kept


async def _is_kept(archive: Archive, decision: Decision) -> bool:
    try:
        await archive.read(decision)
    except PictureGone:
        return False
    return True


async def _answers(records: Records, wanted: StudyRange) -> tuple[list[Appraisal], dict[str, Decision]]:
    reviews = await records.ask(lambda connection: _reviews(connection, wanted))
    if len(reviews) > MOST_REVIEWS:
        raise TooBroad(f"from: there are more than {MOST_REVIEWS} reviews; name a shorter time")
    decisions = await records.decisions({review.decision_id for review in reviews})
    kept = {name: one for name, one in decisions.items() if wanted.camera_id in {None, one.camera_id}}
    return await to_thread(answers_of, [review for review in reviews if review.decision_id in kept]), kept


def _reviews(connection: Connection, wanted: StudyRange) -> list[Review]:
    query = with_models().where(
        NOT_A_DECISION,
        entries.c.kind == REVIEW,
        entries.c.at >= micros(wanted.since),
        entries.c.at < micros(wanted.until),
    )
    rows = recorded(connection, query.order_by(entries.c.sequence).limit(MOST_REVIEWS + 1))
    return [entry for _, entry in rows if isinstance(entry, Review)]


async def _measured(records: Records, wanted: StudyRange) -> list[Measured]:
    good = DecisionFilter(wanted.since, wanted.until, wanted.camera_id, verdicts=frozenset({Verdict.NO_LEAK}))
    found: list[Measured] = []
    async for page in records.stream(good):
        found += [
            Measured(one.camera_id, one.well_id, one.model.artifact, one.received_at, one.score_ratio)
            for one in page
            if one.score_ratio is not None
        ]
        if len(found) >= MOST_PICTURES:
            break
    return found
