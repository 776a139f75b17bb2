"""Convolutional autoencoder without activations that starts as a principal component analysis."""

from typing import Final

import torch
from torch import Tensor, nn

from training.models.base import Autoencoder, Latent, Shape
from training.models.layers import reduced, size_of
from training.recipe.networks import PrincipalAe

MOST_PICTURES: Final = 1024
MOST_PATCHES: Final = 100_000


class PrincipalAutoencoder(Autoencoder):
    """One strided convolution, a linear latent, and the same way back.

    Few pictures do not suffice to learn thousands of weights by steps down a slope. Without activations the best
    weights are known: principal components, of the patches for the convolution, of what it leaves for the latent
    (Baldi and Hornik 1989). ``start`` sets them; fitting goes on from there.
    """

    def __init__(self, spec: PrincipalAe, shape: Shape) -> None:
        super().__init__()
        channels = min(spec.channels, shape[0] * spec.patch**2)
        small = reduced(shape, spec.divisor, channels)
        size = size_of(small)
        self.down = nn.Conv2d(shape[0], channels, spec.patch, stride=spec.patch)
        self.to_latent = nn.Linear(size, min(spec.latent_dim, size))
        self.from_latent = nn.Linear(min(spec.latent_dim, size), size)
        self.unflatten = nn.Unflatten(1, small)
        self.up = nn.ConvTranspose2d(channels, shape[0], spec.patch, stride=spec.patch)

    def start(self, planes: Tensor) -> None:
        """Set the weights from planes of good wells, [N, C, h, w]; no more than half as many components as wells."""
        planes = planes[:MOST_PICTURES]
        with torch.no_grad():
            patches = nn.functional.unfold(planes, self.down.kernel_size, stride=self.down.stride)
            for layer in (self.down, self.up, self.to_latent, self.from_latent):
                nn.init.zeros_(layer.get_parameter("bias"))
            rows = patches.transpose(1, 2).flatten(0, 1)
            kernels = _components(rows[:: -(-len(rows) // MOST_PATCHES)], len(self.down.weight))
            self.down.weight.copy_(kernels.view_as(self.down.weight))
            self.up.weight.copy_(kernels.view_as(self.up.weight))
            codes = self.down(planes).flatten(1)
            wanted = min(self.to_latent.out_features, max(1, len(codes) // 2))
            components = _components(codes - codes.mean(dim=0), wanted)
            self._set_latent(components, codes.mean(dim=0))

    def encode(self, inputs: Tensor) -> Latent:
        """[N, C, h, w] to [N, latent_dim]."""
        return Latent(self.to_latent(self.down(inputs).flatten(1)))

    def decode(self, latent: Tensor) -> Tensor:
        """[N, latent_dim] to [N, C, h, w]."""
        restored: Tensor = self.up(self.unflatten(self.from_latent(latent)))
        return restored

    def _set_latent(self, components: Tensor, mean: Tensor) -> None:
        """Rows of ``components`` are orthonormal; latent numbers beyond them stay zero."""
        count = len(components)
        nn.init.zeros_(self.to_latent.weight)
        nn.init.zeros_(self.from_latent.weight)
        self.to_latent.weight[:count] = components
        self.to_latent.bias[:count] = -components @ mean
        self.from_latent.weight[:, :count] = components.T
        self.from_latent.bias.copy_(mean)


def _components(rows: Tensor, count: int) -> Tensor:
    """The first principal directions of rows [N, D] about zero, [count, D], from the smaller of both squares."""
    if len(rows) >= rows.shape[1]:
        directions: Tensor = torch.linalg.eigh(rows.T @ rows).eigenvectors[:, -count:].T.flip(0)
        return directions
    left = torch.linalg.eigh(rows @ rows.T).eigenvectors[:, -count:].T.flip(0)
    components: Tensor = nn.functional.normalize(left @ rows, dim=1)
    return components
