"""Deep convolutional variational autoencoder."""

from torch import Tensor, nn

from training.models.base import Autoencoder, Latent, Shape
from training.models.layers import doublings, halvings, reduced, size_of
from training.specs import ConvVae


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
