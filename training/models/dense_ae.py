"""Fully connected autoencoder (system A's baseline)."""

from torch import Tensor, nn

from training.models.base import Autoencoder, Latent, Shape
from training.models.layers import dense, size_of
from training.specs import DenseAe


class DenseAutoencoder(Autoencoder):
    """Through the widths and back with ReLU between, sigmoid out."""

    def __init__(self, spec: DenseAe, shape: Shape) -> None:
        super().__init__()
        widths = (size_of(shape), *spec.widths)
        self.encoder = nn.Sequential(nn.Flatten(), *dense(widths))
        self.decoder = nn.Sequential(*dense(widths[::-1]), nn.Sigmoid(), nn.Unflatten(1, shape))

    def encode(self, inputs: Tensor) -> Latent:
        """[N, C, h, w] to [N, latent_dim]."""
        return Latent(self.encoder(inputs))

    def decode(self, latent: Tensor) -> Tensor:
        """[N, latent_dim] to [N, C, h, w]."""
        output: Tensor = self.decoder(latent)
        return output
