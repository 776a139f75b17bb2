"""The layout of a camera: its wells on a reference frame that is kept beside the cameras file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.contract.artifact import sha256_hex
from service.contract.errors import PictureError, SetupError
from service.contract.identifier import Id
from service.contract.manifest import RelativePath, Sha256
from service.contract.picture import DEFAULT_MAX_PIXELS, Pixels, decode

MOST_WELLS = 1024
SMALLEST_SIDE = 8
FARTHEST = 65_535

Coordinate = Annotated[float, Field(ge=0, le=FARTHEST, allow_inf_nan=False)]
Place = Annotated[int, Field(ge=0, le=FARTHEST)]
Side = Annotated[int, Field(ge=SMALLEST_SIDE, le=FARTHEST)]
Point = tuple[Coordinate, Coordinate]
Box = tuple[Place, Place, Side, Side]
Quadrilateral = tuple[Point, Point, Point, Point]
Outline = Box | Quadrilateral
"""A box ``[left, top, width, height]``, or the corners of a quadrilateral, clockwise from the top left."""

Corners = NDArray[np.float32]
"""Corners of an outline [4, 2] in pixels, clockwise from the top left."""


class Layout(BaseModel):
    """Wells on a reference frame; each is one crop, so the two halves of a well are two.

    ``reference`` is a path relative to the cameras file, ``sha256`` that of the file: wells belong to that very frame.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    reference: RelativePath
    sha256: Sha256
    wells: Annotated[dict[Id, Outline], Field(min_length=1, max_length=MOST_WELLS)]

    @model_validator(mode="after")
    def _has_convex_wells(self) -> Self:
        for name, outline in self.wells.items():
            if not _is_convex(corners_of(outline)):
                raise ValueError(
                    f"{name}: four corners clockwise from the top left, {SMALLEST_SIDE} pixels apart, are expected"
                )
        return self


class Reference(NamedTuple):
    """A layout with its frame, uint8 [H, W, 3] RGB."""

    layout: Layout
    frame: Pixels


def corners_of(outline: Outline) -> Corners:
    """Return the corners of a box or quadrilateral."""
    if isinstance(outline[0], tuple):
        return np.array(outline, np.float32)
    left, top, width, height = outline
    return np.array([(left, top), (left + width, top), (left + width, top + height), (left, top + height)], np.float32)


def is_box(outline: Outline) -> bool:
    """Whether an outline is a box, which is cut out without being resampled."""
    return not isinstance(outline[0], tuple)


def reference_path(layout: Layout, folder: Path) -> Path:
    """Where the reference frame of a layout is kept, below the folder of the cameras file."""
    return folder / layout.reference


def read_reference(layout: Layout, folder: Path, max_pixels: int = DEFAULT_MAX_PIXELS) -> Reference:
    """Read the reference frame of a layout.

    Args:
        layout: names the frame and its checksum.
        folder: in which the cameras file lies.
        max_pixels: of the frame.

    Raises:
        SetupError: the frame cannot be read, is another one, or a well lies outside of it.
    """
    path = reference_path(layout, folder)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SetupError(f"the reference frame {path} cannot be read: {error.strerror}") from error
    if sha256_hex(data) != layout.sha256:
        raise SetupError(f"the reference frame {path} is not the one of its layout: make the layout again from it")
    try:
        frame = decode(data, max_pixels)
    except PictureError as error:
        raise SetupError(f"the reference frame {path}: {error}") from error
    require_inside(layout.wells, frame)
    return Reference(layout, frame)


def require_inside(wells: Mapping[str, Outline], frame: Pixels) -> None:
    """Do nothing where every well lies on the frame.

    Raises:
        SetupError: names one that does not.
    """
    height, width = frame.shape[:2]
    for name, outline in wells.items():
        right, bottom = corners_of(outline).max(axis=0).tolist()
        if right > width or bottom > height:
            raise SetupError(f"well {name} reaches beyond its reference frame of {width} x {height} pixels: move it")


def _is_convex(corners: Corners) -> bool:
    """Whether each corner turns right (y points down), and no two lie closer than the smallest side."""
    sides = np.roll(corners, -1, axis=0) - corners
    following = np.roll(sides, -1, axis=0)
    turns = sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0]
    return bool((turns > 0).all() and (np.hypot(*sides.T) >= SMALLEST_SIDE).all())
