"""Ray on this machine: the work of one process, whatever dies meanwhile."""

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from service.contract.artifact import open_artifact
from service.contract.errors import FitFailed, RecipeError, SetupError
from service.contract.picture import to_pixels
from tests.dying import always_die, read_or_die
from tests.small_artifact import write_artifact
from tests.wells import good_well, leaking_well, write_picture
from training.cluster.connection import LOCAL
from training.cluster.ray_pool import RayPool, ray_pool
from training.fitting import weights
from training.fitting.batches import TrainingBatches
from training.fitting.fit import fit
from training.fitting.worker_pool import Files, WorkerPool, worker_pool
from training.recipe.recipe import read_recipe

pytestmark = [
    pytest.mark.skipif(
        find_spec("ray") is None, reason="the extra cluster is not installed"
    ),  # importing it would be too early
    pytest.mark.filterwarnings("default"),  # Ray's own
    pytest.mark.timeout(
        900
    ),  # on a busy machine Ray's processes take a minute each to start, and killed ones start again
]
LISTENING, LOOPBACK = "0A", "0100007F"
"""As the tables of /proc/net write a state and 127.0.0.1."""

PICTURES = 300
CHUNK = 20


@pytest.fixture(scope="module")
def pool() -> Iterator[RayPool]:
    before = dict(os.environ)
    with ray_pool(LOCAL, 2) as pool:
        yield pool
    os.environ.clear()
    os.environ.update(before)


def fitted(seed: int) -> tuple[str | None, bytes]:
    """The threads that were allowed, and the weights of a fit."""
    recipe = read_recipe("conv_fc_ae_b").model_copy(update={"seed": seed, "epochs": 1})
    wells = np.stack([to_pixels(good_well(number), recipe.input) for number in range(64)])
    result = fit(recipe, TrainingBatches(wells))
    return os.environ.get("OMP_NUM_THREADS"), weights.to_bytes(replace(result, duration_s=0.0))


def content_of(files: Files) -> bytes:
    with files.open("shared") as file:
        return file.read()


def refused() -> None:
    raise RecipeError("a recipe that no node can use")


def test_fits_have_the_bytes_of_those_without_ray(pool: RayPool) -> None:
    with worker_pool(1) as local:
        pools: list[WorkerPool] = [local, pool]
        one, other = ([one.submit(fitted, seed) for seed in (1, 2)] for one in pools)
        assert [future.result() for future in one] == [future.result() for future in other]
    assert {future.result()[0] for future in other} == {"1"}


def test_a_job_whose_worker_is_killed_is_done_all_the_same(pool: RayPool, tmp_path: Path) -> None:
    (tmp_path / "content").write_bytes(b"read")
    assert pool.submit(read_or_die, tmp_path / "content", tmp_path, 1).result() == b"read"


@pytest.mark.usefixtures("pool")
def test_a_job_that_kills_every_worker_ends_the_comparison() -> None:
    with pytest.raises(FitFailed, match="the cluster could not finish a job"):
        RayPool(retries=0).submit(always_die).result()


def test_workers_have_the_priority_of_plain_processes(pool: RayPool) -> None:
    assert pool.submit(os.getpriority, os.PRIO_PROCESS, 0).result() == os.getpriority(os.PRIO_PROCESS, 0)


def test_an_error_of_ours_arrives_as_it_was_raised(pool: RayPool) -> None:
    with pytest.raises(RecipeError, match="a recipe that no node can use"):
        pool.submit(refused).result()


def test_jobs_read_what_was_shared(pool: RayPool, tmp_path: Path) -> None:
    (tmp_path / "shared").write_bytes(b"sets")
    files = pool.share(tmp_path, ["shared"])
    (tmp_path / "shared").unlink()
    assert pool.submit(content_of, files).result() == b"sets"


@pytest.mark.usefixtures("pool")
def test_a_private_instance_listens_on_loopback_alone() -> None:
    ours = [pid for pid in Path("/proc").glob("[0-9]*") if is_server_of_ours(pid)]
    sockets = {str(fd.readlink()) for pid in ours for fd in (pid / "fd").iterdir() if fd.is_symlink()}
    lines = [line.split() for table in ("tcp", "tcp6") for line in Path(f"/proc/net/{table}").read_text().splitlines()]
    listening = [line[1] for line in lines if line[3] == LISTENING and f"socket:[{line[9]}]" in sockets]
    assert len(ours) == 2
    assert len(listening) >= len(ours)
    assert [address for address in listening if not address.rpartition(":")[0].endswith(LOOPBACK)] == []


def is_server_of_ours(process: Path) -> bool:
    """Whether it is one of the two servers that this process has started."""
    try:
        name, _, rest = (process / "stat").read_text().partition("(")[2].rpartition(")")
    except OSError:
        return False
    return name in {"gcs_server", "raylet"} and int(rest.split()[1]) == os.getpid()


@pytest.mark.usefixtures("pool")
@pytest.mark.parametrize("one_machine", [True, False])
def test_each_picture_is_judged_once_as_one_process_does_though_workers_are_killed(
    tmp_path: Path, one_machine: bool
) -> None:
    from training.rescoring.by_ray import judged_by_ray  # noqa: PLC0415  # Ray reads what was set
    from training.rescoring.place import open_place  # noqa: PLC0415
    from training.rescoring.rescore import one_process, rescore  # noqa: PLC0415

    (tmp_path / "wells").mkdir()
    for seed in range(PICTURES):
        write_picture(tmp_path / "wells" / f"{seed:03}.png", (good_well if seed % 9 else leaking_well)(seed))
    (tmp_path / "wells" / "torn.png").write_bytes(b"no picture")
    artifact = open_artifact(tmp_path / "artifacts" / write_artifact(tmp_path / "artifacts"))
    place = open_place(str(tmp_path / "wells"))
    plain = rescore(artifact, place, tmp_path / "plain", one_process, most_files=CHUNK)

    files = list(place.files)
    victim = files[PICTURES // 2]
    deadly = partial(read_or_die, tmp_path / "wells" / victim.path, tmp_path, 2)
    files[PICTURES // 2] = victim._replace(read=deadly)
    spread = partial(judged_by_ray, one_machine=one_machine)
    by_ray = rescore(artifact, place._replace(files=files), tmp_path / "ray", spread, most_files=CHUNK)

    assert (tmp_path / "1").exists(), "two workers were killed"
    assert dict(by_ray, finished_at="") == dict(plain, finished_at="")
    assert by_ray["pictures"] == PICTURES + 1
    tables = [(tmp_path / name / "rows-00000.parquet").read_bytes() for name in ("plain", "ray")]
    assert tables[0] == tables[1]


def away() -> bytes:
    raise SetupError("the store is away")


@pytest.mark.usefixtures("pool")
def test_a_store_that_is_away_ends_the_job_with_its_reason(tmp_path: Path) -> None:
    from training.rescoring.by_ray import judged_by_ray  # noqa: PLC0415  # Ray reads what was set
    from training.rescoring.place import open_place  # noqa: PLC0415
    from training.rescoring.rescore import rescore  # noqa: PLC0415

    write_picture(tmp_path / "a.png", good_well(1))
    artifact = open_artifact(tmp_path / "artifacts" / write_artifact(tmp_path / "artifacts", golden=False))
    place = open_place(str(tmp_path / "a.png").removesuffix("a.png"))
    place = place._replace(files=[file._replace(read=away) for file in place.files])
    with pytest.raises(SetupError, match="the store is away"):
        rescore(artifact, place, tmp_path / "out", partial(judged_by_ray, one_machine=True))
