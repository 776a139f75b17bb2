"""Other owners' products, few and large: from a folder of all kinds of files to verdicts."""

import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from service.cli import main as inspect
from service.contract.artifact import read_active, write_active
from tests.products import FAMILIES, product
from training.cli import main

NAME = "bottle"
TURNED = b"\xff\xe1\x00\x22Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00"


def drawn(seed: int, *, defective: bool = False) -> np.ndarray:
    """BGR, a quarter of the family's size."""
    family = FAMILIES[NAME]
    picture = product(family, seed, family.wrong[seed % len(family.wrong)] if defective else None)
    return cv2.cvtColor(cv2.resize(picture, (112, 112), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2BGR)


def write(path: Path, picture: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix.lower(), picture)[1].tobytes())


@pytest.fixture(scope="module")
def products(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-six good ones and six defective ones in two folders, as PNG, JPEG and BMP, and what else owners have."""
    root = tmp_path_factory.mktemp("products")
    good, leak = root / "train" / "good", root / "leak"
    for seed in range(20):
        write(good / f"{seed}{('.png', '.JPG', '.bmp')[seed % 3]}", drawn(seed))
    for seed in range(6):
        write(leak / ("scratch", "missing part")[seed % 2] / f"{seed}.PNG", drawn(seed, defective=True))
    write(good / "деталь № 1.png", drawn(20))
    write(good / "alpha.png", cv2.cvtColor(drawn(21), cv2.COLOR_BGR2BGRA))
    write(good / "deep.png", drawn(22).astype(np.uint16) * 257)
    write(good / "grey.png", cv2.cvtColor(drawn(23), cv2.COLOR_BGR2GRAY))
    write(good / "large.png", cv2.resize(drawn(24), (300, 280)))
    jpeg = cv2.imencode(".jpg", drawn(25))[1].tobytes()
    (good / "turned.jpeg").write_bytes(jpeg[:2] + TURNED + struct.pack("<I", 0) + jpeg[2:])
    (good / "torn.png").write_bytes((good / "0.png").read_bytes()[:500])
    (good / "notes.txt").write_text("not a picture")
    return root


@pytest.fixture(scope="module")
def artifacts(products: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    command = ["compare", "--quick", "--jobs", "1", "--recipes", "large_principal"]
    assert main([*command, "--data", str(products), "--out", str(out)]) == 0
    write_active(out, next(out.glob("*/manifest.json")).parent.name)
    return out


def test_what_cannot_be_read_is_named_and_the_rest_is_used(
    products: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["stress", "--data", str(products), "--show", str(tmp_path)]) == 0
    told = capsys.readouterr().err
    assert "26 good, 6 leak" in told
    assert "torn.png: the picture is truncated" in told


def test_the_artefact_is_sound_and_gives_verdicts(artifacts: Path, products: Path) -> None:
    assert inspect(["verify", str(artifacts / read_active(artifacts))]) == 0
    picture = products / "leak" / "scratch" / "0.PNG"
    assert inspect(["inspect", str(picture), "--artifacts", str(artifacts)]) in {0, 1}


def test_one_defective_picture_alone_is_a_clear_end(
    products: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for file in (products / "train" / "good").glob("*.png"):
        (tmp_path / "good").mkdir(exist_ok=True)
        (tmp_path / "good" / file.name).write_bytes(file.read_bytes())
    write(tmp_path / "leak" / "0.png", drawn(0, defective=True))
    assert main(["compare", "--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "found 1 different leak pictures (proliv/ or leak/), at least 2 are needed" in capsys.readouterr().err
