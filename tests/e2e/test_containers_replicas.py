"""Three replicas behind one address in a real container engine: one is killed under load and started again."""

import asyncio
import csv
import io
import ssl
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from service.simulation.gallery import Gallery
from service.simulation.plant import Plant, SimulatedCrop
from service.simulation.result import SimulationResult
from service.simulation.sender import Answer, Sender, SendingRate
from tests.e2e.stack import Stack, eventually
from tests.ports import free_port
from tests.small_artifact import write_artifact
from tests.wells import write_wells

pytestmark = [pytest.mark.containers, pytest.mark.timeout(1200)]

CAMERAS = 6
WELLS = 4
FRAMES_PER_S = 2.0
VICTIM = "replica-2"
MISSING = "LeakInspectionReplicasMissing"
# A replica that is not there any more costs a connection's timeout, one second; the machine may be busy.
LONGEST_GAP_S = 5.0


@dataclass
class Fleet:
    """The stack under test, the address of its proxy, and a folder of wells."""

    stack: Stack
    url: str
    wells: Path

    def owners(self, within_s: int) -> dict[str, str]:
        """By camera, the replica that judged most of its pictures lately, as Prometheus counted."""
        rate = f"sum by (camera_id, instance) (rate(leak_inspection_decisions_total[{within_s}s]))"
        rates = self.stack.query(f"topk by (camera_id) (1, {rate} > 0)")
        return {series["metric"]["camera_id"]: series["metric"]["instance"] for series in rates}

    def recorded(self) -> list[str]:
        """Ids of all decisions in the record that the replicas share."""
        answer = httpx.get(f"{self.url}/v1/decisions", params={"format": "csv"}, verify=unsigned(), timeout=60)
        return [row["decision_id"] for row in csv.DictReader(io.StringIO(answer.raise_for_status().text))]


@dataclass
class Load:
    """Cameras that send in the background, and what they were answered."""

    fleet: Fleet
    acknowledged: list[str] = field(default_factory=list)
    answered_at: dict[str, list[float]] = field(default_factory=dict)
    result: SimulationResult = field(default_factory=lambda: SimulationResult(FRAMES_PER_S * CAMERAS * WELLS))

    async def send(self, seconds: float) -> None:
        """Send for that long; called again, the times of the pictures go on."""
        plant = Plant(Gallery.read(self.fleet.wells), CAMERAS, WELLS)
        async with httpx.AsyncClient(base_url=self.fleet.url, verify=unsigned(), timeout=30) as client:
            await Sender(plant, SendingRate(FRAMES_PER_S, seconds), client, self.result, self._heard).run()

    def longest_gap_s(self) -> float:
        """Longest time in which a camera got no answer."""
        gaps = [b - a for times in self.answered_at.values() for a, b in pairwise(times)]
        return max(gaps)

    def _heard(self, crop: SimulatedCrop, answer: Answer) -> None:
        self.acknowledged.append(answer["decision_id"])
        self.answered_at.setdefault(crop.camera_id, []).append(time.monotonic())


