import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import pytest

from service.contract.artifact import sha256_hex
from service.contract.crop import Crop
from service.contract.decision import Decision, Reason, Verdict
from service.control_room.what_if.rescoring import Rescored, RescoreOutcome, Rescorer
from service.judging.judge import judge, judge_batch
from service.judging.serving import Serving, open_serving
from service.record.archive.folder import ArchiveFolder
from service.record.replay import Replayer, ReplayOutcome
from service.settings import Settings
from tests.decisions import a_decision
from tests.pictures import jpeg
from tests.small_artifact import write_artifact
from tests.wells import good_well, leaking_well


@pytest.fixture
def archive(tmp_path: Path) -> ArchiveFolder:
    return ArchiveFolder(tmp_path / "pictures")


def a_serving(root: Path, name: str, shade: float = 0.0) -> Serving:
    return open_serving(root / write_artifact(root, name, shade), Settings())


def a_crop(seed: int) -> Crop:
    size = (6, 6) if seed % 11 == 0 else (24 + seed % 16, 43 + seed % 14)
    image = jpeg((leaking_well if seed % 3 == 0 else good_well)(seed, *size))
    received = datetime(2026, 5, 4, tzinfo=UTC) + timedelta(seconds=seed)
    return Crop(image, sha256_hex(image), f"request-{seed}", received, perf_counter())


def judged(serving: Serving, archive: ArchiveFolder, number: int) -> list[Decision]:
    """Judge singly and in batches, as cameras send, and archive every picture."""
    sizes, made = random.Random(3), list[Decision]()
    while len(made) < number:
        crops = [a_crop(len(made) + each) for each in range(sizes.choice([1, 1, 2, 7, 20]))]
        decisions = judge_batch(serving, crops)
        for decision, crop in zip(decisions, crops, strict=True):
            archive.write(decision, crop.image)
        made += decisions
    return made


def test_the_artefact_that_judged_gives_each_decision_as_its_replay(tmp_path: Path, archive: ArchiveFolder) -> None:
    serving = a_serving(tmp_path, "small")
    decisions = judged(serving, archive, 120)
    found = Rescorer(archive, serving).rescore(decisions)
    assert [(one.verdict, one.reason, one.score) for one in found] == [
        (one.verdict, one.reason, one.score) for one in decisions
    ]
    replayer = Replayer(archive, tmp_path)
    scored = [one for one in found if one.decision.score is not None]
    assert {replayer.replay(one.decision).outcome for one in scored} == {ReplayOutcome.EQUAL}
    assert [replayer.replay(one.decision).score for one in scored] == [one.score for one in scored]


def test_another_artefact_judges_each_picture_as_if_it_came_now(tmp_path: Path, archive: ArchiveFolder) -> None:
    decisions = judged(a_serving(tmp_path, "small"), archive, 60)
    other = a_serving(tmp_path, "other", shade=0.04)
    found = Rescorer(archive, other).rescore(decisions)
    assert [one.verdict for one in found] == [judge(other, a_crop(seed)).verdict for seed in range(len(decisions))]
    assert any(one.verdict is not one.decision.verdict for one in found)


def rescored_one(tmp_path: Path, archive: ArchiveFolder, decision: Decision) -> Rescored:
    (found,) = Rescorer(archive, a_serving(tmp_path, "small")).rescore([decision])
    return found


def test_a_picture_that_is_gone_is_counted_as_gone_and_gets_no_verdict(tmp_path: Path, archive: ArchiveFolder) -> None:
    decision = a_decision(Verdict.LEAK)
    assert rescored_one(tmp_path, archive, decision) == Rescored(decision, RescoreOutcome.PICTURE_GONE)


@pytest.mark.parametrize("reason", [Reason.FROZEN, Reason.STALE, Reason.FUTURE, Reason.MISALIGNED])
def test_what_no_model_plays_a_part_in_stays(tmp_path: Path, archive: ArchiveFolder, reason: Reason) -> None:
    decision = a_decision(Verdict.UNKNOWN, reason=reason)
    found = rescored_one(tmp_path, archive, decision)
    assert (found.outcome, found.verdict, found.reason) == (RescoreOutcome.AS_BEFORE, Verdict.UNKNOWN, reason)


def test_what_cannot_be_decoded_stays_unknown(tmp_path: Path, archive: ArchiveFolder) -> None:
    data = b"no picture"
    decision = a_decision(Verdict.UNKNOWN, reason=Reason.INPUT_UNDECODABLE, image_sha256=sha256_hex(data))
    archive.write(decision, data)
    found = rescored_one(tmp_path, archive, decision)
    assert (found.outcome, found.verdict) == (RescoreOutcome.AS_BEFORE, Verdict.UNKNOWN)


def test_a_covered_well_is_no_good_well_for_another_artefact_either(tmp_path: Path, archive: ArchiveFolder) -> None:
    crop = a_crop(1)
    decision = a_decision(
        Verdict.UNKNOWN, reason=Reason.COVERED, score=0.001, image_sha256=crop.sha256, received_at=crop.received_at
    )
    archive.write(decision, crop.image)
    found = rescored_one(tmp_path, archive, decision)
    assert (found.outcome, found.verdict, found.reason) == (RescoreOutcome.JUDGED, Verdict.UNKNOWN, Reason.COVERED)
