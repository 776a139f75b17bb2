"""Strided convolutions around a small, fully connected latent (system B)."""

from torch import Tensor, nn

from service.contract.errors import RecipeError
from training.config import ConvFcAe
from training.models.base import Autoencoder, Latent, Shape

STRIDE = 4


class ConvFcAutoencoder(Autoencoder):
    """Two halvings, a linear latent, two doublings; no activation around the latent."""

    def __init__(self, spec: ConvFcAe, shape: Shape) -> None:
        super().__init__()
        channels, height, width = shape
        if height % STRIDE or width % STRIDE:
            raise RecipeError(f"conv_fc_ae needs sides divisible by {STRIDE}, not {height} x {width}: change the crop")
        outer, inner = spec.channels
        small = (inner, height // STRIDE, width // STRIDE)
        features = small[0] * small[1] * small[2]
        self.encoder = nn.Sequential(
            nn.Conv2d(channels, outer, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.BatchNorm2d(outer),
            nn.Conv2d(outer, inner, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.BatchNorm2d(inner),
            nn.Flatten(),
            nn.Linear(features, spec.latent_dim),
        )
        self.decoder = nn.Sequential(
            nn.Linear(spec.latent_dim, features),
            nn.Unflatten(1, small),
            nn.ConvTranspose2d(inner, outer, 3, stride=2, padding=1, output_padding=1),
            nn.ReLU(),
            nn.BatchNorm2d(outer),
            nn.ConvTranspose2d(outer, channels, 3, stride=2, padding=1, output_padding=1),
            nn.Sigmoid(),
        )

    def encode(self, inputs: Tensor) -> Latent:
        """[N, C, h, w] to [N, latent_dim]."""
        return Latent(self.encoder(inputs))

    def decode(self, latent: Tensor) -> Tensor:
        """[N, latent_dim] to [N, C, h, w]."""
        output: Tensor = self.decoder(latent)
        return output
