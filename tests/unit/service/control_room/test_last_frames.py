"""The last frame of each camera: one a camera, the newest, small, and not made more often than wanted."""

from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from service.contract.alignment.aligner import Aligner
from service.contract.alignment.layout import Layout, Reference
from service.contract.crop import Crop
from service.contract.errors import NotFound
from service.contract.picture import Pixels, decode
from service.control_room.last_frames import WIDEST, LastFrames
from tests.frames import SIZE, drawn_frame, png, reference

NOW = datetime(2026, 5, 4, tzinfo=UTC)
TABLE = drawn_frame()


ALIGNERS = {"cam-1": Aligner(reference())}


def frame(light: float, arrived: float, camera_id: str = "cam-1", picture: Pixels = TABLE) -> Crop:
    """The drawn table in more or less light."""
    image = png((picture * light).astype(np.uint8))
    return Crop(image, "0" * 64, "request", NOW, arrived, camera_id)


async def light_of(frames: LastFrames) -> float:
    """How bright the last frame is, beside the drawn table."""
    return float(decode((await frames.small("cam-1")).jpeg).mean() / TABLE.mean())


async def test_the_newest_frame_is_shown_whatever_the_order_of_their_judging() -> None:
    frames = LastFrames(ALIGNERS, spacing_s=0)
    for light, arrived in ((0.6, 1.0), (1.0, 3.0), (0.8, 2.0)):
        frames.keep(frame(light, arrived))
    assert await light_of(frames) == pytest.approx(1.0, abs=0.02)


async def test_a_frame_is_not_made_small_again_before_its_time() -> None:
    frames = LastFrames(ALIGNERS, spacing_s=3600)
    frames.keep(frame(0.5, 1.0))
    first = await frames.small("cam-1")
    frames.keep(frame(1.0, 2.0))
    assert await frames.small("cam-1") is first


async def test_a_wide_frame_is_made_small() -> None:
    wide = np.asarray(cv2.resize(TABLE, (2 * WIDEST, WIDEST)), np.uint8)
    layout = Layout.model_validate({"reference": "t.png", "sha256": "0" * 64, "wells": {"1a": (600, 300, 90, 60)}})
    frames = LastFrames({"cam-1": Aligner(Reference(layout, wide))})
    frames.keep(frame(1.0, 1.0, picture=wide))
    assert decode((await frames.small("cam-1")).jpeg).shape == (WIDEST // 2, WIDEST, 3)


async def test_a_frame_that_has_moved_is_shown_with_its_wells_where_the_layout_has_them() -> None:
    moved = np.asarray(cv2.warpAffine(TABLE, np.array([[1, 0, 9], [0, 1, -6.0]]), SIZE), np.uint8)
    frames = LastFrames(ALIGNERS)
    frames.keep(frame(1.0, 1.0, picture=moved))
    shown = decode((await frames.small("cam-1")).jpeg)
    inner = np.s_[60:-60, 60:-60]
    apart = [np.abs(other[inner].astype(int) - TABLE[inner]).mean() for other in (shown, moved)]
    assert apart[0] < apart[1] / 2


async def test_a_frame_whose_table_is_not_found_is_shown_as_it_is() -> None:
    frames = LastFrames(ALIGNERS)
    frames.keep(frame(1.0, 1.0, picture=np.full_like(TABLE, 120)))
    assert np.abs(decode((await frames.small("cam-1")).jpeg).astype(int) - 120).max() <= 2


async def test_nothing_is_kept_of_cameras_without_a_layout() -> None:
    frames = LastFrames(ALIGNERS)
    frames.keep(frame(1.0, 1.0, "cam-2"))
    with pytest.raises(NotFound, match="cam-2 has no layout"):
        await frames.small("cam-2")
