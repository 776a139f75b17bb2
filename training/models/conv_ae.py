"""Fully convolutional autoencoder (system A)."""

from itertools import pairwise

from torch import Tensor, nn

from training.models.base import Autoencoder, Latent, Shape
from training.models.layers import doublings, halvings, output
from training.specs import ConvAe


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
