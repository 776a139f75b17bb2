import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from service.contract.errors import DataError
from service.contract.levels import Levels
from service.contract.manifest import InputSpec
from tests.wells import good_well, write_picture, write_wells
from training.dataset.data import Dataset, pixels_of
from training.dataset.kept_pictures import PictureStore
from training.dataset.layout import Label
from training.dataset.reading import DepthRule, load
from training.dataset.splits import split
from training.gate.usable import require_usable

SPEC = InputSpec(height=32, width=48)


def write_deep(root: Path, bits: int, count: int = 12) -> Path:
    """Grey wells whose values fill so many of 16 bits."""
    (root / "good").mkdir(parents=True)
    for seed in range(count):
        grey = cv2.cvtColor(good_well(seed), cv2.COLOR_RGB2GRAY).astype(np.uint16)
        brightest = grey.max() if seed == 0 else 255
        deep = grey * ((2**bits - 1) // brightest)
        cv2.imwrite(str(root / "good" / f"{seed}.png"), deep)
    return root


def told(data: Dataset) -> str:
    return "\n".join(data.notes)


def test_folders_are_listed_with_their_labels_before_anything_is_fitted(tmp_path: Path) -> None:
    write_wells(tmp_path, good=3, leak=2)
    write_picture(tmp_path / "train" / "copy.png", good_well(0))
    assert load(tmp_path).notes == (
        "layout: by folder",
        "  folder   label  pictures  different",
        "  proliv/  leak          2          2",
        "  train/   good          4          3",
    )


def test_twelve_bits_in_sixteen_are_read_by_a_rule_that_is_said(tmp_path: Path) -> None:
    data = load(write_deep(tmp_path, 12))
    assert data.levels == Levels(black=0, white=4095)
    assert "12 pictures have 16 bits a channel" in told(data)
    assert "black is 0, white is 4095" in told(data)
    assert max(group.picture.max() for group in data.groups) > 200
    require_usable(split(data))


def test_all_sixteen_bits_are_read_by_the_upper_eight(tmp_path: Path) -> None:
    data = load(write_deep(tmp_path, 16))
    assert data.levels is None
    grey = cv2.cvtColor(good_well(0), cv2.COLOR_RGB2GRAY)
    found = next(group.picture for group in data.groups if group.files == ("good/0.png",))
    assert np.array_equal(found[..., 0], (grey.astype(np.uint16) * (65535 // int(grey.max()))) >> 8)


def test_an_artefact_says_how_deep_pictures_are_read(tmp_path: Path) -> None:
    write_deep(tmp_path, 12)
    assert load(tmp_path, rule=DepthRule(None, is_given=True)).groups[0].picture.max() < 16
    levels = Levels(black=0, white=8191)
    assert load(tmp_path, rule=DepthRule(levels, is_given=True)).groups[0].picture.max() < 129


def test_pictures_that_every_gate_refuses_end_before_anything_is_fitted(tmp_path: Path) -> None:
    data = load(write_deep(tmp_path, 12), rule=DepthRule(None, is_given=True))
    with pytest.raises(DataError, match=r"would refuse \d+ of \d+ good pictures, most as input_black"):
        require_usable(split(data))


@pytest.mark.parametrize("suffix", [".bmp", ".tif", ".webp"])
def test_types_that_the_service_refuses_are_read_and_said(suffix: str, tmp_path: Path) -> None:
    (tmp_path / "good").mkdir()
    write_picture(tmp_path / "good" / f"a{suffix}", good_well(1))
    data = load(tmp_path)
    assert data.groups[0].picture.shape == (27, 48, 3)
    assert "refused by the service, which takes JPEG and PNG: 1 " in told(data)


@pytest.mark.parametrize("suffix", [".bmp", ".tif", ".webp", ".png", ".jpg"])
def test_a_damaged_file_of_any_type_is_skipped_with_its_reason(suffix: str, tmp_path: Path) -> None:
    write_wells(tmp_path, good=2, leak=1)
    path = tmp_path / "train" / f"torn{suffix}"
    write_picture(path, good_well(5))
    path.write_bytes(path.read_bytes()[:40])
    assert [line.partition(":")[0] for line in load(tmp_path).skipped] == [f"train/torn{suffix}"]


def test_large_pictures_are_decoded_when_needed_and_give_the_same(tmp_path: Path) -> None:
    for seed in range(3):
        (tmp_path / "good").mkdir(exist_ok=True)
        write_picture(tmp_path / "good" / f"{seed}.png", good_well(seed, 300, 400))
    whole, lazy = load(tmp_path), load(tmp_path, store=PictureStore(0))
    for one, other in zip(whole.groups, lazy.groups, strict=True):
        assert (one.key, one.files, one.size, one.brightness) == (other.key, other.files, other.size, other.brightness)
        for name in ("picture", "small", "coarse"):
            assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert np.array_equal(pixels_of(whole.groups, SPEC), pixels_of(lazy.groups, SPEC))
    assert lazy.groups[0].small.shape == (144, 192, 3)


def test_a_large_picture_that_changes_meanwhile_is_refused(tmp_path: Path) -> None:
    (tmp_path / "good").mkdir()
    write_picture(tmp_path / "good" / "a.png", good_well(1, 300, 400))
    (group,) = load(tmp_path, store=PictureStore(0)).groups
    write_picture(tmp_path / "good" / "a.png", good_well(2, 300, 400))
    with pytest.raises(DataError, match=r"good/a\.png changed while it was used"):
        _ = group.picture


def test_a_name_that_is_no_text_is_kept_printable(tmp_path: Path) -> None:
    write_wells(tmp_path, good=2, leak=1)
    (tmp_path / "train" / "0000.png").rename(tmp_path / "train" / os.fsdecode(b"\xe3\xee\xe4.png"))
    files = [name for group in load(tmp_path).select(Label.GOOD) for name in group.files]
    assert r"train/\xe3\xee\xe4.png" in files
    assert all(name.encode() for name in files)
