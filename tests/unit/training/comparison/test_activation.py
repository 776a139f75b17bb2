from pathlib import Path

import numpy as np
import pytest

from service.contract.artifact import open_artifact
from service.contract.decision import Verdict
from service.contract.manifest import ServedMetrics
from tests.small_artifact import write_artifact
from tests.wells import good_well, leaking_well
from training.comparison.activation import misses_most, not_better, other_product, standing
from training.dataset.data import Group
from training.dataset.layout import Label
from training.dataset.splits import Split
from training.evaluation.metrics import measure_served
from training.evaluation.rates import rate


def served(passed: int = 10, found: int = 10) -> ServedMetrics:
    """Of ten scenes and ten leaks each."""
    good = [Verdict.NO_LEAK] * passed + [Verdict.LEAK] * (10 - passed)
    leaks = [Verdict.LEAK] * found + [Verdict.NO_LEAK] * (10 - found)
    return measure_served([*good, *leaks], np.repeat([0, 1], 10), np.arange(20))


GOOD_ONLY = measure_served([Verdict.NO_LEAK], np.zeros(1), np.arange(1))


@pytest.mark.parametrize(
    ("parts", "drawn", "refused", "why"),
    [
        ({"report": served()}, {}, False, "all are found"),
        ({"report": served(found=5)}, {}, False, "half of them is not most"),
        ({"report": served(found=4)}, {"crack": rate(9, 10)}, True, "whatever it does on drawn ones"),
        ({"report": served(), "site_report": served(found=1)}, {}, True, "the second set's leaks count"),
        ({"report": GOOD_ONLY}, {"crack": rate(1, 10), "splash": rate(3, 10)}, True, "no leaks: drawn ones must do"),
        ({"report": GOOD_ONLY}, {"crack": rate(1, 10), "splash": rate(10, 10)}, False, "most drawn ones are found"),
        ({"report": GOOD_ONLY}, {}, False, "nothing is known of leaks"),
    ],
)
def test_what_misses_most_leaks_is_refused(
    parts: dict[str, ServedMetrics], drawn: dict[str, object], refused: bool, why: str
) -> None:
    assert bool(misses_most(parts, drawn)) is refused, why  # type: ignore[arg-type]  # a table of mixed rows


@pytest.mark.parametrize(
    ("better", "worse", "why"),
    [
        ({"report": served()}, {"report": served(found=9)}, "a missed leak"),
        ({"report": served()}, {"report": served(passed=9)}, "a false alarm"),
        ({"report": served(9)}, {"report": served(), "site_report": served(5)}, "the worse part counts"),
    ],
)
def test_standing(better: dict[str, ServedMetrics], worse: dict[str, ServedMetrics], why: str) -> None:
    assert standing(better) > standing(worse), why


@pytest.fixture(scope="module")
def parts() -> Split:
    def groups(label: Label) -> tuple[Group, ...]:
        draw = leaking_well if label else good_well
        return tuple(Group(f"{label}{seed}", draw(seed), label, False, (f"{seed}.png",), seed) for seed in range(8))

    good, leak = groups(Label.GOOD), groups(Label.LEAK)
    return Split(good, good, good, good, leak, leak)


def test_the_better_one_takes_the_place_of_the_active_one_and_the_worse_one_does_not(
    tmp_path: Path, parts: Split
) -> None:
    off = open_artifact(tmp_path / write_artifact(tmp_path, "off", shade=0.5))
    right = open_artifact(tmp_path / write_artifact(tmp_path, "right"))
    assert f"{right.id} does as well" in not_better(off, tmp_path, parts)
    assert not_better(right, tmp_path, parts) == "", "it is the active one"
    write_artifact(tmp_path / "other", "off", shade=0.5)
    assert not_better(right, tmp_path / "other", parts) == ""


def test_the_active_one_of_another_product_keeps_its_place(tmp_path: Path, parts: Split) -> None:
    write_artifact(tmp_path, "negative", well=lambda seed: 255 - good_well(seed))
    new = open_artifact(tmp_path / "new" / write_artifact(tmp_path / "new", "right"))
    assert "is for other pictures, of which it passes 0% here" in other_product(new, tmp_path, parts)
    assert other_product(new, tmp_path / "new", parts) == "", "it is the active one"
    write_artifact(tmp_path, "small")
    assert other_product(new, tmp_path, parts) == "", "the same product"


def test_where_nothing_is_active_the_first_one_is_better(tmp_path: Path, parts: Split) -> None:
    artifact = open_artifact(tmp_path / write_artifact(tmp_path))
    assert not_better(artifact, tmp_path / "empty", parts) == ""
