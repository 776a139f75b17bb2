"""``leak-inspection doctor`` asks each pulled camera for a frame, and the broker whether it lets the service in."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr

from service.diagnosis.diagnosis import diagnose
from service.diagnosis.finding import Finding, State
from service.diagnosis.streams import check_streams
from service.diagnosis.surroundings import check_broker
from service.settings import Settings
from tests.frames import drawn_frame, moved, write_cameras
from tests.mjpeg_camera import MjpegCamera
from tests.mosquitto_server import PASSWORD, USER, MosquittoServer, mosquitto
from tests.pictures import jpeg
from tests.ports import free_port

pytest.importorskip("av", reason="needs the extra streams")


def stream(settings: Settings, folder: Path, port: int) -> Finding:
    path = write_cameras(folder)
    path.write_text(f'{path.read_text()}\n[cameras.cam-1.source]\nurl = "http://127.0.0.1:{port}/"\n')
    (found,) = check_streams(settings.model_copy(update={"cameras_file": path}))
    return found


@pytest.mark.parametrize(
    ("frame", "state", "said"),
    [
        (drawn_frame(), State.OK, "a frame of 640 x 420 comes, moved by"),
        (moved(drawn_frame(), 60, 0), State.FAILED, "a frame of 640 x 420 comes, and "),
        (drawn_frame()[:400], State.FAILED, "a frame of 640 x 400 comes, its reference has 640 x 420"),
    ],
)
def test_a_frame_is_taken_and_held_against_the_layout(
    settings: Settings, tmp_path: Path, frame: np.ndarray, state: State, said: str
) -> None:
    picture = jpeg(frame)
    camera = MjpegCamera(lambda: picture)
    try:
        found = stream(settings, tmp_path, camera.port)
    finally:
        camera.close()
    assert (found.check, found.state) == ("stream of cam-1", state)
    assert found.text.startswith(said)
    assert found.remedy or state is State.OK


def test_a_camera_that_does_not_answer_is_told_with_what_to_do(settings: Settings, tmp_path: Path) -> None:
    found = stream(settings, tmp_path, free_port())
    assert found.state is State.FAILED
    assert (found.text, found.remedy) == (
        "the camera refuses the connection",
        "correct host and port, or start it",
    )


def test_without_a_source_there_is_no_line(settings: Settings, tmp_path: Path) -> None:
    own = settings.model_copy(update={"cameras_file": write_cameras(tmp_path), "port": free_port()})
    assert not [finding for finding in diagnose(own) if finding.check.startswith("stream of")]


@pytest.fixture
def broker() -> Iterator[MosquittoServer]:
    with mosquitto(secured=True) as server:
        yield server


def test_a_broker_is_asked_whether_it_lets_the_service_in(settings: Settings, broker: MosquittoServer) -> None:
    pytest.importorskip("aiomqtt", reason="needs the extra mqtt")
    changes = {"url": broker.url, "ca_file": broker.certificate, "username": USER, "password": SecretStr(PASSWORD)}
    known = settings.mqtt.model_copy(update=changes)

    def found(**changed: object) -> list[Finding]:
        mqtt = known.model_copy(update=changed)
        return [*check_broker(settings.model_copy(update={"mqtt": mqtt}))]

    login, certificate = found()
    assert (login.state, certificate.check) == (State.OK, "mqtt certificate")
    assert certificate.text.startswith("holds until")
    refused, _ = found(password=SecretStr("wr0ng"))
    assert refused.state is State.FAILED
    assert "authori" in refused.text.lower()
    assert "wr0ng" not in refused.text + refused.remedy
    (untrusted,) = found(ca_file=None)
    assert untrusted.state is State.FAILED
    assert "certificate" in untrusted.text.lower()
