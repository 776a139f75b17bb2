"""The autoencoders that can be trained."""

from training.config import ModelSpec
from training.models.base import Autoencoder, Shape
from training.models.conv_fc_ae import ConvFcAutoencoder


def build(spec: ModelSpec, shape: Shape) -> Autoencoder:
    """Make the network for inputs of ``shape`` (channels, height, width), with PyTorch's initial weights."""
    return ConvFcAutoencoder(spec, shape)
