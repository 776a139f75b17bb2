"""Stored files in doubt: an incident, a metric, one line of the log each."""

import pytest
from prometheus_client import CollectorRegistry

from service.monitoring.stored_state import STORED_STATE, StoredState


def test_doubts_of_all_sources_are_one_incident_a_count_and_a_line_each(caplog: pytest.LogCaptureFixture) -> None:
    armings: dict[str, str] = {}
    registry = CollectorRegistry()
    state = StoredState(registry, [lambda: armings, lambda: {"shift_watch.json": "it is gone"}])
    assert state.problems() == {STORED_STATE: "shift_watch.json: it is gone"}
    armings["armed_cameras.json"] = "it differs"
    for _ in range(3):
        assert state.problems() == {STORED_STATE: "armed_cameras.json: it differs; shift_watch.json: it is gone"}
    assert registry.get_sample_value("leak_inspection_lost_state_files") == 2
    assert len(caplog.records) == 2
    armings.clear()
    assert state.problems() == {STORED_STATE: "shift_watch.json: it is gone"}


def test_without_a_doubt_there_is_no_incident() -> None:
    assert StoredState(CollectorRegistry(), [dict]).problems() == {}
