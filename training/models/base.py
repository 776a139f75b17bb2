"""What every autoencoder offers."""

from abc import ABC, abstractmethod
from typing import NamedTuple

import torch
from torch import Tensor, nn

Shape = tuple[int, int, int]


class Latent(NamedTuple):
    """Position in the latent space, [N, latent_dim] or a map; ``log_var`` is None where nothing is sampled."""

    mu: Tensor
    log_var: Tensor | None = None


class Reconstruction(NamedTuple):
    """What came back, in the shape of the input, and the latent it came from."""

    output: Tensor
    latent: Latent


class Autoencoder(nn.Module, ABC):
    """float32 [N, C, h, w] to the same shape through a bottleneck.

    A variational one samples its latent while it is trained and uses the mean everywhere else.
    """

    @abstractmethod
    def encode(self, inputs: Tensor) -> Latent:
        """Compress."""

    @abstractmethod
    def decode(self, latent: Tensor) -> Tensor:
        """Restore from a point of the latent space."""

    def start(self, planes: Tensor) -> None:  # most networks start by chance, and need nothing here
        """Set the first weights from planes of good wells, [N, C, h, w], where better ones than by chance are known."""

    def forward(self, inputs: Tensor) -> Reconstruction:
        """Compress and restore."""
        latent = self.encode(inputs)
        return Reconstruction(self.decode(self._draw(latent)), latent)

    def _draw(self, latent: Latent) -> Tensor:
        if latent.log_var is None or not self.training:
            return latent.mu
        return latent.mu + torch.exp(latent.log_var / 2) * torch.randn_like(latent.mu)
