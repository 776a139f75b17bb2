"""After a simulated run with faults, dashboard, API and journal give the same figures, to the last picture."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from service.contract.decision import Decision, Verdict
from service.contract.journal_entry import Entry, Event, EventKind
from service.settings import Settings
from service.simulation.events import parse_event
from service.simulation.gallery import Gallery
from service.simulation.plant import Plant
from service.simulation.result import SimulationResult
from service.simulation.sender import Sender, SendingRate
from tests.e2e.figures import by_verdict, counted, listed
from tests.e2e.running_service import RunningService
from tests.e2e.stack import eventually
from tests.e2e.watched import ROOT, Watched, has_prometheus
from tests.journals import entries_of
from tests.wells import write_wells

DASHBOARD = ROOT / "docker" / "grafana" / "dashboards" / "leak-inspection.json"
RATE = re.compile(r"(?:rate|increase)\((.+?)\[[^\]]+\]\)")
EVENTS = ("leak:cam-1:1a@1+2", "stale:cam-2:1a@1+1", "black:cam-1:2b@2+1", "broken:cam-2:2a@2+1")
STRANGER = "cam-2"  # is in no cameras file: counted under `other`


class Run:
    """What a service was sent, while Prometheus watched."""

    def __init__(self, service: RunningService, watched: Watched, result: SimulationResult) -> None:
        self.service, self.watched, self.result = service, watched, result

    def journal(self) -> list[Entry]:
        """Every entry of the journal, as it lies on the disk."""
        return entries_of(Settings(data_dir=self.service.folder / "data"))

    def panel(self, title: str) -> Counter[tuple[str, ...]]:
        """The counters behind the first query of a panel, by its labels: without the rate, so that they are exact."""
        (panel,) = [panel for panel in json.loads(DASHBOARD.read_text())["panels"] if panel["title"] == title]
        expression = RATE.sub(r"\1", panel["targets"][0]["expr"]).replace("$camera", ".*")
        found = [(series["metric"], int(series["value"][1])) for series in self.watched.query(expression)]
        return Counter({tuple(labels.values()): value for labels, value in found if value})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    if not has_prometheus():
        pytest.skip("needs Prometheus: make system-packages")
    folder = tmp_path_factory.mktemp("figures")
    (folder / "cameras.toml").write_text("[cameras.cam-1]\ninterval_s = 0.25\n")
    with RunningService(folder, cameras_file=folder / "cameras.toml") as service, Watched(service) as watched:
        result = asyncio.run(simulated(service, write_wells(folder / "wells")))
        total = result.verdicts.total()
        eventually(lambda: counted(watched).total() == listed(service).total() == total, "everything is on record")
        yield Run(service, watched, result)


async def simulated(service: RunningService, wells: Path) -> SimulationResult:
    plant = Plant(Gallery.read(wells), cameras=2, wells=4, events=[parse_event(event) for event in EVENTS])
    result = SimulationResult(4 * 2 * 4)
    async with httpx.AsyncClient(base_url=service.address, timeout=30) as client:
        await Sender(plant, SendingRate(4, 4.0), client, result).run()
    return result


def known(camera_id: str | None) -> str:
    """The name under which metrics count a camera."""
    return "cam-1" if camera_id == "cam-1" else "other"


def test_verdicts_by_camera_are_the_same_everywhere(run: Run) -> None:
    decisions = [entry for entry in run.journal() if isinstance(entry, Decision)]
    journal = Counter((known(decision.camera_id), decision.verdict.value) for decision in decisions)
    assert run.panel("Verdicts by camera") == counted(run.watched) == journal
    by_name = Counter((decision.camera_id, decision.verdict.value) for decision in decisions)
    assert listed(run.service) == by_name
    assert by_verdict(journal) == run.result.verdicts
    assert set(run.result.verdicts) == set(Verdict)


def test_a_filtered_list_holds_as_many_as_the_journal_page_by_page(run: Run) -> None:
    decisions = [entry for entry in run.journal() if isinstance(entry, Decision)]
    for verdict in Verdict:
        ids: list[str] = []
        cursor = None
        while cursor is not None or not ids:
            query = {"verdict": verdict.value, "limit": "7"} | ({"cursor": cursor} if cursor else {})
            page = httpx.get(f"{run.service.address}/v1/decisions", params=query).raise_for_status().json()
            ids += [decision["decision_id"] for decision in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert sorted(ids) == sorted(one.decision_id for one in decisions if one.verdict is verdict)


def test_unknowns_by_reason_are_the_same_on_the_dashboard(run: Run) -> None:
    unknown = [entry for entry in run.journal() if isinstance(entry, Decision) and entry.verdict is Verdict.UNKNOWN]
    assert run.panel("Unknown by reason") == Counter((known(one.camera_id), one.reason.value) for one in unknown)


def test_alarms_are_the_same_everywhere(run: Run) -> None:
    raised = [entry for entry in run.journal() if isinstance(entry, Event) and entry.kind is EventKind.ALARM_RAISED]
    assert run.panel("Alarms") == Counter((known(event.camera_id),) for event in raised)
    alarms = httpx.get(f"{run.service.address}/v1/alarms", params={"limit": 1000}).raise_for_status().json()["items"]
    assert sorted(alarm["alarm_id"] for alarm in alarms) == sorted(event.event_id for event in raised)
    assert raised
