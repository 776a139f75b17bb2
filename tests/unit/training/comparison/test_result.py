from pathlib import Path

import numpy as np

from training.comparison.result import JobResult, load_result, save_result

OUTCOME = JobResult("one", 1, "torn", {"report/leak/crack": (1.0, 2.0), "choice_good": (0.5,)}, losses=(0.1,))


def test_an_outcome_survives_the_disk(tmp_path: Path) -> None:
    save_result(OUTCOME, tmp_path / "results" / "one.json")
    assert load_result(tmp_path / "results" / "one.json") == OUTCOME


def test_what_is_not_there_or_not_whole_is_no_outcome(tmp_path: Path) -> None:
    (tmp_path / "half.json").write_text('{"candidate": "one"')
    assert load_result(tmp_path / "half.json") is None
    assert load_result(tmp_path / "absent.json") is None


def test_scores_are_found_by_set_and_family() -> None:
    assert OUTCOME.of("absent").size == 0
    assert np.array_equal(OUTCOME.families("report/leak/")["crack"], [1.0, 2.0])
