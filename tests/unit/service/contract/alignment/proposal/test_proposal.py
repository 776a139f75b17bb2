"""Proposals: every half of a well is found, and nothing else."""

import numpy as np
import pytest

from service.contract.alignment.layout import Box
from service.contract.alignment.proposal.proposal import propose
from service.contract.errors import SetupError
from service.contract.picture import Pixels
from tests.frames import off_px, spool_frame, spools


def unmatched(found: list[Box], wanted: list[Box], within_px: int) -> tuple[list[Box], list[Box]]:
    """Boxes that were found for nothing, and wanted ones that were not found."""
    for_nothing = [box for box in found if min(off_px(box, one) for one in wanted) > within_px]
    missing = [one for one in wanted if min(off_px(box, one) for box in found) > within_px]
    return for_nothing, missing


@pytest.mark.parametrize("empty", [(), (2, 9)], ids=["all full", "two empty"])
def test_each_half_of_a_drawn_table_is_found_and_nothing_else(empty: tuple[int, ...]) -> None:
    wells = propose([spool_frame(empty)])
    assert unmatched(list(wells.values()), spools(), 3) == ([], [])
    assert list(wells) == [f"{number}{half}" for number in range(1, 15) for half in "ab"]


def test_what_changes_between_frames_does_not_matter() -> None:
    frames = [spool_frame() for _ in range(3)]
    frames[1][100:200, 100:500] = 200
    assert unmatched(list(propose(frames).values()), spools(), 3) == ([], [])


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(np.full((400, 600, 3), 120, np.uint8), id="grey"),
        pytest.param(np.random.default_rng(1).integers(0, 256, (400, 600, 3), dtype=np.uint8), id="noise"),
        pytest.param(np.full((30, 40, 3), 90, np.uint8), id="tiny"),
    ],
)
def test_without_wells_nothing_is_proposed(frame: Pixels) -> None:
    with pytest.raises(SetupError, match="no rows of wells"):
        propose([frame])


def test_frames_of_different_sizes_are_refused() -> None:
    with pytest.raises(SetupError, match="different sizes"):
        propose([spool_frame(), spool_frame()[:-2]])
