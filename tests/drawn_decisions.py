"""Decisions drawn for property tests, as a served artefact with a grey zone may have made them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from hypothesis import strategies as st
from sqlalchemy import Engine, insert

from service.contract.decision import LEAK_DESPITE, Decision, Reason, Verdict, decide
from service.contract.journal_entry import Entry
from service.contract.manifest import Threshold
from service.judging.serving import Serving, open_serving
from service.record.database.entry_row import model_body, model_key, row_of
from service.record.database.schema import entries, migrate, models
from service.settings import Settings
from tests.decisions import START, a_decision
from tests.small_artifact import write_artifact

THRESHOLD: Final = Threshold(value=0.5, strategy="decision_stump", grey_zone_from=0.4)
OWN: Final = THRESHOLD.moved_to(0.9)
"""The cut of ``cam-2``."""

SPACING_S: Final = 30.0
SCORES: Final = [0.0, 0.1, 0.25, 0.4, 0.45, 0.5, 0.55, 0.9, 1.5, 4.0]
UNSCORED: Final = [Reason.FROZEN, Reason.STALE, Reason.MISALIGNED, Reason.INPUT_BLACK, Reason.INPUT_UNDECODABLE]
REASONS: Final = st.sampled_from([None, None, None, *LEAK_DESPITE, *UNSCORED])


@st.composite
def drawn_decision(draw: st.DrawFn) -> Decision:
    """One decision of three cameras, of which ``cam-2`` has a cut of its own."""
    camera = draw(st.sampled_from(["cam-1", "cam-2", None]))
    well = draw(st.sampled_from(["1a", "1b"]))
    reason, score = draw(REASONS), draw(st.sampled_from(SCORES))
    if reason in UNSCORED:
        unscored = a_decision(Verdict.UNKNOWN, camera_id=camera, well_id=well)
        return replace(unscored, reason=reason, score=None, score_ratio=None)
    cut = OWN if camera == "cam-2" else THRESHOLD
    verdict, why = decide(score, cut.value, cut.grey_zone_from, reason)
    return a_decision(verdict, camera_id=camera, well_id=well, score=score, score_ratio=score / cut.value, reason=why)


DECISIONS: Final = st.lists(drawn_decision(), max_size=40)
TRIED: Final = st.sampled_from([0.05, 0.25, 0.3, 0.5, 0.55, 0.9, 1.0, 5.0])


def in_order(decisions: Sequence[Decision]) -> list[Decision]:
    """The decisions, each some time after the one before."""
    times = [START + timedelta(seconds=SPACING_S * number) for number in range(len(decisions))]
    return [
        replace(decision, decision_id=f"drawn-{number:06}", received_at=at, captured_at=at, answered_at=at)
        for number, (decision, at) in enumerate(zip(decisions, times, strict=True))
    ]


def fill(engine: Engine, made: Sequence[Entry]) -> None:
    """Write entries into an empty SQLite or PostgreSQL."""
    migrate(engine)
    known = {model_key(one.model): model_body(one.model).decode() for one in made if isinstance(one, Decision)}
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        if known:
            connection.execute(insert(models), [{"id": key, "body": body} for key, body in known.items()])
        if made:
            connection.execute(insert(entries), [row_of(one)._asdict() for one in made])


def drawn_serving(folder: Path) -> Serving:
    """What is served with those thresholds."""
    serving = open_serving(folder / write_artifact(folder), Settings())
    manifest = serving.artifact.manifest.model_copy(update={"threshold": THRESHOLD})
    return replace(serving, artifact=replace(serving.artifact, manifest=manifest), thresholds={"cam-2": OWN})
