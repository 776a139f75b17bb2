import numpy as np
import pytest
import torch

from service.contract.errors import FitFailed
from service.contract.picture import Pixels, to_pixels
from tests.wells import good_well
from training.fitting.batches import TrainingBatches
from training.fitting.fit import fit
from training.recipe.parts import Optimiser
from training.recipe.recipe import Recipe, read_recipe

RECIPE = read_recipe("conv_fc_ae_b").model_copy(update={"epochs": 2, "batch": 16})


@pytest.fixture(scope="module")
def pixels() -> Pixels:
    return np.stack([to_pixels(good_well(seed), RECIPE.input) for seed in range(33)])


def weights_of(recipe: Recipe, pixels: Pixels) -> list[bytes]:
    return [weight.numpy().tobytes() for weight in fit(recipe, TrainingBatches(pixels)).graph.state_dict().values()]


def test_the_same_seed_gives_the_same_weights_to_the_last_bit(pixels: Pixels) -> None:
    assert weights_of(RECIPE, pixels) == weights_of(RECIPE, pixels)


def test_another_seed_gives_other_weights(pixels: Pixels) -> None:
    assert weights_of(RECIPE, pixels) != weights_of(RECIPE.model_copy(update={"seed": 1}), pixels)


def test_a_loss_that_is_no_number_ends_the_fit(pixels: Pixels) -> None:
    wild = RECIPE.model_copy(update={"optimiser": Optimiser.model_construct(learning_rate=1e30)})
    with pytest.raises(FitFailed, match="epoch"):
        fit(wild, TrainingBatches(pixels))


def test_weights_of_8_bits_have_at_most_255_levels_an_output(pixels: Pixels) -> None:
    for bits, most in ((8, 255), (32, 1024)):
        graph = fit(RECIPE.model_copy(update={"weight_bits": bits}), TrainingBatches(pixels)).graph
        levels = len(torch.unique(graph.model.get_parameter("encoder.7.weight")[0]))
        assert levels <= most
        assert (levels > 255) == (bits == 32)


def test_one_picture_is_too_few(pixels: Pixels) -> None:
    with pytest.raises(FitFailed, match="add good pictures"):
        fit(RECIPE, TrainingBatches(pixels[:1]))


def test_equal_pictures_can_be_fitted(pixels: Pixels) -> None:
    assert np.isfinite(fit(RECIPE, TrainingBatches(np.repeat(pixels[:1], 20, axis=0))).losses).all()
