"""The cameras file: which cameras and wells are expected, how often, and with which limits of the gate."""

import tomllib
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from service.contract.alignment.layout import Layout
from service.contract.errors import SetupError
from service.contract.identifier import Id
from service.contract.manifest import GateLimits
from service.monitoring.camera_source import CameraSource

SLOWEST = 0.9
"""Frames pulled in an interval; with fewer the camera would soon count as silent."""


class CameraThreshold(BaseModel):
    """The cut that was chosen for one camera with one artefact; scores of another have another scale."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    artifact: str
    value: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Camera(BaseModel):
    """One camera: seconds between two pictures of a well, its wells, and what replaces the artefact's.

    ``threshold`` holds while its artefact is served; with any other the camera is judged by that one's own. With a
    ``layout`` whole frames can be sent, and its wells are those that are expected unless ``wells`` names others; with a
    ``source`` they are pulled.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    interval_s: Annotated[float, Field(gt=0, le=3600)]
    wells: tuple[Id, ...] = ()
    gate: GateLimits | None = None
    threshold: CameraThreshold | None = None
    layout: Layout | None = None
    source: CameraSource | None = None

    @model_validator(mode="after")
    def _expects_the_wells_of_its_layout(self) -> Self:
        if self.layout is None or self.wells:
            return self
        return self.model_copy(update={"wells": tuple(self.layout.wells)})

    @model_validator(mode="after")
    def _can_be_pulled(self) -> Self:
        if self.source is None:
            return self
        if self.layout is None:
            raise ValueError("a source needs a layout: make one with leak-inspection layout")
        rate = self.source.frames_per_second
        if rate is not None and rate * self.interval_s < SLOWEST:
            raise ValueError(f"frames_per_second is too low for interval_s: write {1 / self.interval_s:.3g} or more")
        return self


class Cameras(BaseModel):
    """The content of the cameras file.

    ``[cameras.cam-07]`` with ``interval_s = 0.29`` and ``wells = ["1a", "1b"]`` names one camera.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    cameras: dict[Id, Camera] = {}


def read_cameras(path: Path | None) -> dict[str, Camera]:
    """Read the cameras file; no file, no known cameras.

    Raises:
        SetupError: says what cannot be read.
    """
    if path is None:
        return {}
    try:
        return cameras_of(path.read_text(encoding="utf-8-sig"), path)
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"the cameras file {path} cannot be read: {error}") from error


def cameras_of(text: str, path: Path) -> dict[str, Camera]:
    """Read the text of a cameras file; ``path`` is where it stands, for whoever has to correct it.

    Raises:
        SetupError: says what cannot be read.
    """
    try:
        return Cameras.model_validate(tomllib.loads(text)).cameras
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"the cameras file {path} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise SetupError(f"the cameras file {path}: {field}: {first['msg']}") from error
