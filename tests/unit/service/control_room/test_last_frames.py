"""The last frame of each camera: one a camera, the newest, small, and not made more often than wanted."""

from datetime import UTC, datetime

import numpy as np
import pytest

from service.contract.crop import Crop
from service.contract.errors import NotFound
from service.contract.picture import decode
from service.control_room.last_frames import WIDEST, LastFrames
from tests.frames import png

NOW = datetime(2026, 5, 4, tzinfo=UTC)


def frame(grey: int, arrived: float, camera_id: str = "cam-1", width: int = 200) -> Crop:
    """A grey frame."""
    image = png(np.full((width // 2, width, 3), grey, np.uint8))
    return Crop(image, "0" * 64, "request", NOW, arrived, camera_id)


async def grey_of(frames: LastFrames) -> int:
    """How bright the last frame is."""
    return round(float(decode((await frames.small("cam-1")).jpeg).mean()))


async def test_the_newest_frame_is_shown_whatever_the_order_of_their_judging() -> None:
    frames = LastFrames(["cam-1"], spacing_s=0)
    for grey, arrived in ((10, 1.0), (30, 3.0), (20, 2.0)):
        frames.keep(frame(grey, arrived))
    assert abs(await grey_of(frames) - 30) <= 1


async def test_a_frame_is_not_made_small_again_before_its_time() -> None:
    frames = LastFrames(["cam-1"], spacing_s=3600)
    frames.keep(frame(10, 1.0))
    first = await frames.small("cam-1")
    frames.keep(frame(200, 2.0))
    assert await frames.small("cam-1") is first


async def test_a_wide_frame_is_made_small() -> None:
    frames = LastFrames(["cam-1"])
    frames.keep(frame(10, 1.0, width=2 * WIDEST))
    assert decode((await frames.small("cam-1")).jpeg).shape == (WIDEST // 2, WIDEST, 3)


async def test_nothing_is_kept_of_cameras_without_a_layout() -> None:
    frames = LastFrames(["cam-1"])
    frames.keep(frame(10, 1.0, "cam-2"))
    with pytest.raises(NotFound, match="cam-2 has no layout"):
        await frames.small("cam-2")
