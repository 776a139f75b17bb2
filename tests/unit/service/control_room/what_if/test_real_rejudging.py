"""What-if against the truth: the same pictures, really judged with the other cut or by the other artefact."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import cv2
import numpy as np
import pytest

from service.contract.artifact import sha256_hex
from service.contract.crop import Crop
from service.contract.decision import Decision, Reason, Verdict
from service.contract.gate.gates import Gates
from service.contract.journal_entry import Review
from service.contract.manifest import GateLimits, Range, Threshold
from service.contract.picture import Pixels
from service.control_room.what_if.desk import FlipFilter, WhatIfDesk
from service.control_room.what_if.rescoring import Rescorer
from service.judging.judge import judge_batch
from service.judging.serving import Serving, open_serving
from service.record.archive.folder import ArchiveFolder
from service.record.database.engine import Database, sqlite_engine
from service.record.queries.records import Records
from service.record.queries.reports import ReportRange
from service.setting_groups import AlarmRule
from service.settings import Settings
from tests.decisions import START
from tests.drawn_decisions import fill
from tests.pictures import jpeg
from tests.small_artifact import write_artifact
from tests.wells import good_well, leaking_well

RANGE = ReportRange(START, START + timedelta(days=1))
LIMITS = GateLimits(
    width=Range(low=8),
    height=Range(low=8),
    figures={"sharpness": Range(low=3.0), "contrast": Range(low=4.0), "brightness": Range(low=60.0)},
)
OF_CAM_2 = GateLimits(figures={"sharpness": Range(low=0.0)})
THEN, OLDER, OF_CAM_3 = (
    Threshold(value=value, strategy="drawn", grey_zone_from=value * 0.3) for value in (5e-3, 2e-3, 1e-2)
)
TRIED = [1e-4, 1.5e-3, 3e-3, 5e-3, 1.2e-2, 1.0]
CAMERAS = ["cam-1", "cam-2", "cam-3", None]
BATCHES = [1, 1, 2, 7, 20]


class Judged(NamedTuple):
    """Crops that came together, and what was decided then."""

    crops: list[Crop]
    decisions: list[Decision]


def drawn_picture(dice: random.Random) -> bytes:
    """One of all kinds: usable, doubtful, refused, torn."""
    seed, kind = (
        dice.randrange(10_000),
        dice.choice(["plain"] * 5 + ["blurred", "pale", "dark", "black", "tiny", "torn"]),
    )
    size = (6, 6) if kind == "tiny" else (24 + seed % 16, 43 + seed % 14)
    picture: Pixels = (leaking_well if dice.random() < 0.4 else good_well)(seed, *size)
    if kind == "blurred":
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 4), np.uint8)
    if kind in {"pale", "dark", "black"}:
        factor, shift = {"pale": (0.15, 90), "dark": (0.45, 0), "black": (0, 0)}[kind]
        picture = (picture * factor + shift).astype(np.uint8)
    return jpeg(picture)[: -40 if kind == "torn" else None]


def opened(root: Path, name: str, shade: float = 0.0) -> Serving:
    """An artefact with a cut and a gate of its own for some cameras."""
    serving = open_serving(root / write_artifact(root, name, shade), Settings())
    gates = Gates(LIMITS, serving.artifact.manifest.input, {"cam-2": OF_CAM_2})
    return with_cut(replace(serving, gates=gates, thresholds={"cam-3": OF_CAM_3}), THEN)


def with_cut(serving: Serving, cut: Threshold) -> Serving:
    manifest = serving.artifact.manifest.model_copy(update={"threshold": cut})
    return replace(serving, artifact=replace(serving.artifact, manifest=manifest))


def named(serving: Serving, artifact: str) -> Serving:
    return replace(serving, identity=replace(serving.identity, artifact=artifact))


def a_day(servings: Sequence[Serving], seed: int, number: int = 150) -> list[Judged]:
    """Batches as cameras send, judged by what was served when they came."""
    dice, judged, count = random.Random(seed), list[Judged](), 0
    while count < number:
        crops = []
        for _ in range(dice.choice(BATCHES)):
            image, count = drawn_picture(dice), count + 1
            at, camera = START + timedelta(seconds=count), dice.choice(CAMERAS)
            crop = Crop(image, sha256_hex(image), f"request-{count}", at, perf_counter())
            crops.append(crop._replace(camera_id=camera, well_id=f"{count % 5}a"))
        judged.append(Judged(crops, judge_batch(dice.choice(servings), crops)))
    return judged


def reviewed(decisions: Sequence[Decision]) -> list[Review]:
    verdicts = (Verdict.LEAK, Verdict.NO_LEAK, Verdict.UNKNOWN)
    now = datetime.now(UTC)
    return [
        Review(f"review-{place}", one.decision_id, now, verdicts[place % 3], "Anna")
        for place, one in enumerate(decisions[::4])
    ]


@pytest.mark.parametrize("seed", range(3))
async def test_a_tried_threshold_gives_what_judging_with_it_gives(tmp_path: Path, seed: int) -> None:
    served = opened(tmp_path, "small")
    older = named(with_cut(served, OLDER), "older-01234567")
    retired = named(served, "retired-01234567")
    day = a_day([served, older, retired], seed)
    judged = [one for each in day for one in each.decisions]
    reviews = reviewed(judged)
    engine = sqlite_engine(tmp_path / "journal.db", writable=True)
    fill(engine, [*judged, *reviews])
    engine.dispose()
    ours = frozenset({served.identity.artifact, older.identity.artifact})
    database = Database(sqlite_engine(tmp_path / "journal.db"))
    desk = WhatIfDesk(Records(database), AlarmRule(), lambda: served, lambda _: ours)
    said = {one.decision_id: one.verdict for one in reviews}
    for tried in TRIED:
        truth = {
            then.decision_id: (then, now)
            for each in day
            for then, now in zip(
                each.decisions, judge_batch(with_cut(served, THEN.moved_to(tried)), each.crops), strict=True
            )
            if then.model.artifact in ours
        }
        found = await desk.changes(RANGE, tried)
        flips = await desk.flips(RANGE, tried, FlipFilter(), 0, 1000)
        changed = {name: now for name, (then, now) in truth.items() if then.verdict is not now.verdict}
        assert {flip.decision.decision_id: flip.now for flip in flips.flips} == {
            name: (now.verdict, now.reason) for name, now in changed.items()
        }
        counted = Counter((truth[name][0].verdict, now.verdict) for name, now in changed.items())
        table = found.total.changed
        assert {(then, now): n for then, row in table.items() for now, n in row.items() if n} == counted
        leaks = [now.verdict for name, (_, now) in truth.items() if said.get(name) is Verdict.LEAK]
        assert (found.total.leaks_reviewed, found.total.leaks_missed_now) == (len(leaks), leaks.count(Verdict.NO_LEAK))
        assert (found.total.decisions, found.others) == (len(truth), len(judged) - len(truth))
    await database.close()


@pytest.mark.parametrize("seed", range(3))
def test_another_artefact_gives_what_it_gives_of_each_picture_in_its_company(tmp_path: Path, seed: int) -> None:
    served, other = opened(tmp_path, "small"), opened(tmp_path, "other", shade=0.04)
    archive = ArchiveFolder(tmp_path / "pictures")
    day = a_day([served], seed)
    for each in day:
        for crop, decision in zip(each.crops, each.decisions, strict=True):
            archive.write(decision, crop.image)
    decisions = [one for each in day for one in each.decisions]
    truth = [one for each in day for one in judge_batch(other, each.crops)]
    random.Random(seed).shuffle(order := list(range(len(decisions))))
    found = Rescorer(archive, other).rescore([decisions[place] for place in order])
    assert [(one.verdict, one.reason, one.score) for one in found] == [
        (truth[place].verdict, truth[place].reason, truth[place].score) for place in order
    ]
    assert any(one.verdict is not one.decision.verdict for one in found)


def test_the_drawn_days_hold_all_kinds_of_decisions(tmp_path: Path) -> None:
    reasons = {one.reason for each in a_day([opened(tmp_path, "small")], 0, 400) for one in each.decisions}
    assert reasons >= {
        Reason.SCORE_BELOW_THRESHOLD,
        Reason.SCORE_AT_OR_ABOVE_THRESHOLD,
        Reason.GREY_ZONE,
        Reason.INPUT_BLURRED,
        Reason.INPUT_BLACK,
        Reason.INPUT_SIZE,
        Reason.INPUT_UNDECODABLE,
    }
    assert any(reason.startswith("score_at_or_above_threshold_input") for reason in reasons)
