"""Faults of people who give cuts: above leaks that are known."""

from service.contract.artifact import read_active
from tests.faults.artifact_faults import LEAK_FOUND
from tests.faults.fault import Fault
from tests.faults.rig import Rig


async def moved_above_a_reviewed_leak(rig: Rig) -> None:
    async with rig.serving() as running:
        leak = (await running.post()).json()
        review = {"verdict": "leak", "reviewer": "Anna"}
        await running.client.post(f"/v1/decisions/{leak['decision_id']}/review", json=review)
        moved = {"artifact": rig.active.name, "threshold": leak["score"] * 1.001, "operator": "Ivan", "reason": "calm"}
        assert (await running.client.post("/v1/model/threshold", json=moved)).status_code == 422
        await running.post(camera_id="cam-1")


async def cut_above_every_leak(rig: Rig) -> None:
    path = rig.folder / "cameras.toml"
    path.write_text(
        f'[cameras.cam-1]\ninterval_s = 1\nthreshold = {{ artifact = "{read_active(rig.artifacts)}", value = 1e9 }}\n'
    )
    async with rig.serving(cameras_file=path) as running:
        await running.post(camera_id="cam-1")
        assert "cam-1" in running.components.commissioning.problems()["commissioning"]


CUT_FAULTS = (
    Fault(
        "threshold moved over a leak",
        "an administrator asks for a threshold above a leak that was reviewed",
        (LEAK_FOUND,),
        moved_above_a_reviewed_leak,
    ),
    Fault(
        "cut over every leak",
        "a hand writes a cut into the cameras file that no golden leak reaches",
        (LEAK_FOUND,),
        cut_above_every_leak,
    ),
)
