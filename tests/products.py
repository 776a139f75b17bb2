"""Pictures of other owners' products, drawn: textures and objects, good and defective.

``python -m tests.products DIR`` writes a data folder for each family below DIR; the same families and seeds always
give the same pictures.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tests import product_defects as defects
from tests.product_defects import Defect, Picture

Size = tuple[int, int]
Draw = Callable[[Size, np.random.Generator], Picture]


def leather(size: Size, random: np.random.Generator) -> Picture:
    """Brown, with grains of many sizes and dark creases between them."""
    grain = _noise(size, 2.5, random) + 0.8 * _noise(size, 6, random)
    creases = np.abs(_noise(size, 5, random))
    return _coloured(0.5 * grain + 1.3 * np.minimum(creases, 0.6) + 0.25 * _noise(size, 60, random), (126, 84, 60), 9)


def carpet(size: Size, random: np.random.Generator) -> Picture:
    """Grey loops in rows, none exactly like the next."""
    y, x = _places(size)
    x, y = x + 1.2 * _noise(size, 12, random), y + 1.2 * _noise(size, 12, random)
    phases = random.uniform(0, 2 * np.pi, 2)
    loops = np.sin(x * 0.9 + phases[0]) * np.sin(y * 0.7 + phases[1]) + 0.7 * _noise(size, 1.2, random)
    return _coloured(loops, (120, 120, 120), 20)


def grid(size: Size, random: np.random.Generator) -> Picture:
    """A wire mesh on a light ground, shifted and turned a little."""
    y, x = _turned(size, random.uniform(-0.03, 0.03), random.uniform(0, 40, 2))
    pitch = size[0] / 12
    wires = [np.abs((axis / pitch) % 1 - 0.5) < 0.11 for axis in (x, y)]
    return _coloured(cv2.GaussianBlur((wires[0] | wires[1]).astype(np.float32), (0, 0), 1.2), (190, 190, 190), -110)


def wood(size: Size, random: np.random.Generator) -> Picture:
    """Long grain along the picture, in bands that wander."""
    y, x = _places(size)
    rings = y * 0.11 + 3.5 * _noise(size, 70, random) + 0.004 * x + random.uniform(0, 9)
    fibres = cv2.GaussianBlur(random.normal(0, 1, size).astype(np.float32), (0, 0), sigmaX=14, sigmaY=0.8)
    return _coloured(np.sin(rings) + 0.9 * fibres / fibres.std(), (176, 128, 84), 11)


def brushed(size: Size, random: np.random.Generator) -> Picture:
    """Grey metal with fine parallel marks and a broad sheen."""
    marks = cv2.GaussianBlur(random.normal(0, 1, size).astype(np.float32), (0, 0), sigmaX=40, sigmaY=0.7)
    x = _places(size)[1] / size[1]
    sheen = np.cos((x - random.uniform(0.4, 0.6)) * 3)
    return _coloured(marks / marks.std() + 4 * sheen, (128, 128, 128), 8)


def nut(size: Size, random: np.random.Generator) -> Picture:
    """Six corners and a hole on a dark ground, turned at random."""
    y, x = _turned(size, random.uniform(0, 2 * np.pi), random.normal(0, 7, 2))
    away, angle = np.hypot(x, y) / size[0], np.arctan2(y, x)
    side = away * np.cos((angle + np.pi / 6) % (np.pi / 3) - np.pi / 6)
    body = _soft(0.34 - side, size) * _soft(away - 0.15, size)
    shine = (
        1
        + 0.12 * np.cos(2 * angle + 2)
        + 0.05 * np.sin(away * 160)
        + 0.05 * _noise(size, 2, random)
        + 0.2 * _noise(size, 50, random)
    )
    return _coloured(body * shine, (28, 30, 34), 130) + random.normal(0, 3, (*size, 1)).astype(np.float32)


def bottle(size: Size, random: np.random.Generator) -> Picture:
    """The mouth of a brown bottle from above: rings around a dark middle."""
    y, x = _turned(size, random.uniform(0, 2 * np.pi), random.normal(0, 9, 2))
    away = np.hypot(x, y) / size[0]
    profile = _soft(0.42 - away, size) * (0.25 + 0.5 * np.exp(-(((away - 0.33) / 0.03) ** 2)) + 0.25 * (away > 0.25))
    shine = 1 + 0.05 * np.cos(np.arctan2(y, x) * 2) + 0.04 * _noise(size, 3, random) + 0.2 * _noise(size, 45, random)
    return np.asarray(235 - _coloured(profile * shine, (0, 0, 0), 1) * (130, 190, 220), np.float32)


def screw(size: Size, random: np.random.Generator) -> Picture:
    """A threaded rod with a head, shifted and turned a little, grey on light."""
    y, x = _turned(size, random.uniform(-0.25, 0.25), random.normal(0, 0.02 * size[0], 2))
    x, y = x / size[1], y / size[1]
    width = np.where(x < -0.24, 0.085, 0.04 + 0.009 * np.sin((x + 0.1 * y) * 230) * (x > -0.05))
    body = _soft(width - np.abs(y), size) * _soft(0.36 - np.abs(x), size)
    shade = 0.55 + 0.35 * (y / 0.09) + 0.05 * _noise(size, 2, random)
    return _coloured(body * shade, (205, 205, 205), -150) + random.normal(0, 2, (*size, 1)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Family:
    """A product: how it is drawn, how it is stored, and what may be wrong with it.

    ``reach`` is the share of the picture, around its middle, where defects lie; ``light`` the spread of brightness.
    """

    draw: Draw
    size: Size
    suffix: str
    wrong: tuple[Defect, ...]
    good: int
    defective: int
    grey: bool = False
    reach: float = 0.8
    light: float = 0.03


FAMILIES = {
    "leather": Family(
        leather, (320, 320), ".jpg", (defects.cut, defects.stain, defects.discolouration, defects.hole), 180, 44
    ),
    "carpet": Family(
        carpet,
        (256, 256),
        ".png",
        (defects.hole, defects.thread, defects.cut, defects.discolouration),
        160,
        40,
        grey=True,
    ),
    "grid": Family(grid, (400, 400), ".png", (defects.bent, defects.missing, defects.thread), 150, 36, grey=True),
    "wood": Family(wood, (480, 512), ".jpg", (defects.scratch, defects.hole, defects.stain), 140, 40),
    "brushed": Family(brushed, (600, 1000), ".bmp", (defects.scratch, defects.stain), 90, 30, grey=True),
    "nut": Family(nut, (350, 350), ".png", (defects.bent, defects.scratch, defects.missing), 200, 50, reach=0.5),
    "bottle": Family(bottle, (450, 450), ".jpeg", (defects.missing, defects.stain, defects.cut), 120, 40, reach=0.6),
    "screw": Family(
        screw, (300, 640), ".PNG", (defects.scratch, defects.bent, defects.missing), 250, 60, grey=True, reach=0.45
    ),
}


def product(family: Family, seed: int, defect: Defect | None = None) -> NDArray[np.uint8]:
    """One picture: uint8 [H, W, 3] RGB, or [H, W] where the family is grey."""
    random = np.random.default_rng([seed, defect is not None])
    picture = family.draw(family.size, random)
    if defect is not None:
        height, width = family.size
        across, down = 0.5 + random.uniform(-0.5, 0.5, 2) * family.reach
        picture = defect(picture, (across * width, down * height), random)
    picture = picture * random.normal(1, family.light) + random.normal(0, 2, (*family.size, 1))
    shown = np.clip(picture, 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(shown, cv2.COLOR_RGB2GRAY) if family.grey else shown, np.uint8)


def write_product(root: Path, name: str) -> Path:
    """A data folder of a family: ``train/good/`` and one folder a defect below ``leak/``."""
    family = FAMILIES[name]
    for seed in range(family.good):
        _write(root / "train" / "good" / f"{seed:03}{family.suffix}", product(family, seed))
    for seed in range(family.defective):
        defect = family.wrong[seed % len(family.wrong)]
        _write(root / "leak" / defect.__name__ / f"{seed:03}{family.suffix}", product(family, seed, defect))
    return root


def _write(path: Path, picture: NDArray[np.uint8]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    stored = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    path.write_bytes(cv2.imencode(path.suffix, stored)[1].tobytes())


def _places(size: Size) -> tuple[Picture, Picture]:
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
    return y, x


def _turned(
    size: Size, angle: float, shift: NDArray[np.float64] | tuple[float, float] = (0, 0)
) -> tuple[Picture, Picture]:
    """Places in pixels from the middle, shifted and turned."""
    y, x = _places(size)
    y, x = y - size[0] / 2 - shift[0], x - size[1] / 2 - shift[1]
    turned = np.cos(angle) * y + np.sin(angle) * x, np.cos(angle) * x - np.sin(angle) * y
    return turned[0].astype(np.float32), turned[1].astype(np.float32)


def _noise(size: Size, scale: float, random: np.random.Generator) -> Picture:
    """Smooth noise with spread 1 and structures of about ``scale`` pixels."""
    small = [max(2, round(side / scale)) + 2 for side in size]
    field = cv2.resize(random.normal(0, 1, small).astype(np.float32), size[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(field / field.std(), np.float32)


def _soft(inside: Picture, size: Size) -> Picture:
    """1 where positive, 0 where negative, in shares of the height; two pixels wide between."""
    return np.clip(inside * size[0] / 2 + 0.5, 0, 1)


def _coloured(pattern: NDArray[np.floating], colour: tuple[int, int, int], contrast: float) -> Picture:
    return np.asarray(np.array(colour, np.float32) + contrast * pattern[..., None], np.float32)


if __name__ == "__main__":
    for family_name in FAMILIES:
        print(write_product(Path(sys.argv[1]) / family_name, family_name))  # noqa: T201  # a command prints