def unsigned() -> ssl.SSLContext:
    """TLS that takes the certificate which the stack made for itself."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@pytest.fixture(scope="module")
def fleet(engine: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    # Not below pytest's own folder, which the user of the containers must not enter.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        write_artifact(folder / "artifacts")
        config = folder / "config"
        config.mkdir()
        lines = [f"[cameras.cam-{number + 1}]\ninterval_s = {1 / FRAMES_PER_S}\n" for number in range(CAMERAS)]
        (config / "cameras.toml").write_text("".join(lines))
        port = free_port()
        settings = {
            "ARTIFACTS_DIR": str(folder / "artifacts"),
            "CONFIG_DIR": str(config),
            "LEAK_INSPECTION_CAMERAS_FILE": "/config/cameras.toml",
            "PROXY_PORT": str(port),
        }
        with Stack(engine, profiles=["replicas"], **settings) as stack:
            stack.bring_up(services=("proxy", "prometheus"))
            eventually(lambda: stack.value('sum(up{fleet="replicas"})') == 3, "Prometheus finds three replicas")
            yield Fleet(stack, f"https://127.0.0.1:{port}", write_wells(tmp_path_factory.mktemp("wells") / "wells"))


async def test_a_replica_dies_and_comes_back_and_no_acknowledged_decision_is_lost(fleet: Fleet) -> None:
    stack, load = fleet.stack, Load(fleet)
    assert MISSING not in stack.firing()

    await load.send(15)
    before = fleet.owners(within_s=10)
    assert set(before) == {f"cam-{number + 1}" for number in range(CAMERAS)}
    assert len(set(before.values())) > 1
    address = stack.inspect(VICTIM)["NetworkSettings"]["Networks"][f"{stack.name}_default"]["IPAddress"]
    victim = f"{address}:8000"

    sending = asyncio.create_task(load.send(90))
    await asyncio.sleep(2)
    await asyncio.to_thread(stack.docker, "kill", stack.container(VICTIM))
    await asyncio.to_thread(eventually, lambda: MISSING in stack.firing(), "the alert fires")
    during = await asyncio.to_thread(fleet.owners, within_s=15)
    assert set(during) == set(before)
    assert victim not in during.values()

    await asyncio.to_thread(stack.docker, "start", stack.container(VICTIM))
    await asyncio.to_thread(eventually, lambda: MISSING not in stack.firing(), "the alert resolves")
    await sending
    assert load.longest_gap_s() < LONGEST_GAP_S
    assert load.result.refused == {}
    assert await asyncio.to_thread(fleet.owners, within_s=15) == before

    assert len(set(load.acknowledged)) == load.result.sent
    await asyncio.to_thread(eventually, lambda: set(load.acknowledged) <= set(fleet.recorded()), "all are on record")
    recorded = fleet.recorded()
    assert len(recorded) == len(set(recorded))


async def test_the_database_stops_for_a_while_and_misses_nothing(fleet: Fleet) -> None:
    stack, load = fleet.stack, Load(fleet)
    await asyncio.to_thread(stack.docker, "stop", stack.container("postgres"))
    await load.send(20)
    eventually(lambda: "LeakInspectionFollowerFailing" in stack.firing(), "the alert fires")
    assert load.result.refused == {}
    await asyncio.to_thread(stack.docker, "start", stack.container("postgres"))
    eventually(lambda: "LeakInspectionFollowerFailing" not in stack.firing(), "the followers have caught up")
    eventually(lambda: set(load.acknowledged) <= set(fleet.recorded()), "all are on record")


def test_the_proxy_speaks_tls_and_keeps_metrics_to_itself(fleet: Fleet) -> None:
    assert httpx.get(f"{fleet.url}/health/ready", verify=unsigned()).status_code == httpx.codes.OK
    assert httpx.get(f"{fleet.url}/metrics", verify=unsigned()).status_code == httpx.codes.NOT_FOUND
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"{fleet.url}/health/ready")


def test_each_replica_has_a_journal_of_its_own(fleet: Fleet) -> None:
    volumes = set()
    for number in (1, 2, 3):
        mounts = fleet.stack.inspect(f"replica-{number}")["Mounts"]
        volumes |= {mount["Name"] for mount in mounts if mount["Destination"] == "/data"}
    assert len(volumes) == 3


def test_proxy_and_database_are_hardened_too(fleet: Fleet) -> None:
    for service in ("proxy", "postgres", "replica-1"):
        host = fleet.stack.inspect(service)["HostConfig"]
        assert host["ReadonlyRootfs"]
        assert host["CapDrop"] == ["ALL"]
        assert host["SecurityOpt"] == ["no-new-privileges:true"]
        assert host["Memory"] > 0
    assert fleet.stack.inspect("postgres")["HostConfig"]["PortBindings"] in ({}, None)
