"""Whole frames of a casting table, drawn: for tests, which may not hold real ones."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from service.contract.alignment.layout import Layout, Reference
from service.contract.artifact import sha256_hex
from service.contract.picture import Pixels
from tests.pictures import encoded
from tests.wells import GREEN, good_well, leaking_well

SIZE = 640, 420
ROWS, COLUMNS = 3, 6
PITCH = 80, 90
FIRST = 84, 100
WELL = 48, 27


def places() -> dict[str, tuple[int, int, int, int]]:
    """The wells of the drawn table, as boxes by their names."""
    return {
        f"{row * COLUMNS + column + 1}a": (FIRST[0] + column * PITCH[0], FIRST[1] + row * PITCH[1], *WELL)
        for row in range(ROWS)
        for column in range(COLUMNS)
    }


def drawn_frame(leaks: tuple[str, ...] = (), seed: int = 0) -> Pixels:
    """A table with stains and edges in a darker hall, uint8 [H, W, 3] RGB; another seed fills the wells anew."""
    frame = _table()
    for number, (name, (left, top, width, height)) in enumerate(places().items()):
        draw = leaking_well if name in leaks else good_well
        well = draw(1000 * seed + number, height, width)
        light = np.mean(GREEN) / well[[0, 0, -1, -1], [0, -1, 0, -1]].mean()
        frame[top : top + height, left : left + width] = np.clip(well * light, 0, 255)
    return frame


def _table() -> Pixels:
    random = np.random.default_rng(11)
    hall = np.asarray(cv2.resize(random.uniform(20, 70, (14, 20, 3)), SIZE, interpolation=cv2.INTER_CUBIC))
    plate = np.full((SIZE[1], SIZE[0], 3), GREEN, np.float32)
    for _ in range(420):
        centre = tuple(int(value) for value in random.integers((0, 0), SIZE))
        shade = tuple(float(value) + float(random.uniform(-28, 28)) for value in GREEN)
        axes = tuple(int(value) for value in random.integers(2, 9, 2))
        cv2.ellipse(plate, centre, axes, float(random.uniform(0, 180)), 0, 360, shade, -1)
    hall[50:390, 40:600] = cv2.GaussianBlur(plate, (3, 3), 0)[50:390, 40:600]
    noisy: Pixels = np.clip(hall + random.normal(0, 1, hall.shape), 0, 255).astype(np.uint8)
    return noisy


def reference(frame: Pixels | None = None) -> Reference:
    """The drawn table with its layout."""
    layout = Layout.model_validate({"reference": "table.png", "sha256": "0" * 64, "wells": places()})
    return Reference(layout, drawn_frame() if frame is None else frame)


def moved(frame: Pixels, right: float = 0, down: float = 0, turn: float = 0, light: float = 1) -> Pixels:
    """A frame turned clockwise about its centre, then moved, then dimmed, with the noise of another exposure."""
    size = frame.shape[1], frame.shape[0]
    matrix = cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), -turn, 1)
    matrix[:, 2] += np.array((right, down))
    warped = cv2.warpAffine(frame, matrix, size, flags=cv2.INTER_CUBIC).astype(np.float32)
    noise = np.random.default_rng(5).normal(0, 2, warped.shape)
    exposed: Pixels = np.clip(warped * light + noise, 0, 255).astype(np.uint8)
    return exposed


def png(frame: Pixels) -> bytes:
    """Encode RGB pixels without loss."""
    return encoded(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))


def write_cameras(folder: Path, camera_id: str = "cam-1") -> Path:
    """A cameras file with the layout of the drawn table, and its reference frame beside it."""
    data = png(drawn_frame())
    (folder / "table.png").write_bytes(data)
    wells = "\n".join(f"{name} = {list(box)}" for name, box in places().items())
    path = folder / "cameras.toml"
    path.write_text(
        f'[cameras.{camera_id}]\ninterval_s = 1\n[cameras.{camera_id}.layout]\nreference = "table.png"\n'
        f'sha256 = "{sha256_hex(data)}"\n[cameras.{camera_id}.layout.wells]\n{wells}\n'
    )
    return path


SPOOLS_SIZE = 900, 560
SPOOL = 60, 34
_SPOOL_ROWS = ((150, 0), (380, 24))


def spools() -> list[tuple[int, int, int, int]]:
    """The halves of the wells of ``spool_frame``, as boxes."""
    return [box for upper, lower in _spools() for box in (upper, lower)]


def spool_frame(empty: tuple[int, ...] = ()) -> Pixels:
    """A table with two rows of seven spool-shaped wells, uint8 [H, W, 3] RGB; those named by number are empty."""
    random = np.random.default_rng(3)
    stains = np.asarray(cv2.resize(random.uniform(-14, 14, (40, 60, 3)), SPOOLS_SIZE, interpolation=cv2.INTER_CUBIC))
    frame = np.full(stains.shape, 45, np.float32)
    frame[60:500, 40:860] = GREEN
    for down, _ in _SPOOL_ROWS:
        frame[down + 22 : down + 44, 40:860] = (78, 100, 104)
    for number, halves in enumerate(_spools()):
        for half, box in enumerate(halves):
            _draw_half(frame, box, half == 0, number in empty, random)
    noisy: Pixels = np.clip(frame + stains + random.normal(0, 1.5, frame.shape), 0, 255).astype(np.uint8)
    return noisy


def off_px(box: Sequence[float], other: Sequence[float]) -> float:
    """How far the edges of two boxes are apart, at most."""
    (left, top, width, height), (x, y, across, down) = box, other
    return max(abs(left - x), abs(top - y), abs(left + width - x - across), abs(top + height - y - down))


def _spools() -> list[tuple[tuple[int, int, int, int], tuple[int, int, int, int]]]:
    width, height = SPOOL
    return [
        (
            (90 + column * 105 + aside, down - height // 2, width, height),
            (84 + column * 107 + aside, down + 46, width, height),
        )
        for down, aside in _SPOOL_ROWS
        for column in range(7)
    ]


def _draw_half(
    frame: np.ndarray, box: tuple[int, int, int, int], upper: bool, empty: bool, random: np.random.Generator
) -> None:
    left, top, width, height = box
    centre, axes = (left + width // 2, top + height // 2), (width // 2 - 2, height // 2 - 1)
    cv2.ellipse(frame, centre, axes, 0, 0, 360, (66, 86, 92), -1)
    if empty:
        return
    shade = tuple(float(value) * float(random.uniform(0.96, 1.08)) for value in GREEN)
    filling = (centre[0], centre[1] + 10) if upper else (centre[0], centre[1] - 1)
    cv2.ellipse(frame, filling, (width // 2 - 8, height // 2 - 2), 0, 0, 360, shade, -1)
