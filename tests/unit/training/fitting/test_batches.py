import numpy as np
import torch

from service.contract.manifest import InputSpec
from tests.wells import good_well, leaking_well
from training.fitting.batches import TrainingBatches
from training.models.preprocessing import Preprocessing
from training.recipe.parts import Representation
from training.synthetic.augmentation import AugmentedPictures

SPEC = InputSpec(height=27, width=48)
GOOD = np.stack([good_well(seed) for seed in range(6)])
LEAKS = AugmentedPictures(
    np.stack([leaking_well(seed) for seed in (3, 1)]), GOOD[[3, 1]], np.array([3, 1]), np.array(["torn", "torn"])
)
DISTURBED = np.stack([good_well(50)])
DISTURBANCES = AugmentedPictures(DISTURBED, DISTURBED, np.array([0]), np.array(["light"]))


def batches() -> TrainingBatches:
    made = TrainingBatches(GOOD, LEAKS, DISTURBANCES)
    made.prepare(Preprocessing(SPEC, Representation()))
    return made


def test_a_leak_is_to_become_the_well_it_was_drawn_on_and_all_else_itself() -> None:
    inputs, targets = batches().pairs(torch.arange(9))
    assert torch.equal(targets[6], inputs[3])
    assert torch.equal(targets[7], inputs[1])
    for row in (0, 5, 8):
        assert torch.equal(targets[row], inputs[row])


def test_an_epoch_has_every_good_well_once_and_as_many_of_each_lesson() -> None:
    rows = batches().epoch().tolist()
    assert sorted(row for row in rows if row < 6) == list(range(6))
    assert sum(row in {6, 7} for row in rows) == sum(row == 8 for row in rows) == 6
    assert len(rows) == batches().epoch_size


def test_without_lessons_an_epoch_is_the_good_wells() -> None:
    plain = TrainingBatches(GOOD)
    assert sorted(plain.epoch().tolist()) == list(range(6))


def test_planes_are_the_same_whether_kept_or_made_anew() -> None:
    kept = batches()
    anew = batches()
    anew._planes = None
    rows = torch.tensor([0, 7])
    assert torch.allclose(kept.planes(rows), anew.planes(rows), atol=1e-6)
