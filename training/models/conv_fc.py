"""Convolutions around a small, fully connected latent: system B's form, and system A's with a sampled latent."""

from collections.abc import Sequence

from torch import Tensor, nn

from training.models.base import Autoencoder, Latent, Shape
from training.models.layers import doublings, enlargement, halvings, output, reduced, size_of
from training.recipe.networks import ConvFcAe, ConvFcVae


class ConvFcAutoencoder(Autoencoder):
    """Halvings, a linear latent without activation around it, doublings."""

    def __init__(self, spec: ConvFcAe, shape: Shape) -> None:
        super().__init__()
        inner = reduced(shape, spec.divisor, spec.channels[-1])
        small = (spec.reduced or inner[0], *inner[1:])
        channels = (shape[0], *spec.channels)
        self.encoder = nn.Sequential(
            *halvings(channels, batch_norm=spec.batch_norm),
            *(_pointwise(inner[0], small[0]) if spec.reduced else ()),
            nn.Flatten(),
            nn.Linear(size_of(small), spec.latent_dim),
        )
        self.decoder = nn.Sequential(
            nn.Linear(spec.latent_dim, size_of(small)),
            *((nn.ReLU(),) if spec.rectify else ()),
            nn.Unflatten(1, small),
            *(_pointwise(small[0], inner[0]) if spec.reduced else ()),
            *_way_up(spec, channels[::-1]),
            output(spec.output),
        )

    def encode(self, inputs: Tensor) -> Latent:
        """[N, C, h, w] to [N, latent_dim]."""
        return Latent(self.encoder(inputs))

    def decode(self, latent: Tensor) -> Tensor:
        """[N, latent_dim] to [N, C, h, w]."""
        restored: Tensor = self.decoder(latent)
        return restored


def _way_up(spec: ConvFcAe, channels: Sequence[int]) -> list[nn.Module]:
    if spec.up == "shuffle":
        return enlargement(channels[0], channels[-1], doublings=len(channels) - 1, kernel=spec.shuffle_kernel)
    return doublings(channels, batch_norm=spec.batch_norm, kernel=spec.up_kernel)


def _pointwise(before: int, after: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(before, after, 1), nn.ReLU()


class ConvFcVariational(Autoencoder):
    """One strided convolution, a hidden layer, mean and log variance, a fully connected way back, sigmoid out."""

    def __init__(self, spec: ConvFcVae, shape: Shape) -> None:
        super().__init__()
        small = reduced(shape, spec.divisor, spec.channels)
        self.encoder = nn.Sequential(
            *halvings((shape[0], spec.channels), batch_norm=False),
            nn.Flatten(),
            nn.Linear(size_of(small), spec.hidden),
            nn.ReLU(),
        )
        self.mu = nn.Linear(spec.hidden, spec.latent_dim)
        self.log_var = nn.Linear(spec.hidden, spec.latent_dim)
        self.decoder = nn.Sequential(
            nn.Linear(spec.latent_dim, size_of(small)),
            nn.ReLU(),
            nn.Linear(size_of(small), size_of(shape)),
            nn.Sigmoid(),
            nn.Unflatten(1, shape),
        )

    def encode(self, inputs: Tensor) -> Latent:
        """[N, C, h, w] to twice [N, latent_dim]."""
        hidden = self.encoder(inputs)
        return Latent(self.mu(hidden), self.log_var(hidden) if self.training else None)

    def decode(self, latent: Tensor) -> Tensor:
        """[N, latent_dim] to [N, C, h, w]."""
        restored: Tensor = self.decoder(latent)
        return restored
