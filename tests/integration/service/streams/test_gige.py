"""GigE Vision: the camera that viva-genicam brings, and Aravis' as one that others made."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("viva_genicam", reason="needs the extra gige")

from viva_genicam import connect_gige
from viva_genicam.testing import FakeGigeCamera

from service.contract.picture import decode
from service.streams.gige import ABSENT, TAKEN
from service.streams.order import Order
from service.streams.reader import read
from tests.collected_frames import Collected
from tests.conftest import Serve
from tests.frames import write_cameras
from tests.gige_camera import ADDRESS, SIZE, AravisCamera, gige_port, needs_aravis
from tests.integration.service.streams.test_mjpeg import decided, sample, told
from tests.integration.service.test_incidents import troubles

ORDER = Order(f"genicam:{ADDRESS}", 100.0, 1_000_000, 10_000_000)


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    with gige_port():
        yield


def received(enough: int, order: Order = ORDER) -> Collected:
    collected = Collected(enough)
    read(order, collected)
    return collected


@pytest.mark.parametrize(("resend", "lost"), [(False, 2), (True, 0)])
def test_frames_of_which_packets_are_missing_are_counted_and_never_handed_over(resend: bool, lost: int) -> None:
    with FakeGigeCamera(640, 420, 30, drop_packets=[(3, 5), (5, 2)], packet_resend=resend):
        collected = received(8)
    assert collected.lost == lost
    assert {decode(file).shape for file in collected.files} == {(420, 640, 3)}


@needs_aravis
def test_of_a_camera_that_loses_packets_whole_frames_alone_come() -> None:
    camera = AravisCamera(lost=1)
    try:
        collected = received(40)
    finally:
        camera.close()
    assert collected.lost > 0
    for file in collected.files:
        stripes = decode(file)
        assert stripes.shape == (SIZE, SIZE, 3)
        assert np.array_equal(stripes[:-1, 1:], stripes[1:, :-1])


def test_what_keeps_a_camera_from_being_opened_is_told() -> None:
    assert received(1).why() == ABSENT
    with FakeGigeCamera(640, 420, 30) as camera:
        with connect_gige(camera.device_info()):
            assert received(1).why() == TAKEN
        assert "too many pixels" in received(1, ORDER._replace(max_pixels=1000)).why()


@needs_aravis
async def test_a_camera_that_stalls_is_an_incident_and_is_opened_again(serve: Serve, tmp_path: Path) -> None:
    path = write_cameras(tmp_path)
    path.write_text(f'{path.read_text()}\n[cameras.cam-1.source]\nurl = "genicam:{ADDRESS}"\nframes_per_second = 4\n')
    camera = AravisCamera()
    try:
        async with serve(cameras_file=path) as client:
            found = await decided(client, camera_id="cam-1", reason="misaligned")
            await troubles(client, "misaligned")
            camera.stall()
            await told(client, "cam-1: nothing came for 2 s")
            camera.close()
            camera = AravisCamera()
            await troubles(client, "misaligned")
            assert await sample(client, "reconnects_total") >= 1
    finally:
        camera.close()
    assert {one["verdict"] for one in found} == {"unknown"}
