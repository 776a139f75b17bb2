"""Whatever is wrong with an artefact: the service starts, stays not ready, says what is wrong, gives no verdict."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from service.contract.artifact import ACTIVE, MANIFEST, MODEL
from tests.answers import assert_problem
from tests.conftest import Serve
from tests.pictures import jpeg
from tests.small_artifact import rewrite_manifest, write_artifact
from tests.wells import good_well

Fault = Callable[[Path], object]


def folder(root: Path) -> Path:
    """The only artefact below a root."""
    return next(path for path in root.iterdir() if path.is_dir())


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param(lambda root: (root / ACTIVE).unlink(), "active.json does not exist", id="no pointer"),
        pytest.param(lambda root: (root / ACTIVE).write_text("{"), "active.json is damaged", id="damaged pointer"),
        pytest.param(
            lambda root: (root / ACTIVE).write_text('{"artifact": "other-00000000"}'), "other-00000000", id="no folder"
        ),
        pytest.param(lambda root: (folder(root) / MODEL).unlink(), "model.onnx does not exist", id="no model"),
        pytest.param(
            lambda root: (folder(root) / MODEL).write_bytes(b"x"), "model.onnx differs from its checksum", id="checksum"
        ),
        pytest.param(lambda root: (folder(root) / MANIFEST).write_text("[]"), "manifest", id="no manifest object"),
        pytest.param(lambda root: rewrite_manifest(folder(root), schema_version=2), "update", id="from the future"),
        pytest.param(lambda root: rewrite_manifest(folder(root), files={}), "no checksum", id="no checksums"),
        pytest.param(
            lambda root: point_to(folder(root).rename(root / "small-00000000")),
            "name does not fit",
            id="renamed",
        ),
        pytest.param(
            lambda root: write_artifact(root, "bare", golden=False), "no golden picture of", id="no challenge"
        ),
        pytest.param(
            lambda root: rewrite_manifest(folder(root), golden_tolerance=1e-9, golden=shifted(root)),
            "golden pictures fail",
            id="scores differ",
        ),
    ],
)
async def test_a_bad_artefact_is_never_served(serve: Serve, artifacts: Path, fault: Fault, said: str) -> None:
    fault(artifacts)
    async with serve() as client:
        ready = assert_problem(await client.get("/health/ready"), 503)
        assert_problem(await client.post("/v1/inspect", content=jpeg(good_well(1))), 503)
        assert (await client.get("/health/live")).status_code == 200
    assert said in str(ready["checks"])


def point_to(artifact: Path) -> None:
    """Make a folder the active artefact."""
    (artifact.parent / ACTIVE).write_text(json.dumps({"artifact": artifact.name}))


def shifted(root: Path) -> object:
    """The golden pictures with wrong scores."""
    golden = json.loads((folder(root) / MANIFEST).read_bytes())["golden"]
    return [picture | {"score": picture["score"] * 1.01} for picture in golden]
