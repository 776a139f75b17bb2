"""What a round says of itself, step by step."""

from pathlib import Path
from typing import Any

import pytest

from service.contract.errors import DataError
from tests.pictures import jpeg
from tests.unit.training.dataset.test_reviews import exported
from tests.wells import good_well, leaking_well
from training.cli import main
from training.improvement.gate import GateResult
from training.improvement.round import Round
from training.improvement.service_client import ServiceClient
from training.improvement.steps import Situation, StepState, next_step, steps_of

NEW, OLD = "new-00000001", "old-00000000"
TWICE = [("Anna", "no_leak"), ("Boris", "no_leak")]
SHADOW: dict[str, Any] = {"artifact": NEW, "judged": 0, "agreement": None}


def export(folder: Path, good: int = 4, leaks: int = 1) -> Path:
    wells = [(jpeg(good_well(seed)), TWICE) for seed in range(good)]
    return exported(folder, *wells, *[(jpeg(leaking_well(seed)), [("Anna", "leak")]) for seed in range(leaks)])


def imported(folder: Path, good: int = 4, leaks: int = 1) -> Round:
    """A round whose data folder stands."""
    kept = Round(folder / "work")
    kept.begin(export(folder / "export", good, leaks))
    assert kept.source is not None
    kept.import_reviews(kept.source)
    return kept


def judged(kept: Round, against: str = "", *, quick: bool = False) -> Round:
    """The same with a candidate that the gate has seen."""
    kept.keep_candidate(NEW, quick=quick)
    kept.keep_gate(
        GateResult(
            candidate=NEW,
            served=OLD,
            leaks=1,
            missed=0,
            missed_by_served=0,
            lost=(),
            good=2,
            scenes=2,
            false_alarms=0.0,
            false_alarms_of_served=0.5,
            against=against,
        )
    )
    return kept


def states(
    kept: Round, served: str = OLD, plant: ServiceClient | None = None, shadow: dict[str, Any] | None = None
) -> list[StepState]:
    return [step.state for step in steps_of(Situation(kept, plant, shadow, served, least_judged=10))]


def test_a_new_round_begins_with_reviews(tmp_path: Path) -> None:
    steps = steps_of(Situation(Round(tmp_path), None, None, OLD, least_judged=10))
    assert [step.state for step in steps] == [StepState.NEXT, *[StepState.LATER] * 5]
    coming = next_step(steps)
    assert coming is not None
    assert coming.name == "reviews"


@pytest.mark.parametrize(("good", "leaks"), [(3, 1), (4, 0)])
def test_too_few_reviews_need_people(tmp_path: Path, good: int, leaks: int) -> None:
    steps = steps_of(Situation(imported(tmp_path, good, leaks), None, None, OLD, least_judged=10))
    assert steps[1].state is StepState.PERSON
    assert steps[1].says.endswith("then --again")
    assert next_step(steps) is None


def test_enough_reviews_are_followed_by_the_comparison(tmp_path: Path) -> None:
    assert states(imported(tmp_path)) == [StepState.DONE, StepState.DONE, StepState.NEXT, *[StepState.LATER] * 3]


def test_a_refused_candidate_goes_no_further(tmp_path: Path) -> None:
    assert states(judged(imported(tmp_path), "a leak is lost"))[3:] == [
        StepState.STOPPED,
        StepState.LATER,
        StepState.LATER,
    ]


def test_a_quick_look_gets_no_shadow(tmp_path: Path) -> None:
    assert (
        states(judged(imported(tmp_path), quick=True), plant=ServiceClient("http://127.0.0.1:9"))[4]
        is StepState.STOPPED
    )


def test_the_gate_is_asked_again_when_another_artefact_is_served(tmp_path: Path) -> None:
    assert states(judged(imported(tmp_path)), served="third-00000002")[3] is StepState.NEXT


@pytest.mark.parametrize(
    ("shadow", "state", "after"),
    [
        (None, StepState.NEXT, StepState.LATER),
        (SHADOW, StepState.WAITS, StepState.LATER),
        (SHADOW | {"judged": 10, "agreement": {"value": 0.9}}, StepState.DONE, StepState.PERSON),
        (SHADOW | {"artifact": "third-00000002"}, StepState.PERSON, StepState.LATER),
    ],
)
def test_a_shadow_judges_until_it_has_judged_enough_and_a_person_decides(
    tmp_path: Path, shadow: dict[str, Any] | None, state: StepState, after: StepState
) -> None:
    assert states(judged(imported(tmp_path)), plant=ServiceClient("http://127.0.0.1:9"), shadow=shadow)[4:] == [
        state,
        after,
    ]


def test_without_a_service_a_person_chooses_the_shadow(tmp_path: Path) -> None:
    assert states(judged(imported(tmp_path)))[4:] == [StepState.PERSON, StepState.LATER]


def test_what_is_served_is_done(tmp_path: Path) -> None:
    assert states(judged(imported(tmp_path)), served=NEW) == [StepState.DONE] * 6


def test_an_export_that_changes_under_way_is_refused_and_another_round_begins(tmp_path: Path) -> None:
    kept = imported(tmp_path)
    (tmp_path / "export" / "reviews.jsonl").write_text("")
    with pytest.raises(DataError, match="--again"):
        steps_of(Situation(kept, None, None, OLD, least_judged=10))
    kept.set_aside()
    assert states(kept)[0] is StepState.NEXT
    assert len(list((tmp_path / "work").iterdir())) == 1, "the former one stays"


def test_a_data_folder_half_written_is_written_anew(tmp_path: Path) -> None:
    kept = Round(tmp_path / "work")
    kept.begin(export(tmp_path / "export"))
    (kept.data / "good").mkdir(parents=True)
    (kept.data / "good" / "part.jpg").write_bytes(b"")
    assert kept.source is not None
    kept.import_reviews(kept.source)
    assert not (kept.data / "good" / "part.jpg").exists()


def test_a_damaged_round_is_named(tmp_path: Path) -> None:
    kept = imported(tmp_path)
    (tmp_path / "work" / "round" / "candidate.json").write_text("{")
    with pytest.raises(DataError, match=r"candidate\.json"):
        states(kept)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        pytest.param("http://127.0.0.1:9", "is the service running there", id="nobody there"),
        pytest.param("no-such-folder", "there is no folder no-such-folder", id="no record"),
        pytest.param(".", "nothing is served from", id="nothing served"),
    ],
)
def test_the_command_says_in_one_line_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], record: str, said: str
) -> None:
    assert main(["improve", "--record", record, "--data", str(tmp_path), "--out", str(tmp_path)]) == 2
    assert said in capsys.readouterr().err
