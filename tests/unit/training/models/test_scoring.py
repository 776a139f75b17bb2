import pytest
import torch

from training.models.scoring import ErrorMeasure
from training.recipe.parts import ErrorRule

SHAPE = (3, 6, 8)
SQUARES = torch.rand(5, *SHAPE, generator=torch.Generator().manual_seed(0))
INPUTS = torch.rand(5, *SHAPE, generator=torch.Generator().manual_seed(1))


def test_plain_is_the_mean() -> None:
    measure = ErrorMeasure(ErrorRule(), SHAPE)
    assert torch.allclose(measure(SQUARES), SQUARES.mean(dim=(1, 2, 3)))


@pytest.mark.parametrize("weight", ["spread", "error", "centre"])
def test_weights_average_one_and_differ(weight: str) -> None:
    measure = ErrorMeasure(ErrorRule.model_validate({"weight": weight}), SHAPE)
    measure.learn(INPUTS, SQUARES)
    assert measure.weight.mean().item() == pytest.approx(1, abs=1e-5)
    assert measure.weight.std() > 0
    assert torch.allclose(measure.map(SQUARES).mean(dim=(1, 2)), measure(SQUARES))


def test_a_place_that_varies_weighs_less() -> None:
    inputs = INPUTS.clone()
    inputs[:, :, 0, 0] = torch.linspace(-5, 5, 5)[:, None]
    measure = ErrorMeasure(ErrorRule(weight="spread"), SHAPE)
    measure.learn(inputs, SQUARES)
    assert measure.weight[:, 0, 0].max() < measure.weight[:, 3, 4].min()


def test_the_middle_weighs_more_than_the_corner() -> None:
    weight = ErrorMeasure(ErrorRule(weight="centre"), SHAPE).weight
    assert weight[0, 3, 4] > weight[0, 0, 0]


def test_kept_are_the_largest_errors_of_all_places() -> None:
    measure = ErrorMeasure(ErrorRule(keep=0.25), SHAPE)
    places = SQUARES.mean(dim=1).flatten(1).sort(dim=1, descending=True).values
    assert torch.allclose(measure(SQUARES), places[:, :12].mean(dim=1))


def test_equal_good_wells_give_finite_weights() -> None:
    measure = ErrorMeasure(ErrorRule(weight="spread"), SHAPE)
    measure.learn(torch.ones(4, *SHAPE), torch.zeros(4, *SHAPE))
    assert torch.isfinite(measure(SQUARES)).all()


def test_below_the_floor_nothing_counts() -> None:
    measure = ErrorMeasure(ErrorRule(floor=2.0), SHAPE)
    measure.learn(INPUTS, SQUARES)
    typical = SQUARES.mean()
    assert measure(torch.full((1, *SHAPE), 1.9 * typical.item())).item() == 0
    assert measure(torch.full((1, *SHAPE), 5.0 * typical.item())).item() == pytest.approx(3 * typical.item(), rel=1e-4)
