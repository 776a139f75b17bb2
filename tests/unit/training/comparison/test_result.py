from pathlib import Path

import numpy as np

from training.comparison.result import JobResult, load_result, save_result

RESULT = JobResult("one", 1, "torn", {"report/leak/crack": (1.0, 2.0), "choice_good": (0.5,)}, losses=(0.1,))


def test_a_result_survives_the_disk(tmp_path: Path) -> None:
    save_result(RESULT, tmp_path / "results" / "one.json")
    assert load_result(tmp_path / "results" / "one.json") == RESULT


def test_what_is_not_there_or_not_whole_is_no_result(tmp_path: Path) -> None:
    (tmp_path / "half.json").write_text('{"candidate": "one"')
    assert load_result(tmp_path / "half.json") is None
    assert load_result(tmp_path / "absent.json") is None


def test_scores_are_found_by_set_and_family() -> None:
    assert RESULT.of("absent").size == 0
    assert np.array_equal(RESULT.families("report/leak/")["crack"], [1.0, 2.0])
