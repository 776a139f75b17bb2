"""Pictures of wells, drawn: for tests, which may not hold real ones."""

from pathlib import Path

import cv2
import numpy as np

from service.contract.picture import Pixels

GREEN = (108, 136, 118)
RIM = (70, 90, 80)
METAL = (235, 235, 225)


def good_well(seed: int, height: int = 27, width: int = 48) -> Pixels:
    """A greenish ellipse on a plate, uint8 [H, W, 3] RGB; the seed moves light and place a little."""
    random = np.random.default_rng(seed)
    picture = np.full((height, width, 3), GREEN, np.float32)
    centre = (width // 2 + int(random.integers(-1, 2)), height // 2 + int(random.integers(-1, 2)))
    cv2.ellipse(picture, centre, (width * 2 // 5, height * 2 // 5), 0, 0, 360, RIM, 2)
    picture = cv2.GaussianBlur(picture, (5, 5), 1.0) * random.uniform(0.9, 1.1)
    picture += random.normal(0, 2, picture.shape).astype(np.float32)
    return np.clip(picture, 0, 255).astype(np.uint8)


def leaking_well(seed: int, height: int = 27, width: int = 48) -> Pixels:
    """A good well with ragged bright metal over its middle."""
    random = np.random.default_rng(seed)
    picture = good_well(seed, height, width)
    middle = np.array([width / 2, height / 2])
    corners = middle + random.uniform(-0.35, 0.35, (7, 2)) * (width, height)
    cv2.fillPoly(picture, [corners.astype(np.int32)], METAL)
    return picture


def filmed_well(scene: int, frames: int, height: int = 27, width: int = 48, stain: float = 40) -> list[Pixels]:
    """Frames of one well, nearly equal; another scene is another well with stains of its own, so strong at most."""
    random = np.random.default_rng([7, scene])
    stains = cv2.resize(random.uniform(-stain, stain, (4, 6, 3)), (width, height), interpolation=cv2.INTER_CUBIC)
    well = good_well(scene, height, width) + stains
    return [np.clip(well + random.normal(0, 1, well.shape), 0, 255).astype(np.uint8) for _ in range(frames)]


def write_wells(root: Path, good: int = 60, leak: int = 8, suffix: str = ".png") -> Path:
    """A data folder with ``train/`` and ``proliv/`` of drawn wells."""
    for folder, draw, count in (("train", good_well, good), ("proliv", leaking_well, leak)):
        (root / folder).mkdir(parents=True)
        for seed in range(count):
            write_picture(root / folder / f"{seed:04}{suffix}", draw(seed))
    return root


def write_picture(path: Path, picture: Pixels) -> None:
    """Encode RGB by the suffix of the path."""
    path.write_bytes(_encoded(path.suffix, picture))


def _encoded(suffix: str, picture: Pixels) -> bytes:
    return cv2.imencode(suffix, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1].tobytes()
