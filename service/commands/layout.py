"""``leak-inspection layout``: proposes the wells of a camera from frames of its table."""

import argparse
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2

from service.commands import Commands
from service.contract.alignment.aligner import Aligner
from service.contract.alignment.layout import Box, Layout, Reference
from service.contract.alignment.proposal.proposal import propose
from service.contract.artifact import sha256_hex
from service.contract.errors import PictureError, SetupError
from service.contract.header.header import PNG_START
from service.contract.picture import Pixels, decode
from service.contract.stored_files.durable_file import write_durably
from service.monitoring.cameras_file import cameras_of

YELLOW = (255, 255, 0)


def add_to(commands: Commands) -> None:
    parser = commands.add_parser("layout", help="propose the wells of a camera from frames of its table")
    parser.add_argument("frames", nargs="+", type=Path, metavar="FRAME", help="JPEG or PNG; the first is the reference")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="cameras file to add it to")
    parser.add_argument("--camera", default="cam-1", metavar="CAMERA", help="its camera_id (cam-1)")
    parser.add_argument(
        "--interval-s", type=float, default=1.0, metavar="S", help="seconds between two frames, for a new camera (1)"
    )
    parser.add_argument("--preview", type=Path, metavar="PNG", help="draw the boxes over the reference, to look at")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Add the layout to the cameras file, with its reference beside it; nothing is written where anything is wrong.

    Raises:
        SetupError: a frame cannot be read, shows no rows of wells or too little of the table, the camera has a layout
            already, or a file cannot be written.
    """
    data = [_read(path) for path in options.frames]
    frames = [_decoded(path, each) for path, each in zip(options.frames, data, strict=True)]
    wells = propose(frames)
    suffix = ".png" if data[0].startswith(PNG_START) else ".jpg"
    name = options.camera.replace(":", "-").lstrip(".")
    reference = options.output.with_name(f"{name}-{sha256_hex(data[0])[:8]}{suffix}")
    text = _extended(options.output, options.camera, options.interval_s, reference.name, sha256_hex(data[0]), wells)
    layout = Layout(reference=reference.name, sha256=sha256_hex(data[0]), wells={**wells})
    Aligner(Reference(layout, frames[0]))  # refuses a frame on which nothing could be found again
    try:
        reference.write_bytes(data[0])
        write_durably(options.output, text)
        if options.preview is not None:
            options.preview.write_bytes(_preview(frames[0], wells))
    except OSError as error:
        raise SetupError(f"{error.filename} cannot be written: {error.strerror}") from error
    print(f"{options.output}: {len(wells)} halves of wells for {options.camera}, reference {reference.name}")
    print("Look at them before anything is armed: move or remove what is no well (--preview draws them).")
    return 0


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SetupError(f"{path} cannot be read: {error.strerror}") from error


def _decoded(path: Path, data: bytes) -> Pixels:
    try:
        return decode(data)
    except PictureError as error:
        raise SetupError(f"{path}: {error}") from error


def _extended(path: Path, camera: str, interval_s: float, reference: str, sha256: str, wells: Mapping[str, Box]) -> str:
    """The cameras file with the layout at its end, read once more as the service will read it."""
    before = _text(path)
    known = tomllib.loads(before).get("cameras", {}) if before else {}
    if "layout" in known.get(camera, {}):
        raise SetupError(f"{path}: {camera} has a layout already: remove it there first, or name another file")
    lines = [before.rstrip("\n"), ""] if before.strip() else []
    lines += [] if camera in known else [f"[cameras.{_key(camera)}]", f"interval_s = {interval_s:g}", ""]
    lines += [f"[cameras.{_key(camera)}.layout]", f'reference = "{reference}"', f'sha256 = "{sha256}"', ""]
    lines += [f"[cameras.{_key(camera)}.layout.wells]", *_entries(wells)]
    text = "\n".join(lines) + "\n"
    cameras_of(text, path)
    return text


def _text(path: Path) -> str:
    if not path.exists():
        return ""
    try:
        text = _read(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SetupError(f"the cameras file {path} cannot be read: {error}") from error
    cameras_of(text, path)
    return text


def _entries(wells: Mapping[str, Box]) -> Sequence[str]:
    return [f"{_key(name)} = [{', '.join(map(str, box))}]" for name, box in wells.items()]


def _key(name: str) -> str:
    """A name as a key: dots and colons have to be quoted."""
    return name if name.replace("-", "").replace("_", "").isalnum() else f'"{name}"'


def _preview(frame: Pixels, wells: Mapping[str, Box]) -> bytes:
    picture = frame.copy()
    for name, (left, top, width, height) in wells.items():
        cv2.rectangle(picture, (left, top), (left + width, top + height), YELLOW, 1)
        cv2.putText(picture, name, (left, top - 3), cv2.FONT_HERSHEY_SIMPLEX, 0.4, YELLOW, 1)
    return cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1].tobytes()
