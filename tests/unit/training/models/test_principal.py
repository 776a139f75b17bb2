import pytest
import torch

from training.models.principal import PrincipalAutoencoder
from training.recipe.networks import PrincipalAe

SHAPE = (3, 8, 8)


def planes(count: int = 40, factors: int = 5) -> torch.Tensor:
    """Planes that vary in so many ways alone, [count, 3, 8, 8]."""
    random = torch.Generator().manual_seed(0)
    ways = torch.randn(factors, 3 * 8 * 8, generator=random)
    return (torch.randn(count, factors, generator=random) @ ways).view(count, *SHAPE) + 2


def network(latent_dim: int, patch: int = 2, channels: int = 12) -> PrincipalAutoencoder:
    spec = PrincipalAe(kind="principal_ae", patch=patch, channels=channels, latent_dim=latent_dim)
    return PrincipalAutoencoder(spec, SHAPE)


def test_as_many_components_as_there_are_ways_to_vary_restore_everything() -> None:
    model = network(latent_dim=5)
    model.start(planes())
    assert torch.allclose(model(planes()).output, planes(), atol=1e-3)


def test_its_error_is_that_of_a_principal_component_analysis() -> None:
    model = network(latent_dim=3)
    model.start(planes())
    rows = planes().flatten(1)
    centred = rows - rows.mean(dim=0)
    lost = torch.linalg.svdvals(centred)[3:].square().sum() / rows.numel()
    found = (model(planes()).output - planes()).square().mean().detach()
    assert float(found) == pytest.approx(float(lost), rel=1e-3)


def test_few_pictures_give_half_as_many_components() -> None:
    model = network(latent_dim=32)
    model.start(planes(count=10))
    assert int((model.to_latent.weight.abs().sum(dim=1) > 0).sum()) == 5


def test_equal_pictures_still_give_finite_weights() -> None:
    model = network(latent_dim=4)
    model.start(torch.ones(6, *SHAPE))
    assert torch.isfinite(model(torch.ones(2, *SHAPE)).output).all()
