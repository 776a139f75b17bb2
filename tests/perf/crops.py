"""The bodies that every contender gets: crops of good wells, drawn or real, as files that the load generators read.

All are crops to which the artefact answers ``no_leak``, so that a contender that answers otherwise is seen at once.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from service.contract.artifact import Artifact
from service.contract.decision import Verdict
from service.contract.detector import open_detector
from service.contract.errors import DataError
from service.contract.picture import Pixels, decode
from service.contract.stored_files.source import files_of
from training.dataset.layout import Label
from training.dataset.reading import load

COUNT = 80
MOST_DRAWN = 20
BOUNDARY = "frameboundary"
JPEG_QUALITY = 88
WIDTHS, HEIGHTS = (43, 58), (24, 41)
"""From the least up to below the last, in pixels: what a plant's layout cuts out."""


@dataclass(frozen=True, slots=True)
class Bodies:
    """Folders of bodies, numbered from 000: crops as they are, as a form with one file, as a frame of 80."""

    raw: Path
    multipart: Path
    batch: Path
    source: str


def write_bodies(root: Path, artifact: Artifact, data: Path | None) -> Bodies:
    """Draw crops, or take them from a data set, and write them in every form."""
    if data is None:
        crops, source = drawn_crops(artifact), "drawn from the artefact's golden pictures"
    else:
        crops, source = good_to(artifact, real_crops(data, 2 * COUNT), COUNT), f"real ones from {data.name}"
    bodies = Bodies(root / "raw", root / "multipart", root / "batch", source)
    _write(bodies.raw, crops)
    _write(bodies.multipart, [form("file", [crop]) for crop in crops])
    _write(bodies.batch, [form("files", _rotated(crops, start)) for start in range(0, COUNT, 10)])
    return bodies


def drawn_crops(artifact: Artifact, count: int = COUNT) -> list[bytes]:
    """Vary the golden pictures of good wells: place, light and noise differ; what the gate refuses is left out.

    Sizes are spread as a plant's are, so that no contender gains by crops of one size.

    Raises:
        SystemExit: the artefact has no golden picture of a good well, or nearly all that is drawn is none to it.
    """
    golden = [
        decode((artifact.folder / item.file).read_bytes())
        for item in artifact.manifest.golden
        if item.verdict is Verdict.NO_LEAK
    ]
    if not golden:
        raise SystemExit(f"{artifact.id} has no golden picture of a good well: export again")
    drawn = (_encode(_varied(golden[seed % len(golden)], seed)) for seed in range(MOST_DRAWN * count))
    crops = good_to(artifact, drawn, count)
    if len(crops) < count:
        raise SystemExit(f"{artifact.id} takes nearly all that is drawn for no good well: take real crops by --data")
    return crops


def real_crops(data: Path, count: int = COUNT) -> list[bytes]:
    """Draw lots among the files of good wells, as they lie in the data set.

    Raises:
        SystemExit: says in one line what is wrong with the data.
    """
    try:
        names = [group.files[0] for group in load(data).select(Label.GOOD)]
        if len(names) < count:
            raise SystemExit(f"{data} has {len(names)} good wells, and the bench needs {count}")
        chosen = set(random.Random(0).sample(names, count))
        return [file.read() for file in files_of(data) if str(file.path) in chosen]
    except DataError as error:
        raise SystemExit(str(error)) from error


def good_to(artifact: Artifact, crops: Iterable[bytes], count: int) -> list[bytes]:
    """The first crops to which the artefact answers ``no_leak``."""
    detector = open_detector(artifact)
    return list(islice((crop for crop in crops if detector.judge(decode(crop)).verdict is Verdict.NO_LEAK), count))


def form(field: str, crops: list[bytes]) -> bytes:
    """Write crops as multipart/form-data with ``BOUNDARY``."""
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="crop.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    ).encode()
    return b"".join(head + crop + b"\r\n" for crop in crops) + f"--{BOUNDARY}--\r\n".encode()


def _varied(golden: Pixels, seed: int) -> Pixels:
    noise = np.random.default_rng(seed)
    size = (int(noise.integers(*WIDTHS)), int(noise.integers(*HEIGHTS)))
    across, down = size[0] / golden.shape[1], size[1] / golden.shape[0]
    place = np.array([[across, 0, noise.uniform(-0.5, 0.5)], [0, down, noise.uniform(-0.5, 0.5)]], np.float32)
    moved = cv2.warpAffine(golden, place, size, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    lit = moved * noise.uniform(0.97, 1.03) + noise.normal(0, 1.5, moved.shape)
    return np.asarray(np.clip(np.rint(lit), 0, 255), np.uint8)


def _encode(picture: Pixels) -> bytes:
    _, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return data.tobytes()


def _rotated(crops: list[bytes], start: int) -> list[bytes]:
    return crops[start:] + crops[:start]


def _write(folder: Path, bodies: list[bytes]) -> None:
    folder.mkdir(parents=True)
    for number, body in enumerate(bodies):
        (folder / f"{number:03}").write_bytes(body)
