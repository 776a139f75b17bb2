"""From a frame to the crops of its wells: boxes are views of it, quadrilaterals are straightened."""

from collections.abc import Mapping
from typing import Final

import cv2
import numpy as np

from service.contract.alignment.alignment import Affine
from service.contract.alignment.layout import Corners, Outline, corners_of, is_box
from service.contract.picture import Pixels

_MARGIN: Final = 2


def cut(frame: Pixels, wells: Mapping[str, Outline], matrix: Affine) -> dict[str, Pixels | None]:
    """Cut the wells of a layout out of uint8 [H, W, 3] RGB.

    A box follows the move by whole pixels and stays upright: over a well's width two degrees are less than a pixel.

    Args:
        frame: of the size of the reference.
        wells: on the reference.
        matrix: from there to the frame.

    Returns:
        uint8 [h, w, 3] a well; None for one that does not lie wholly on the frame.
    """
    return {name: _cut(frame, outline, matrix) for name, outline in wells.items()}


def _cut(frame: Pixels, outline: Outline, matrix: Affine) -> Pixels | None:
    corners = corners_of(outline)
    if is_box(outline):
        centre, size = corners.mean(axis=0), corners[2] - corners[0]
        left, top = np.rint(matrix[:, :2] @ centre + matrix[:, 2] - size / 2).astype(int).tolist()
        width, height = size.astype(int).tolist()
        return _view(frame, left, top, width, height)
    moved = (corners @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
    return _straightened(frame, moved)


def _view(frame: Pixels, left: int, top: int, width: int, height: int) -> Pixels | None:
    if left < 0 or top < 0 or left + width > frame.shape[1] or top + height > frame.shape[0]:
        return None
    return frame[top : top + height, left : left + width]


def _straightened(frame: Pixels, corners: Corners) -> Pixels | None:
    """A quadrilateral as an upright picture, as wide and high as its sides are on average."""
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    width, height = round(float(sides[[0, 2]].mean())), round(float(sides[[1, 3]].mean()))
    left, top = (np.floor(corners.min(axis=0)).astype(int)).tolist()
    right, bottom = (np.ceil(corners.max(axis=0)).astype(int)).tolist()
    if _view(frame, left, top, right - left, bottom - top) is None:
        return None
    left, top = max(0, left - _MARGIN), max(0, top - _MARGIN)
    part = frame[top : bottom + _MARGIN, left : right + _MARGIN]
    upright = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32) - 0.5
    inside = (corners - (left, top) - 0.5).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(inside, upright)
    return cv2.warpPerspective(part, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)  # type: ignore[return-value]  # 8 bits stay 8 bits
