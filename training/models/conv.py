"""Convolutional autoencoders without a fully connected latent: a plain one, and a deep variational one."""

from itertools import pairwise

from torch import Tensor, nn

from training.models.base import Autoencoder, Latent, Shape
from training.models.layers import doublings, halvings, output, reduced, size_of
from training.recipe.networks import ConvAe, ConvVae


class ConvAutoencoder(Autoencoder):
    """Convolutions 3 x 3 down, transposed convolutions up; the latent is a map."""

    def __init__(self, spec: ConvAe, shape: Shape) -> None:
        super().__init__()
        channels = (shape[0], *spec.channels)
        down = halvings(channels, batch_norm=False) if spec.strided else _pooling(channels)
        up = doublings(channels[::-1], batch_norm=False, kernel=4 if spec.strided else 2)
        self.encoder = nn.Sequential(*down)
        self.decoder = nn.Sequential(*up, output(spec.output))

    def encode(self, inputs: Tensor) -> Latent:
        """[N, C, h, w] to a map [N, channels, h / 2^k, w / 2^k]."""
        return Latent(self.encoder(inputs))

    def decode(self, latent: Tensor) -> Tensor:
        """The map to [N, C, h, w]."""
        restored: Tensor = self.decoder(latent)
        return restored


def _pooling(channels: tuple[int, ...]) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for before, after in pairwise(channels):
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    return layers


class ConvVariational(Autoencoder):
    """Halvings with batch normalisation, mean and log variance, doublings, sigmoid out."""

    def __init__(self, spec: ConvVae, shape: Shape) -> None:
        super().__init__()
        small = reduced(shape, spec.divisor, spec.channels[-1])
        channels = (shape[0], *spec.channels)
        self.encoder = nn.Sequential(*halvings(channels, batch_norm=True), nn.Flatten())
        self.mu = nn.Linear(size_of(small), spec.latent_dim)
        self.log_var = nn.Linear(size_of(small), spec.latent_dim)
        self.decoder = nn.Sequential(
            nn.Linear(spec.latent_dim, size_of(small)),
            nn.ReLU(),
            nn.Unflatten(1, small),
            *doublings(channels[::-1], batch_norm=True),
            nn.Sigmoid(),
        )

    def encode(self, inputs: Tensor) -> Latent:
        """[N, C, h, w] to twice [N, latent_dim]."""
        features = self.encoder(inputs)
        return Latent(self.mu(features), self.log_var(features) if self.training else None)

    def decode(self, latent: Tensor) -> Tensor:
        """[N, latent_dim] to [N, C, h, w]."""
        restored: Tensor = self.decoder(latent)
        return restored
