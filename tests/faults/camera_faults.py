"""Faults of cameras and clocks: pictures that are fine by themselves and prove nothing about their well now."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from unittest.mock import patch

from service.routes.inspection import handlers as inspections
from tests.faults.artifact_faults import LEAK_FOUND
from tests.faults.fault import Fault
from tests.faults.rig import GOOD, LEAK, LateGates, Rig, Running
from tests.pictures import jpeg
from tests.wells import good_well

WELL = {"camera_id": "cam-1", "well_id": "12a"}
STALE, FUTURE, FROZEN = (f"200 unknown: {reason}" for reason in ("stale", "future", "frozen"))


def taken(age_s: float) -> str:
    """The time so many seconds ago."""
    return (datetime.now(UTC) - timedelta(seconds=age_s)).isoformat()


def aged(*ages_s: float, **settings: object) -> Callable[[Rig], Awaitable[None]]:
    """Send good wells that were taken so many seconds ago."""

    async def inject(rig: Rig) -> None:
        async with rig.serving(**settings) as running:
            await running.passes(GOOD, captured_at=taken(0), **WELL)
            for age_s in ages_s:
                await running.post(GOOD, captured_at=taken(age_s), **WELL)

    return inject


def clock_jumps(by: timedelta) -> Callable[[Rig], Awaitable[None]]:
    """Let the clock of the service jump; cameras keep the right time."""

    class Jumped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + by

    async def inject(rig: Rig) -> None:
        async with rig.serving() as running:
            await running.passes(GOOD, captured_at=taken(0), **WELL)
            with patch.object(inspections, "datetime", Jumped):
                for image in (GOOD, LEAK):
                    await running.post(image, captured_at=taken(0), **WELL)

    return inject


async def frozen(rig: Rig) -> None:
    async with rig.serving(frozen_after_s=0.05) as running:
        await running.passes(GOOD, **WELL)
        await asyncio.sleep(0.06)
        for _ in range(3):
            await running.post(GOOD, **WELL)


async def in_turn(rig: Rig) -> None:
    pictures = [jpeg(good_well(seed)) for seed in (3, 4, 5)]
    async with rig.serving(frozen_after_s=0.05) as running:
        for picture in pictures:
            await running.passes(picture, **WELL)
        await asyncio.sleep(0.06)
        for picture in pictures * 2:
            await running.post(picture, **WELL)
            await labelled_batch(running, [picture], WELL)


async def with_new_metadata(rig: Rig) -> None:
    async with rig.serving(frozen_after_s=0.05) as running:
        await running.passes(GOOD, **WELL)
        await asyncio.sleep(0.06)
        for number in range(3):
            comment = b"frame %d" % number
            stamped = GOOD[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + GOOD[2:]
            await running.post(stamped, captured_at=taken(0), **WELL)


async def in_all_wells(rig: Rig) -> None:
    wells = [{"camera_id": "cam-1", "well_id": f"{number}a"} for number in range(5)]
    async with rig.serving() as running:
        await labelled_batch(running, [GOOD] * len(wells), *wells)
        for well in wells:
            await running.post(GOOD, **well)


async def labelled_batch(running: Running, images: Sequence[bytes], *labels: dict[str, str]) -> None:
    files = [("files", image) for image in images]
    await running.client.post("/v1/inspect/batch", files=files, data={"meta": json.dumps(labels)})


async def becomes_stale(rig: Rig) -> None:
    async with rig.serving(stale_after_s=0.3) as running:
        running.change_serving(gates=LateGates(running.components.models.current().gates, 0.31))
        await labelled_batch(running, [GOOD], WELL | {"captured_at": taken(0)})


async def frozen_by_its_own_clock(rig: Rig) -> None:
    async with rig.serving() as running:
        await running.passes(GOOD, captured_at=taken(20), **WELL)
        await running.post(GOOD, captured_at=taken(0), **WELL)


async def repeated(rig: Rig) -> None:
    captured_at = taken(0)
    async with rig.serving() as running:
        for _ in range(3):
            await running.post(LEAK, captured_at=captured_at, **WELL)
    assert len({answer.body.get("decision_id") for answer in rig.answers}) == 1


async def old_crops(rig: Rig) -> None:
    async with rig.serving(max_age_s=3) as running:
        for ages_s in ((0, 4), (4, 4)):
            meta = [{"captured_at": taken(age_s)} for age_s in ages_s]
            await running.client.post(
                "/v1/inspect/batch", files=[("files", LEAK), ("files", LEAK)], data={"meta": json.dumps(meta)}
            )


async def labels_in_a_form(rig: Rig) -> None:
    async with rig.serving() as running:
        old = taken(60)
        await running.client.post("/v1/inspect", files={"file": GOOD}, data={"captured_at": old})
        await running.client.post("/v1/inspect/batch", files=[("files", GOOD)], params={"captured_at": old})
        await running.client.post("/v1/inspect/batch", files=[("files", GOOD)], data={"captured_at": old})


async def labels_nobody_reads(rig: Rig) -> None:
    async with rig.serving() as running:
        one, many = "/v1/inspect", "/v1/inspect/batch"
        for path, field in ((one, "file"), (many, "files")):
            await running.client.post(path, files=[(field, GOOD)], params={"captured": taken(60)})
            await running.client.post(path, files=[(field, GOOD)], data={"captured": taken(60)})
            twice = {"captured_at": taken(60)}
            await running.client.post(path, files=[(field, GOOD)], params=twice, data=twice)
        await running.client.post(many, files=[("files", GOOD)] * 2, params={"well_id": "12a"})
        meta = {"meta": json.dumps([{"captured_at": taken(0)}])}
        await running.client.post(many, files=[("files", GOOD)], params={"captured_at": taken(60)}, data=meta)


async def repeated_good(rig: Rig) -> None:
    captured_at = taken(0)
    async with rig.serving(frozen_after_s=0.05) as running:
        await running.passes(GOOD, captured_at=captured_at, **WELL)
        await asyncio.sleep(0.06)
        for _ in range(3):
            await running.post(GOOD, captured_at=captured_at, **WELL)
        await batch_of_one(running, captured_at)


async def old_good(rig: Rig) -> None:
    async with rig.serving(stale_after_s=1) as running:
        captured_at = taken(0)
        await running.passes(GOOD, captured_at=captured_at, **WELL)
        await asyncio.sleep(1.01)
        await running.post(GOOD, captured_at=captured_at, **WELL)
        await batch_of_one(running, captured_at)


async def batch_of_one(running: Running, captured_at: str) -> None:
    meta = json.dumps([{"captured_at": captured_at, **WELL}])
    await running.client.post("/v1/inspect/batch", files=[("files", GOOD)], data={"meta": meta})


CAMERA_FAULTS = (
    Fault("frozen feed", "the same picture for longer than the limit", (FROZEN,), frozen),
    Fault("two pictures in turn", "three good wells again and again, for longer than the limit", (FROZEN,), in_turn),
    Fault("new metadata", "the same picture with another comment each time", (FROZEN,), with_new_metadata),
    Fault("one picture for all wells", "five wells of a camera, in a batch and one by one", (FROZEN,), in_all_wells),
    Fault("batch becomes stale", "the gate takes longer than a picture stays fresh", (STALE,), becomes_stale),
    Fault("frozen feed, delivered fast", "the same picture, taken 20 s apart", (FROZEN,), frozen_by_its_own_clock),
    Fault("stale picture", "taken 31 s to a day ago", (STALE,), aged(31, 3600, 86_400)),
    Fault("stale picture, said in a form", "taken 60 s ago, said beside the picture", (STALE,), labels_in_a_form),
    Fault(
        "labels nobody reads",
        "unknown, given twice, or of a batch and one of its crops, and different",
        ("422 malformed-field",),
        labels_nobody_reads,
    ),
    Fault(
        "picture older than its deadline",
        "taken 4 s and a day ago, max_age_s 3",
        ("504 deadline-exceeded",),
        aged(4, 86_400, max_age_s=3),
    ),
    Fault(
        "old crops in a batch",
        "one of two taken 4 s ago, then both, max_age_s 3",
        ("200 unknown: stale", "200 leak: score_at_or_above_threshold", "504 deadline-exceeded"),
        old_crops,
    ),
    Fault("picture from the future", "taken 6 s to a day ahead", (FUTURE,), aged(-6, -3600, -86_400)),
    Fault("clock one hour ahead", "the service's clock jumps by +1 h", (STALE,), clock_jumps(timedelta(hours=1))),
    Fault("clock one hour behind", "the service's clock jumps by -1 h", (FUTURE,), clock_jumps(timedelta(hours=-1))),
    Fault(
        "good well repeated for ever", "the same picture with the same time, again and again", (FROZEN,), repeated_good
    ),
    Fault("old good well again", "a no_leak's picture with its time, once it is stale", (STALE,), old_good),
    Fault("repeated picture", "the same leak sent three times: one decision", (LEAK_FOUND,), repeated),
)
