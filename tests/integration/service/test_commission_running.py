"""``leak-inspection commission --url`` guides through a running service."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from service.cli import main
from tests.pictures import jpeg
from tests.ports import free_port
from tests.served_service import served
from tests.small_artifact import THRESHOLD
from tests.wells import filmed_well

OPERATOR, ADMIN = "operator-key-01234", "admin-key-01234567"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A service with keys that has seen the camera, and was started again since."""
    keys = tmp_path / "keys"
    keys.write_text(f"operator {OPERATOR}\nadmin {ADMIN}\n")
    settings = {"archive": {"good_share": 1.0}, "keys_file": keys}
    pictures = [frame for scene in range(30) for frame in filmed_well(scene, 4, stain=15)]
    files = [("files", ("crop.jpg", jpeg(picture))) for picture in pictures]
    meta = json.dumps([{"camera_id": "cam-7", "well_id": f"{number % 8}a"} for number in range(len(pictures))])
    with served(tmp_path, **settings) as address:
        posted = httpx.post(
            f"http://{address}/v1/inspect/batch", files=files, data={"meta": meta}, headers={"X-API-Key": ADMIN}
        )
        assert posted.status_code == 200, posted.text
    with served(tmp_path, **settings) as address:
        yield f"http://{address}"


def test_it_says_what_to_do_next_arms_and_disarms(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    there = ("--url", url, "--key", ADMIN)
    assert main(["commission", "cam-7", *there]) == 0
    said = capsys.readouterr().out
    assert "cam-7: ready" in said
    assert "120 of 100, of 8 wells" in said
    assert "predicted   leak" in said
    assert "--arm --operator NAME" in said

    assert main(["commission", "cam-7", *there, "--arm", "--operator", "Anna", "--reason", "new lens"]) == 0
    assert "cam-7 is armed: its cut is" in capsys.readouterr().out
    assert main(["commission", *there]) == 0
    listed = capsys.readouterr().out
    assert "cam-7                armed" in listed
    assert "by Anna" in listed
    assert main(["commission", "cam-7", *there, "--disarm", "--operator", "Anna"]) == 0
    assert f"its cut is {THRESHOLD:.4g} again" in capsys.readouterr().out


def test_whoever_may_not_arm_is_told_so(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["commission", "cam-7", "--url", url]
    assert main([*call, "--key", OPERATOR, "--arm", "--operator", "Anna"]) == 2
    assert "403: this needs a key with the role admin" in capsys.readouterr().err
    assert main([*call, "--key", ADMIN, "--arm"]) == 2
    assert "--operator" in capsys.readouterr().err
    assert main(["commission", "cam-8", "--url", url, "--key", ADMIN]) == 2
    assert "send its pictures with camera_id=cam-8" in capsys.readouterr().err


def test_a_service_that_does_not_answer_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["commission", "cam-7", "--url", f"http://127.0.0.1:{free_port()}"]) == 2
    assert "is it running?" in capsys.readouterr().err


@pytest.mark.parametrize("options", [[], ["cam-7", "--arm", "--operator", "Anna"]])
def test_beside_the_service_nobody_is_armed(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["commission", *options]) == 2
    assert "--url" in capsys.readouterr().err
