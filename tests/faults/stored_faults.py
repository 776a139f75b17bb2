"""Faults of the small files in which the data folder keeps what people chose: none may undo a choice unsaid.

The deployed threshold is so high that it calls the leaks good that are sent; only what people chose finds them.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

from service.contract.artifact import read_active
from service.contract.errors import SetupError
from service.control_room.commissioning.arming_record import ArmingRecord
from service.judging.active_choice import CHOICE, MADE
from service.judging.armings import ARMINGS
from service.judging.manifest_pins import PINS
from service.judging.shadow.kept import FILE as SHADOW
from service.monitoring.shift.watch import FILE as SHIFT
from service.monitoring.stored_state import STORED_STATE
from tests.armings import an_arming
from tests.damages import DAMAGES, truncated
from tests.eventually import eventually
from tests.faults.artifact_faults import LEAK_FOUND, REFUSED
from tests.faults.fault import NOBODY, Fault
from tests.faults.rig import GOOD, Rig, Running
from tests.small_artifact import rewrite_manifest, write_artifact

LAX, STRICT = 0.02, 0.005
WHO = {"operator": "Anna", "reason": "test"}


async def moved_down(rig: Rig) -> None:
    """Deploy a threshold that misses the leak; let a person choose one that finds it."""
    threshold = {"value": LAX, "strategy": "decision_stump"}
    rewrite_manifest(rig.active, threshold=threshold)
    async with rig.serving() as running:
        moved = {"artifact": rig.active.name, "threshold": STRICT, **WHO}
        answer = await running.client.post("/v1/model/threshold", json=moved)
        assert answer.status_code == 200, answer.text


async def armed(rig: Rig) -> None:
    """Deploy a threshold that misses the leak; let a person give the camera a cut that finds it."""
    rewrite_manifest(rig.active, threshold={"value": LAX, "strategy": "decision_stump"})
    async with rig.serving() as running:
        await arm(running, STRICT)


async def arm(running: Running, cut: float, event_id: str = "e-1") -> None:
    """Arm the camera, on record and in the file."""
    parts = running.components
    arming = an_arming(parts.models.current().artifact, cut=cut, event_id=event_id)
    record = ArmingRecord(parts.armings, parts.journal)
    await parts.models.change_cuts(arming.artifact_sha256, lambda serving: record.arm("cam-1", arming, serving))


async def told(running: Running, file: str) -> None:
    """The incident names the file, the metric counts it, the doctor's call lists it."""
    incidents = running.components.incidents
    await eventually(lambda: any(file in one.text for one in incidents.standing if one.kind == STORED_STATE))
    assert "leak_inspection_lost_state_files 1.0" in (await running.client.get("/metrics")).text
    assert [*(await running.client.get("/v1/stored-state")).json()["doubts"]] == [file]


async def restored(running: Running) -> None:
    """A person takes what is on record: nothing is in doubt any more."""
    answer = await running.client.post("/v1/stored-state/restore", json=WHO)
    assert (answer.status_code, answer.json()) == (200, {"doubts": {}}), answer.text


def lost(file: str, chosen: Callable[[Rig], Awaitable[None]]) -> Callable[[Rig], Awaitable[None]]:
    """Delete what holds a choice, start, send leaks; a person restores it, and the next start knows of no doubt."""

    async def inject(rig: Rig) -> None:
        await chosen(rig)
        (rig.data_dir / file).unlink()
        for _ in range(2):  # that it was told once mends nothing
            async with rig.serving() as running:
                await running.post(camera_id="cam-1")
                await told(running, file)
        async with rig.serving() as running:
            await restored(running)
            await running.post(camera_id="cam-1")
        async with rig.serving() as running:
            await running.post(camera_id="cam-1")
            assert running.components.restoring.doubts() == {}

    return inject


async def choice_deleted_while_serving(rig: Rig) -> None:
    await moved_down(rig)
    async with rig.serving(watch_interval_s=0.02) as running:
        (rig.data_dir / CHOICE).unlink()
        await told(running, CHOICE)
        await running.post()


async def older_choice(rig: Rig) -> None:
    """The file of the choice before is put back: by the record another one was made since."""
    await moved_down(rig)
    async with rig.serving() as running:
        newest = running.components.models.current().artifact.id
        await running.client.post("/v1/model/activate", json={"artifact": rig.active.name})
        older = (rig.data_dir / CHOICE).read_bytes()
        await running.client.post("/v1/model/activate", json={"artifact": newest})
    (rig.data_dir / CHOICE).write_bytes(older)
    async with rig.serving() as running:
        await running.post()
        await told(running, CHOICE)


async def killed_after_a_choice(rig: Rig) -> None:
    """The file has the choice, the record not yet: it is the newer one, and nothing is in doubt."""
    rewrite_manifest(rig.active, threshold={"value": LAX, "strategy": "decision_stump"})
    async with rig.serving() as running:
        parts = running.components
        moved = {"artifact": rig.active.name, "threshold": STRICT, **WHO}
        strict = (await running.client.post("/v1/model/threshold", json=moved)).json()["artifact"]
        await running.client.post("/v1/model/activate", json={"artifact": rig.active.name})
        parts.models._choice.remember(strict)
    async with rig.serving() as running:
        await running.post()
        assert running.components.restoring.doubts() == {}


