"""Fully connected autoencoders, plain and variational."""

from torch import Tensor, nn

from training.models.base import Autoencoder, Latent, Shape
from training.models.layers import dense, size_of
from training.recipe.networks import DenseAe, DenseVae


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


class DenseVariational(Autoencoder):
    """One hidden layer, mean and log variance from it, ReLU between the layers back, sigmoid out."""

    def __init__(self, spec: DenseVae, shape: Shape) -> None:
        super().__init__()
        size = size_of(shape)
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(size, spec.hidden), nn.ReLU())
        self.mu = nn.Linear(spec.hidden, spec.latent_dim)
        self.log_var = nn.Linear(spec.hidden, spec.latent_dim)
        self.decoder = nn.Sequential(
            *dense((spec.latent_dim, *spec.widths, size)), nn.Sigmoid(), nn.Unflatten(1, shape)
        )

    def encode(self, inputs: Tensor) -> Latent:
        """[N, C, h, w] to twice [N, latent_dim]."""
        hidden = self.encoder(inputs)
        return Latent(self.mu(hidden), self.log_var(hidden) if self.training else None)

    def decode(self, latent: Tensor) -> Tensor:
        """[N, latent_dim] to [N, C, h, w]."""
        output: Tensor = self.decoder(latent)
        return output
