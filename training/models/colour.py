"""Colour spaces as layers: RGB in 0..1 to planes of about the same range, and back."""

from typing import Literal

import torch
from torch import Tensor, nn

Space = Literal["rgb", "grey", "lab", "opponent"]

LUMA = (0.299, 0.587, 0.114)
OPPONENT = (LUMA, (1.0, -1.0, 0.0), (0.5, 0.5, -1.0))  # brightness, red against green, yellow against blue
XYZ = ((0.412453, 0.357580, 0.180423), (0.212671, 0.715160, 0.072169), (0.019334, 0.119193, 0.950227))
WHITE = (0.950456, 1.0, 1.088754)  # D65
LAB = ((0.0, 1.16, 0.0), (5.0, -5.0, 0.0), (0.0, 2.0, -2.0))  # of cube roots, in hundredths of CIE units
LIGHTNESS_OFFSET = -0.16
CHROMA_MIDDLE = 0.5
GAMMA_KNEE, GAMMA_SLOPE, GAMMA_OFFSET, GAMMA = 0.04045, 12.92, 0.055, 2.4
LAB_KNEE, LAB_SLOPE, LAB_OFFSET = (6 / 29) ** 3, (29 / 6) ** 2 / 3, 4 / 29


class Colour(nn.Module):
    """RGB [N, 3, h, w] to the planes of a space, [N, C, h, w]; chroma is weighted and 0.5 where there is none.

    ``lab`` is CIE 1976 L*a*b* of sRGB under D65, in hundredths.
    """

    matrix: Tensor
    offset: Tensor

    def __init__(self, space: Space, chroma_weight: float) -> None:
        super().__init__()
        self.space = space
        self.channels = 1 if space == "grey" else 3
        rows = {"grey": (LUMA,), "opponent": OPPONENT, "lab": LAB}.get(space, torch.eye(3).tolist())
        weights = [1.0] if space in {"rgb", "grey"} else [1.0, chroma_weight, chroma_weight]
        self.weights = torch.tensor(weights)[:, None, None]
        offsets = {
            "opponent": [0.0, CHROMA_MIDDLE, CHROMA_MIDDLE],
            "lab": [LIGHTNESS_OFFSET, CHROMA_MIDDLE, CHROMA_MIDDLE],
        }
        self.register_buffer("matrix", torch.tensor(rows) * torch.tensor(weights)[:, None])
        self.register_buffer("offset", torch.tensor(offsets.get(space, [0.0])))

    def forward(self, rgb: Tensor) -> Tensor:
        """Change from RGB."""
        if self.space == "rgb":
            return rgb
        mixed = _lab_roots(rgb) if self.space == "lab" else rgb
        return nn.functional.conv2d(mixed, self.matrix[:, :, None, None], self.offset)

    def restore(self, planes: Tensor) -> Tensor:
        """Change back to RGB; grey comes back as three equal channels."""
        if self.space == "rgb":
            return planes
        if self.space == "grey":
            return planes.repeat(1, 3, 1, 1)
        inverse = torch.linalg.inv(self.matrix)
        mixed = nn.functional.conv2d(planes - self.offset[:, None, None], inverse[:, :, None, None])
        return _from_lab_roots(mixed) if self.space == "lab" else mixed


def _mix(planes: Tensor, matrix: Tensor) -> Tensor:
    return nn.functional.conv2d(planes, matrix[:, :, None, None])


def _lab_roots(rgb: Tensor) -> Tensor:
    """SRGB to the cube roots of X, Y and Z relative to white, with CIE's straight line near black."""
    linear = torch.where(
        rgb <= GAMMA_KNEE,
        rgb / GAMMA_SLOPE,
        ((rgb.clamp_min(GAMMA_KNEE) + GAMMA_OFFSET) / (1 + GAMMA_OFFSET)) ** GAMMA,
    )
    xyz = _mix(linear, torch.tensor(XYZ) / torch.tensor(WHITE)[:, None])
    return torch.where(xyz > LAB_KNEE, xyz.clamp_min(LAB_KNEE) ** (1 / 3), xyz * LAB_SLOPE + LAB_OFFSET)


def _from_lab_roots(roots: Tensor) -> Tensor:
    xyz = torch.where(roots > LAB_KNEE ** (1 / 3), roots**3, (roots - LAB_OFFSET) / LAB_SLOPE)
    linear = _mix(xyz, torch.linalg.inv(torch.tensor(XYZ) / torch.tensor(WHITE)[:, None])).clamp_min(0)
    bent = (1 + GAMMA_OFFSET) * linear.clamp_min(GAMMA_KNEE / GAMMA_SLOPE) ** (1 / GAMMA) - GAMMA_OFFSET
    return torch.where(linear <= GAMMA_KNEE / GAMMA_SLOPE, linear * GAMMA_SLOPE, bent)
