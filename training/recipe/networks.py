"""The networks that a recipe can name, with their sizes; :mod:`training.models` builds them."""

from typing import Annotated, Literal

from pydantic import Field

from training.recipe.parts import Part

Count = Annotated[int, Field(ge=1, le=4096)]
Output = Literal["sigmoid", "linear"]


class Network(Part):
    """Which autoencoder, and how large."""

    @property
    def divisor(self) -> int:
        """What both sides of the planes must divide by: how much smaller they become on the way down."""
        return 1


class DenseAe(Network):
    """Fully connected, through ``widths`` and back."""

    kind: Literal["dense_ae"]
    widths: tuple[Count, ...] = (512, 128, 16)


class DenseVae(Network):
    """Fully connected and variational: one hidden layer down, ``widths`` up."""

    kind: Literal["dense_vae"]
    hidden: Count = 512
    latent_dim: Count = 16
    widths: tuple[Count, ...] = (128, 512)


class ConvAe(Network):
    """Fully convolutional: convolutions and max pooling down, transposed convolutions up; ``strided`` pools not."""

    kind: Literal["conv_ae"]
    channels: Annotated[tuple[Count, ...], Field(min_length=1, max_length=5)] = (16, 4)
    strided: bool = False
    output: Output = "sigmoid"

    @property
    def divisor(self) -> int:
        """Every layer halves."""
        return int(2 ** len(self.channels))


class ConvFcAe(Network):
    """Strided convolutions around a fully connected latent.

    Attributes:
        channels: after each halving.
        reduced: channels that convolutions 1 x 1 leave around the latent; None keeps all of them.
        latent_dim: numbers in the latent.
        rectify: a ReLU after the way out of the latent.
        batch_norm: after each ReLU of the convolutions.
        up: transposed convolutions, a doubling each, or one convolution at the smallest size whose channels become
            the pixels of all doublings (sub-pixel convolution), which is faster.
        up_kernel: of the transposed convolutions.
        shuffle_kernel: height and width of the sub-pixel convolution's.
        output: last activation.
    """

    kind: Literal["conv_fc_ae"]
    channels: Annotated[tuple[Count, ...], Field(min_length=1, max_length=5)] = (8, 16)
    reduced: Count | None = None
    rectify: bool = False
    latent_dim: Count = 32
    batch_norm: bool = True
    up: Literal["transposed", "shuffle"] = "transposed"
    up_kernel: Literal[2, 3, 4] = 3
    shuffle_kernel: tuple[Literal[1, 3, 5], Literal[1, 3, 5]] = (3, 3)
    output: Output = "sigmoid"

    @property
    def divisor(self) -> int:
        """Every layer halves."""
        return int(2 ** len(self.channels))


class ConvFcVae(Network):
    """One strided convolution, a hidden layer, a sampled latent, a fully connected way back."""

    kind: Literal["conv_fc_vae"]
    channels: Count = 6
    hidden: Count = 512
    latent_dim: Count = 32

    @property
    def divisor(self) -> int:
        """Its one convolution halves."""
        return 2


class ConvVae(Network):
    """Deep, convolutional and variational."""

    kind: Literal["conv_vae"]
    channels: Annotated[tuple[Count, ...], Field(min_length=1, max_length=5)] = (32, 64)
    latent_dim: Count = 32

    @property
    def divisor(self) -> int:
        """Every layer halves."""
        return int(2 ** len(self.channels))


class PrincipalAe(Network):
    """Convolutional without activations, started as a principal component analysis.

    Attributes:
        patch: side and stride of the convolution.
        channels: that are kept of each patch, at most all of its numbers.
        latent_dim: numbers in the latent; no more than half of the pictures at hand are used.
    """

    kind: Literal["principal_ae"]
    patch: Annotated[int, Field(ge=1, le=16)] = 2
    channels: Count = 48
    latent_dim: Count = 32

    @property
    def divisor(self) -> int:
        """A patch becomes one place."""
        return self.patch


ModelSpec = Annotated[
    DenseAe | DenseVae | ConvAe | ConvFcAe | ConvFcVae | ConvVae | PrincipalAe, Field(discriminator="kind")
]
