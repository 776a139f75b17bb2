"""Pictures in a store that speaks S3."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.contract.artifact import Artifact, open_artifact
from service.contract.errors import SetupError
from tests.object_store import object_store
from tests.small_artifact import write_artifact
from tests.wells import good_well, leaking_well, write_picture

pytest.importorskip("pyarrow", reason="the extra cluster is not installed")

import pyarrow.parquet as pq

from training.rescoring.place import open_place
from training.rescoring.rescore import one_process, rescore

COUNT = 12


@pytest.fixture
def buckets(tmp_path: Path) -> Path:
    wells = tmp_path / "buckets" / "plant" / "wells"
    (wells / "leak").mkdir(parents=True)
    for seed in range(COUNT):
        name = f"leak/{seed}.png" if seed % 4 == 0 else f"{seed}.png"
        write_picture(wells / name, (leaking_well if seed % 4 == 0 else good_well)(seed))
    return tmp_path / "buckets"


@pytest.fixture
def store(buckets: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """HOST:PORT of the server, for which the keys are set."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with object_store(buckets) as address:
        yield address


@pytest.fixture
def artifact(tmp_path: Path) -> Artifact:
    return open_artifact(tmp_path / "artifacts" / write_artifact(tmp_path / "artifacts"))


def address(store: str, folder: str = "plant/wells") -> str:
    return f"s3://{folder}?scheme=http&region=us-east-1&endpoint_override={store}"


def test_a_store_gives_the_rows_of_the_folder_behind_it(
    store: str, buckets: Path, artifact: Artifact, tmp_path: Path
) -> None:
    for name, place in (("store", address(store)), ("folder", str(buckets / "plant" / "wells"))):
        assert rescore(artifact, open_place(place), tmp_path / name, one_process)["pictures"] == COUNT
    tables = [pq.read_table(tmp_path / name / "rows-00000.parquet") for name in ("store", "folder")]
    assert tables[0] == tables[1]


def test_an_object_that_is_gone_is_a_row(store: str, buckets: Path, artifact: Artifact, tmp_path: Path) -> None:
    place = open_place(address(store))
    (buckets / "plant" / "wells" / "1.png").unlink()
    counted = rescore(artifact, place, tmp_path / "out", one_process)
    assert (counted["pictures"], counted["unreadable_files"]) == (COUNT - 1, 1)


def test_a_bucket_that_does_not_exist_is_said(store: str, buckets: Path) -> None:
    shutil.rmtree(buckets / "plant")
    with pytest.raises(SetupError, match="cannot be listed"):
        open_place(address(store))
