"""A scripted bad shift: each thing that goes wrong is seen everywhere within its stated time, and nothing else is.

The durations in Prometheus's rules are a tenth of what they are in a plant; docs/runbook.md states those.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.drift_reference import reference_of
from tests.e2e.figures import by_verdict, counted, listed
from tests.e2e.running_service import RunningService
from tests.e2e.seen_when import Pace, stated
from tests.e2e.shift import (
    BACK,
    BURST,
    CAMERAS,
    DIMMED,
    EXPECTED,
    FRAMES_PER_S,
    FROZEN,
    FROZEN_AFTER_S,
    INTERVAL_S,
    LEAK,
    MENDED,
    PLACES,
    STORE,
    SWAP,
    UNPLUGGED,
    WARM,
    WELLS,
    Shift,
)
from tests.e2e.stack import eventually
from tests.e2e.visitor import has_chromium
from tests.e2e.watched import Watched, has_prometheus
from tests.e2e.witness import Witness, holds, trouble
from tests.postgres_server import PostgresServer
from tests.small_artifact import rewrite_manifest, write_artifact
from tests.wells import write_wells

pytestmark = [pytest.mark.timeout(300), pytest.mark.alone]

HASTE = 10
WINDOW = 80
SEEN = stated(Pace(INTERVAL_S, WINDOW / (WELLS * FRAMES_PER_S), HASTE))
# How fast answers are is the machine's affair, and this one runs other tests too.
OF_THE_MACHINE = {("LeakInspectionLatencySLOBurn", "")}


@pytest.fixture
def wells(tmp_path: Path) -> Path:
    return write_wells(tmp_path / "wells", good=200, suffix=".jpg")


@pytest.fixture
def shift(tmp_path: Path, wells: Path, postgres: PostgresServer) -> Iterator[Shift]:
    if not has_prometheus():
        pytest.skip("needs Prometheus: make system-packages")
    if not has_chromium():
        pytest.skip("needs Chromium: make system-packages")
    cameras = tmp_path / "cameras.toml"
    cameras.write_text("".join(f"[cameras.cam-{n + 1}]\ninterval_s = {INTERVAL_S}\n" for n in range(CAMERAS)))
    service = RunningService(
        tmp_path,
        cameras_file=cameras,
        database_url=postgres.url,
        frozen_after_s=FROZEN_AFTER_S,
        drift_spacing_s=0.01,
        max_in_flight=PLACES,
    )
    (artifact,) = (folder for folder in (tmp_path / "artifacts").iterdir() if folder.is_dir())
    rewrite_manifest(artifact, drift=reference_of(artifact, wells, WINDOW).model_dump(mode="json"))
    with service, Watched(service, HASTE) as watched, Witness(service, watched) as witness:
        eventually(lambda: witness.pages, "the page is open")
        yield Shift(service, watched, witness, postgres)


async def test_each_incident_of_a_bad_shift_is_seen_everywhere_and_nothing_else_is(
    shift: Shift, tmp_path: Path, wells: Path
) -> None:
    other = write_artifact(tmp_path / "others", shade=0.002)
    (tmp_path / "others" / other).rename(tmp_path / "artifacts" / other)
    await shift.run(wells, other)
    figures_agree_with_the_journal(shift)
    shift.witness.look_away()
    see_a_camera_unplugged(shift)
    see_a_frozen_feed(shift)
    see_a_lamp_dimmed(shift)
    see_a_burst(shift)
    see_the_store_away(shift)
    see_a_model_swapped(shift, other)
    see_a_leak(shift)
    see_nothing_else(shift)


def see_a_camera_unplugged(shift: Shift) -> None:
    seen, witness, began = SEEN["camera unplugged"], shift.witness, shift.at(UNPLUGGED)
    is_it = partial(holds, camera_id="cam-1")
    witness.in_time(
        witness.told(seen.stream.name, lambda data: is_it(data) and data["since"] is not None, began), seen.stream
    )
    witness.in_time(witness.shown(["cam-1", seen.page.name], began), seen.page)
    witness.in_time(witness.measured(f'{seen.metric.name}{{camera_id="cam-1"}} == 1', began), seen.metric)
    witness.in_time(witness.fired(seen.alert.name, "cam-1", began), seen.alert)
    back = shift.at(BACK)
    witness.in_time(
        witness.told(seen.stream.name, lambda data: is_it(data) and data["since"] is None, back), seen.stream
    )


def see_a_frozen_feed(shift: Shift) -> None:
    seen, witness, began = SEEN["camera frozen"], shift.witness, shift.at(FROZEN + FROZEN_AFTER_S)
    witness.in_time(
        witness.told(seen.stream.name, partial(holds, camera_id="cam-2", verdict="unknown"), began), seen.stream
    )
    witness.in_time(witness.shown(["cam-2", seen.page.name], began), seen.page)
    witness.in_time(witness.measured(f'{seen.metric.name}{{camera_id="cam-2",fault="frozen"}} > 0', began), seen.metric)
    witness.in_time(witness.fired(seen.alert.name, "cam-2", began), seen.alert)


def see_a_lamp_dimmed(shift: Shift) -> None:
    seen, witness, began = SEEN["lamp dimmed"], shift.witness, shift.at(DIMMED)
    witness.in_time(witness.told(seen.stream.name, lambda data: "brightness" in data["drifting"], began), seen.stream)
    witness.in_time(witness.shown(["cam-4", seen.page.name], began), seen.page)
    witness.in_time(
        witness.measured(f'{seen.metric.name}{{camera_id="cam-4",figure="brightness"}} > 1', began), seen.metric
    )
    witness.in_time(witness.fired(seen.alert.name, "cam-4", began), seen.alert)
    witness.in_time(witness.told(seen.stream.name, partial(holds, drifting=[]), shift.at(MENDED)), seen.stream)


def see_a_burst(shift: Shift) -> None:
    seen, witness, began = SEEN["burst of load"], shift.witness, shift.at(BURST)
    told = witness.told(seen.stream.name, partial(trouble, "trouble_began", "overload"), shift.at(WARM))
    since_burst = None if told is None else told - (BURST - WARM)  # a busy machine may have begun to refuse before
    witness.in_time(since_burst, seen.stream)
    witness.in_time(witness.shown([seen.page.name], began), seen.page)
    witness.in_time(witness.measured(f'{seen.metric.name}{{reason="queue_full"}} > 0', began), seen.metric)
    witness.in_time(witness.fired(seen.alert.name, "", began), seen.alert)
    assert witness.told(seen.stream.name, partial(trouble, "trouble_ended", "overload"), began) is not None
    assert "429" in shift.result.refused  # one camera alone sent the burst


def see_the_store_away(shift: Shift) -> None:
    seen, witness, began = SEEN["store away"], shift.witness, shift.at(STORE)
    witness.in_time(witness.told(seen.stream.name, partial(trouble, "trouble_began", "postgresql"), began), seen.stream)
    witness.in_time(witness.shown([seen.page.name], began), seen.page)
    witness.in_time(witness.measured(f'{seen.metric.name}{{follower="postgresql"}} == 0', began), seen.metric)
    witness.in_time(witness.fired(seen.alert.name, "", began), seen.alert)
    assert witness.told(seen.stream.name, partial(trouble, "trouble_ended", "postgresql"), began) is not None
    assert shift.watched.value('max_over_time(leak_inspection_follower_pending_entries{follower="postgresql"}[5m])') > 4


def see_a_model_swapped(shift: Shift, artifact: str) -> None:
    seen, witness, began = SEEN["model changed"], shift.witness, shift.at(SWAP)
    witness.in_time(witness.told(seen.stream.name, partial(holds, kind="model_activated"), began), seen.stream)
    witness.in_time(witness.shown([seen.page.name, artifact], began), seen.page)
    activated = began + (witness.told(seen.stream.name, partial(holds, kind="model_activated"), began) or 0)
    witness.in_time(witness.measured(f'{seen.metric.name}{{artifact="{artifact}"}} == 1', activated), seen.metric)
    witness.in_time(witness.fired(seen.alert.name, "", activated), seen.alert)


def see_a_leak(shift: Shift) -> None:
    seen, witness, began = SEEN["leak"], shift.witness, shift.at(LEAK)
    witness.in_time(witness.told(seen.stream.name, partial(holds, camera_id="cam-1", well_id="2a"), began), seen.stream)
    witness.in_time(witness.shown([f"{seen.page.name} 2a", "cam-1"], began), seen.page)
    witness.in_time(witness.measured(f'{seen.metric.name}{{camera_id="cam-1"}} > 0', began), seen.metric)
    witness.in_time(witness.fired(seen.alert.name, "cam-1", began), seen.alert)
    assert shift.watched.value('leak_inspection_alarms_total{camera_id="cam-1"}') == 1
    assert shift.watched.value('leak_inspection_open_alarms{camera_id="cam-1"}') == 0


def see_nothing_else(shift: Shift) -> None:
    witness = shift.witness
    assert witness.all_fired(shift.at(WARM)) - OF_THE_MACHINE == EXPECTED
    lost = [(round(at - shift.began, 1), data) for at, name, data in witness.events if name == "no_data"]
    assert {data["camera_id"] for second, data in lost if second > WARM and data["since"]} == {"cam-1"}, lost
    assert witness.told_of("alarm", "camera_id") == {"cam-1", "cam-2"}
    assert witness.told_of("drift", "camera_id") == {"cam-4"}
    troubles = {data["payload"].get("trouble") for _, name, data in witness.events if name == "service"}
    assert troubles == {"overload", "postgresql", None}
    assert witness.complaints == []


def figures_agree_with_the_journal(shift: Shift) -> None:
    """What the cameras were answered, what Prometheus counted and what the record says: the same."""
    total = shift.result.verdicts.total()
    eventually(lambda: counted(shift.watched).total() == total, "Prometheus has counted all")
    eventually(lambda: listed(shift.service).total() == total, "the copy has caught up")
    assert counted(shift.watched) == listed(shift.service)
    assert by_verdict(listed(shift.service)) == shift.result.verdicts
    assert set(shift.result.verdicts) == {"no_leak", "leak", "unknown"}
