"""The graph from pixels to score: preprocessing, the autoencoders that can be trained, and their error.

May import the recipe, which says what to build.
"""

from collections.abc import Callable, Mapping
from typing import Any

from training.models.base import Autoencoder, Shape
from training.models.conv import ConvAutoencoder, ConvVariational
from training.models.conv_fc import ConvFcAutoencoder, ConvFcVariational
from training.models.dense import DenseAutoencoder, DenseVariational
from training.models.principal import PrincipalAutoencoder
from training.recipe.networks import ModelSpec

NETWORKS: Mapping[str, Callable[[Any, Shape], Autoencoder]] = {
    "dense_ae": DenseAutoencoder,
    "dense_vae": DenseVariational,
    "conv_ae": ConvAutoencoder,
    "conv_fc_ae": ConvFcAutoencoder,
    "conv_fc_vae": ConvFcVariational,
    "conv_vae": ConvVariational,
    "principal_ae": PrincipalAutoencoder,
}

CONVOLUTIONAL = frozenset({"conv_ae", "conv_fc_ae", "conv_fc_vae", "conv_vae", "principal_ae"})


def build(spec: ModelSpec, shape: Shape) -> Autoencoder:
    """Make the network for inputs of ``shape`` (channels, height, width), with PyTorch's initial weights."""
    return NETWORKS[spec.kind](spec, shape)
