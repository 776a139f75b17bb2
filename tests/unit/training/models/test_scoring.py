import pytest
import torch

from training.models.detail import detail_of
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


def test_a_relative_error_falls_with_the_contrast_and_not_with_its_square() -> None:
    measure = ErrorMeasure(ErrorRule(relative=True), SHAPE)
    restored = torch.rand(5, 1, 8, 8, generator=torch.Generator().manual_seed(2))
    measure.learn(INPUTS, SQUARES, detail_of(restored))
    clear, dim = measure(SQUARES, detail_of(restored)), measure(SQUARES / 4, detail_of(restored / 2 + 0.3))
    assert torch.allclose(dim, clear / 2, rtol=1e-4)


def test_a_good_well_with_the_usual_detail_keeps_its_score() -> None:
    measure = ErrorMeasure(ErrorRule(relative=True), SHAPE)
    measure.learn(INPUTS, SQUARES, torch.full((5,), 0.25))
    assert torch.allclose(measure(SQUARES, torch.full((5,), 0.25)), SQUARES.mean(dim=(1, 2, 3)))


def test_detail_is_what_changes_within_a_few_pixels() -> None:
    stripes = torch.tensor([0.0, 0.0, 1.0, 1.0]).repeat(2)[None, None, None].expand(1, 1, 8, 8)
    assert detail_of(stripes).item() == pytest.approx(0.5)  # across every block, down none
    assert detail_of(stripes.mT).item() == pytest.approx(0.5)
    assert detail_of(torch.full((1, 1, 8, 8), 0.7)).item() == pytest.approx(0, abs=1e-6)
