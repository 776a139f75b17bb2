"""An example set on disk: good wells and leaks of one day, and labelled pictures of another, in the usual layout."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import cv2

from service.contract.errors import DataError
from service.contract.layouts.label_list import ANNOTATION
from training.dataset.layout import Label
from training.synthetic.examples.example_wells import ExampleScene
from training.synthetic.shapes import Picture

GOOD_SCENES, GOOD_FRAMES = 60, 8
LEAK_SCENES, LEAK_FRAMES = 12, 3
SITE_SCENES, SITE_FRAMES = 24, 4
SITE_LEAK_SCENES = 4
SITE_LIGHT = 1.12
FIRST_DAY = datetime(2026, 3, 2, 6, 0, 0)  # noqa: DTZ001  # cameras write their own time into names
OTHER_DAY = FIRST_DAY + timedelta(days=12)
BETWEEN_SCENES, BETWEEN_FRAMES = timedelta(minutes=7), timedelta(seconds=2)
QUALITY = 95


class ExampleSet(NamedTuple):
    """Where the two parts lie, and how many pictures they hold together."""

    wells: Path
    site: Path
    pictures: int


class _Frame(NamedTuple):
    name: str
    picture: Picture
    label: Label


def write_example_set(root: Path, seed: int = 0) -> ExampleSet:
    """Write ``root/wells`` (``train/``, ``proliv/``) and ``root/site`` (``test/imgs/`` with its annotation).

    The same seed gives the same pictures. The site is brighter, and none of its wells is in the other part.

    Raises:
        DataError: ``root`` holds something already, or cannot be written.
    """
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise DataError(f"{root} is there already: name a new folder, so that drawings and pictures do not mix")
    wells, site = root / "wells", root / "site"
    try:
        return ExampleSet(wells, site, _write_wells(wells, seed) + _write_site(site, seed))
    except OSError as error:
        raise DataError(f"{root} cannot be written ({error.strerror}): name another folder") from error


def _write_wells(root: Path, seed: int) -> int:
    frames = [*_filmed(seed, 0, GOOD_SCENES, GOOD_FRAMES), *_leaks(seed, 1, LEAK_SCENES)]
    for frame in frames:
        _write(root / ("proliv" if frame.label is Label.LEAK else "train"), frame)
    return len(frames)


def _write_site(root: Path, seed: int) -> int:
    good = _filmed(seed, 2, SITE_SCENES, SITE_FRAMES, OTHER_DAY, SITE_LIGHT)
    frames = [*good, *_leaks(seed, 3, SITE_LEAK_SCENES, OTHER_DAY, SITE_LIGHT)]
    for frame in frames:
        _write(root / "test" / "imgs", frame)
    (root / "test" / ANNOTATION).write_text("".join(f"{frame.name} {frame.label.value}\n" for frame in frames))
    return len(frames)


def _filmed(
    seed: int, part: int, scenes: int, frames: int, day: datetime = FIRST_DAY, light: float = 1.0
) -> Iterator[_Frame]:
    for number in range(scenes):
        scene = ExampleScene.drawn(seed, part, number, light=light)
        for frame in range(frames):
            yield _Frame(_name("C", day, number, frame), scene.good(), Label.GOOD)


def _leaks(seed: int, part: int, scenes: int, day: datetime = FIRST_DAY, light: float = 1.0) -> Iterator[_Frame]:
    """Each scene is an event: a well of its own, filmed while it leaks."""
    for number in range(scenes):
        scene = ExampleScene.drawn(seed, part, number, light=light)
        for frame in range(LEAK_FRAMES):
            yield _Frame(_name("D", day, number, frame), scene.leaking(), Label.LEAK)


def _name(camera: str, day: datetime, scene: int, frame: int) -> str:
    """As the plant's cameras call their files: with their name and the time."""
    taken = day + scene * BETWEEN_SCENES + frame * BETWEEN_FRAMES
    return f"{scene + 1}_CAM_{camera}_{taken:%d-%m-%Y_%H-%M-%S}-000.jpg"


def _write(folder: Path, frame: _Frame) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    bgr = cv2.cvtColor(frame.picture, cv2.COLOR_RGB2BGR)
    (folder / frame.name).write_bytes(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes())
