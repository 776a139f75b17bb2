"""What the record says people have chosen."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.contract.artifact import open_artifact
from service.contract.journal_entry import Event, EventKind
from service.judging.armings import Arming
from service.judging.recorded_choices import armed, armings_of
from tests.armings import an_arming
from tests.small_artifact import write_artifact

AT = datetime(2026, 5, 5, tzinfo=UTC)


@pytest.fixture
def arming(tmp_path: Path) -> Arming:
    return an_arming(open_artifact(tmp_path / write_artifact(tmp_path)))


def disarmed(event_id: str = "e-9", **payload: str) -> Event:
    return Event(event_id, EventKind.CAMERA_DISARMED, AT, "cam-1", payload=payload)


def test_an_arming_comes_back_from_the_record_whole(arming: Arming) -> None:
    assert armings_of([armed("cam-1", arming, 0.005)]) == {"cam-1": arming}


def test_the_last_one_counts(arming: Arming) -> None:
    later = arming.model_copy(update={"event_id": "e-2", "cut": 0.003})
    events = [armed("cam-1", arming, 0.005), armed("cam-1", later, 0.004)]
    assert armings_of(events) == {"cam-1": later}
    assert armings_of([*events, disarmed()]) == {"cam-1": None}


def test_what_could_not_be_kept_counts_as_never_done(arming: Arming) -> None:
    later = arming.model_copy(update={"event_id": "e-2", "cut": 0.003})
    undone = disarmed(undoes="e-2", reason="full disk")
    assert armings_of([armed("cam-1", arming, 0.005), armed("cam-1", later, 0.004), undone]) == {"cam-1": arming}
    taken_back = Event("e-4", EventKind.CAMERA_ARMED, AT, "cam-1", payload={"undoes": "e-9"})
    assert armings_of([armed("cam-1", arming, 0.005), disarmed(), taken_back]) == {"cam-1": arming}


def test_an_arming_that_nobody_can_read_is_no_witness(arming: Arming) -> None:
    unreadable = Event("e-5", EventKind.CAMERA_ARMED, AT, "cam-1", payload={"cut_after": 1.0})
    assert armings_of([armed("cam-1", arming, 0.005), unreadable]) == {}