async def older_armings(rig: Rig) -> None:
    """The file from before the camera was armed with a lower cut is put back: the lower cut counts."""
    rewrite_manifest(rig.active, threshold={"value": LAX, "strategy": "decision_stump"})
    async with rig.serving() as running:
        await arm(running, 0.019)
        older = (rig.data_dir / ARMINGS).read_bytes()
        await arm(running, STRICT, "e-2")
    (rig.data_dir / ARMINGS).write_bytes(older)
    async with rig.serving() as running:
        await running.post(camera_id="cam-1")
        await told(running, ARMINGS)


async def disarmed_again(rig: Rig) -> None:
    """The file from before the camera was disarmed is put back: its cut, which people took back, may miss leaks."""
    async with rig.serving() as running:
        await running.post(camera_id="cam-1")
        await arm(running, LAX, "e-1")
    before = (rig.data_dir / ARMINGS).read_bytes()
    async with rig.serving() as running:
        answer = await running.client.post("/v1/cameras/cam-1/commissioning/disarm", json=WHO)
        assert answer.status_code == 200, answer.text
    (rig.data_dir / ARMINGS).write_bytes(before)
    async with rig.serving() as running:
        await running.post(camera_id="cam-1")
        await told(running, ARMINGS)


def damaged(file: str, chosen: Callable[[Rig], Awaitable[None]]) -> Callable[[Rig], Awaitable[None]]:
    """Damage what holds a choice, and start; the tests of what reads it damage it in each way that there is."""

    async def inject(rig: Rig) -> None:
        await chosen(rig)
        kept = (rig.data_dir / file).read_bytes()
        for damage in (truncated, DAMAGES["a folder"]):
            damage(rig.data_dir / file)
            try:
                async with rig.serving() as running:
                    await running.post(camera_id="cam-1")
                    await running.post(GOOD, camera_id="cam-1")
            except SetupError as refusal:
                assert file in str(refusal)  # noqa: PT017  # some refuse the start, others every picture
            put_back(rig.data_dir / file, kept)

    return inject


def put_back(path: Path, kept: bytes) -> None:
    """Replace whatever has become of a file."""
    if path.is_dir():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
    path.write_bytes(kept)


async def moved_artifact_deleted(rig: Rig) -> None:
    await moved_down(rig)
    for path in sorted((rig.data_dir / MADE).rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    async with rig.serving() as running:
        await running.post()
        await running.post(GOOD)


async def pins_deleted(rig: Rig) -> None:
    """The pins are deleted and the manifest they pinned is edited: the record has its digest, too."""
    async with rig.serving() as running:
        await running.passes()
    (rig.data_dir / PINS).unlink()
    rewrite_manifest(rig.active, threshold={"value": LAX, "strategy": "decision_stump"})
    async with rig.serving() as running:
        await running.post()
        await running.post(GOOD)


async def shadow_lost(rig: Rig) -> None:
    """What judges nothing is not taken up again, but missed aloud, until a person drops it or chooses one."""
    served = read_active(rig.artifacts)
    other = write_artifact(rig.artifacts, "other", shade=0.01)
    (rig.artifacts / "active.json").write_text(f'{{"artifact": "{served}"}}')
    async with rig.serving() as running:
        answer = await running.client.post("/v1/model/shadow", json={"artifact": other, "every": 1, **WHO})
        assert answer.status_code == 200, answer.text
    (rig.data_dir / SHADOW).unlink()
    async with rig.serving() as running:
        parts = running.components
        await eventually(lambda: any(other in one.text for one in parts.incidents.standing if one.kind == "shadow"))
        await running.post()
        assert (await running.client.post("/v1/model/shadow/drop", json=WHO)).is_success
    async with rig.serving() as running:
        await running.post()
        await eventually(lambda: running.components.shadow._resumed)
        assert running.components.shadow.problem is None


async def shift_lost(rig: Rig) -> None:
    async with rig.serving() as running:
        await running.passes()
    for hurt in (Path.unlink, truncated):
        hurt(rig.data_dir / SHIFT)
        async with rig.serving() as running:
            await running.post()
            await told(running, SHIFT)


STORED_FAULTS = (
    Fault("choice deleted", "the file of an activated, stricter threshold", (LEAK_FOUND,), lost(CHOICE, moved_down)),
    Fault("choice deleted while serving", "... while the service runs", (LEAK_FOUND,), choice_deleted_while_serving),
    Fault("older choice", "... is replaced by an older one", (LEAK_FOUND,), older_choice),
    Fault("killed after a choice", "... is newer than the record", (LEAK_FOUND,), killed_after_a_choice),
    Fault("damaged choice", "... is cut, or a folder in its place", REFUSED, damaged(CHOICE, moved_down)),
    Fault("chosen artefact deleted", "the artefact of the moved threshold", REFUSED, moved_artifact_deleted),
    Fault("manifest edited, pins deleted", "the digests of activated manifests", REFUSED, pins_deleted),
    Fault("armings deleted", "the file of a stricter cut of a camera", (LEAK_FOUND,), lost(ARMINGS, armed)),
    Fault("older armings", "... is replaced by an older one with a higher cut", (LEAK_FOUND,), older_armings),
    Fault("disarmed camera armed again", "... by a file from before", (LEAK_FOUND,), disarmed_again),
    Fault("damaged armings", "... is cut, or a folder in its place: no start", (NOBODY,), damaged(ARMINGS, armed)),
    Fault("shadow choice deleted", "the file of the shadow model", (LEAK_FOUND,), shadow_lost),
    Fault("shift watch lost", "the file of the watch is deleted, or cut", (LEAK_FOUND,), shift_lost),
)
