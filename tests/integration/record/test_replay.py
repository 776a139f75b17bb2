import random
import shutil
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import pytest

from service.contract.artifact import read_active, sha256_hex
from service.contract.crop import Crop
from service.contract.decision import Decision
from service.judging.judge import judge, judge_batch
from service.judging.serving import Serving, open_serving
from service.record.archive.folder import ArchiveFolder
from service.record.journal.journal import Journal
from service.record.queries.records import Records
from service.record.queries.search import DecisionFilter
from service.record.replay import Replayer, ReplayOutcome
from service.settings import Settings
from tests.decisions import a_decision
from tests.pictures import jpeg
from tests.small_artifact import rewrite_manifest, write_artifact
from tests.wells import good_well, leaking_well

SHIPPED = Path(__file__).resolve().parents[3] / "model_artifacts"


def a_crop(seed: int) -> Crop:
    draw = leaking_well if seed % 3 == 0 else good_well
    image = jpeg(draw(seed, 24 + seed % 16, 43 + seed % 14))
    return Crop(image, sha256_hex(image), f"request-{seed}", datetime.now(UTC), perf_counter())


def judged(serving: Serving, archive: ArchiveFolder, number: int) -> list[Decision]:
    """Judge singly and in batches of many sizes, as cameras send, and archive every picture."""
    sizes = random.Random(3)
    decisions: list[Decision] = []
    while len(decisions) < number:
        crops = [a_crop(len(decisions) + each) for each in range(sizes.choice([1, 1, 2, 7, 80]))]
        made = judge_batch(serving, crops) if len(crops) > 1 else [judge(serving, crops[0])]
        for decision, crop in zip(made, crops, strict=True):
            archive.write(decision, crop.image)
        decisions += made
    return decisions


async def test_a_thousand_decisions_from_the_record_replay_to_the_last_bit(tmp_path: Path) -> None:
    artifacts = SHIPPED if (SHIPPED / "active.json").exists() else tmp_path
    if artifacts is tmp_path:
        write_artifact(artifacts)
    archive = ArchiveFolder(tmp_path / "pictures")
    serving = open_serving(artifacts / read_active(artifacts), Settings())
    journal = Journal(tmp_path / "journal.db")
    await journal.open()
    receipt = journal.append(judged(serving, archive, 1000))
    if receipt.durable is not None:
        await receipt.durable
    stored = [decision async for part in Records(journal.database).stream(DecisionFilter()) for decision in part]
    await journal.close()
    replayer = Replayer(archive, artifacts)
    replays = [replayer.replay(decision) for decision in stored]
    scored = [replay for replay in replays if replay.decision.score is not None]
    assert len(scored) > 500, "the gate lets most drawn wells pass"
    assert [replay for replay in scored if replay.outcome is not ReplayOutcome.EQUAL] == []


@pytest.fixture
def scene(tmp_path: Path) -> tuple[Replayer, Decision, Path]:
    """A decision that can be replayed, before something is missing."""
    folder = tmp_path / "artifacts" / write_artifact(tmp_path / "artifacts")
    archive = ArchiveFolder(tmp_path / "pictures")
    decision = judged(open_serving(folder, Settings()), archive, 1)[0]
    return Replayer(archive, tmp_path / "artifacts"), decision, folder


def test_another_score_is_found(scene: tuple[Replayer, Decision, Path]) -> None:
    replayer, decision, _ = scene
    assert replayer.replay(decision).outcome is ReplayOutcome.EQUAL
    decision.score = (decision.score or 0) + 1e-9
    replay = replayer.replay(decision)
    assert (replay.outcome, replay.score != decision.score) == (ReplayOutcome.DIFFERENT, True)


def test_without_its_picture_a_decision_cannot_be_replayed(scene: tuple[Replayer, Decision, Path]) -> None:
    replayer, decision, folder = scene
    shutil.rmtree(folder.parents[1] / "pictures")
    replay = replayer.replay(decision)
    assert replay.outcome is ReplayOutcome.NOT_REPLAYABLE
    assert "deleted since" in replay.why


def test_without_its_artefact_a_decision_cannot_be_replayed(scene: tuple[Replayer, Decision, Path]) -> None:
    replayer, decision, folder = scene
    shutil.rmtree(folder)
    assert "deploy an artefact there" in replayer.replay(decision).why


def test_an_artefact_of_another_manifest_is_another_artefact(scene: tuple[Replayer, Decision, Path]) -> None:
    replayer, decision, folder = scene
    rewrite_manifest(folder, versions={"onnxruntime": "another"})
    assert "not the artefact that judged" in replayer.replay(decision).why


def test_a_decision_without_a_score_cannot_be_replayed(scene: tuple[Replayer, Decision, Path]) -> None:
    replayer, _, _ = scene
    assert "input_blurred" in replayer.replay(a_decision(score=None, reason="input_blurred")).why
