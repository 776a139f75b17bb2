from datetime import timedelta
from pathlib import Path

import pytest

from service.contract.artifact import sha256_hex
from service.contract.decision import Decision, Verdict
from service.contract.errors import PictureGone
from service.record.archive.folder import ArchiveFolder
from tests.decisions import START, a_decision

JPEG = b"\xff\xd8\xff" + b"a picture" + b"\xff\xd9"


def decision_on(data: bytes, verdict: Verdict = Verdict.LEAK) -> Decision:
    return a_decision(verdict, image_sha256=sha256_hex(data), received_at=START)


@pytest.mark.parametrize(
    ("data", "suffix", "media_type"),
    [
        (JPEG, ".jpg", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR...", ".png", "image/png"),
        (b"<script>", ".bin", "application/octet-stream"),
        (b"", ".bin", "application/octet-stream"),
    ],
)
@pytest.mark.parametrize("verdict", Verdict)
def test_a_picture_comes_back_byte_for_byte(
    tmp_path: Path, data: bytes, suffix: str, media_type: str, verdict: Verdict
) -> None:
    folder = ArchiveFolder(tmp_path)
    decision = decision_on(data, verdict)
    assert folder.write(decision, data) == len(data)
    assert folder.read(decision) == (data, media_type)
    assert [path.suffix for path in tmp_path.rglob("*.*")] == [suffix], "nothing else is left behind"


def test_a_picture_lies_below_its_verdict_and_its_hour(tmp_path: Path) -> None:
    folder = ArchiveFolder(tmp_path)
    decision = decision_on(JPEG)
    folder.write(decision, JPEG)
    digest = sha256_hex(JPEG)
    assert (tmp_path / "leak" / "2026-05-04T10" / digest[:2] / f"{digest}.jpg").read_bytes() == JPEG
    assert [path.name for path in folder.hours(Verdict.LEAK)] == ["2026-05-04T10"]
    assert list(folder.hours(Verdict.UNKNOWN)) == []


def test_the_same_picture_is_written_once_an_hour(tmp_path: Path) -> None:
    folder = ArchiveFolder(tmp_path)
    assert folder.write(decision_on(JPEG), JPEG) == len(JPEG)
    assert folder.write(decision_on(JPEG), JPEG) == 0


def test_a_picture_that_was_deleted_is_gone_not_an_internal_error(tmp_path: Path) -> None:
    folder = ArchiveFolder(tmp_path)
    decision = decision_on(JPEG)
    folder.write(decision, JPEG)
    for path in tmp_path.rglob("*.jpg"):
        path.unlink()
    with pytest.raises(PictureGone, match="deleted since"):
        folder.read(decision)


def test_a_picture_that_was_tampered_with_is_not_shown_as_evidence(tmp_path: Path) -> None:
    folder = ArchiveFolder(tmp_path)
    decision = decision_on(JPEG)
    folder.write(decision, JPEG)
    for path in tmp_path.rglob("*.jpg"):
        path.write_bytes(JPEG + b"!")
    with pytest.raises(PictureGone, match="damaged"):
        folder.read(decision)


def test_a_picture_of_another_hour_is_not_taken_for_this_one(tmp_path: Path) -> None:
    folder = ArchiveFolder(tmp_path)
    folder.write(decision_on(JPEG), JPEG)
    with pytest.raises(PictureGone):
        folder.read(a_decision(image_sha256=sha256_hex(JPEG), received_at=START + timedelta(hours=1)))
