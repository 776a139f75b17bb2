"""Births say what is known, data what has changed, and silence is never good."""

from datetime import timedelta
from typing import Any

import pytest

from service.contract.decision import Decision, Verdict
from service.contract.journal_entry import Entry, Event, EventKind, Recorded, new_id
from service.monitoring.alarms.alarm import Alarm, Transition
from service.monitoring.alarms.events import event_of
from service.monitoring.cameras_file import Camera
from service.plugs.mqtt.messages import Message
from service.plugs.mqtt.sparkplug import payload
from service.plugs.mqtt.sparkplug.edge_node import MOST_WELLS, EdgeNode
from service.plugs.mqtt.sparkplug.well import DATATYPES
from tests.decisions import START, a_decision

CAMERAS = {"cam-1": Camera(interval_s=5, wells=("12a", "12b"))}
NOW = 1_800_000_000_000


def a_node(cameras: dict[str, Camera] | None = None) -> EdgeNode:
    return EdgeNode("plant", "line", CAMERAS if cameras is None else cameras, lambda: NOW)


def read(message: Message) -> Any:  # noqa: ANN401
    return payload._Payload.FromString(message.payload)


def kinds(messages: list[Message]) -> list[str]:
    return [message.topic.split("/", 2)[2] for message in messages]


def values(message: Message, *, historical: bool = False) -> dict[str, object]:
    return {
        one.name: None if one.is_null else getattr(one, payload._OF_TYPE[datatype(one)])
        for one in read(message).metrics
        if one.is_historical is historical
    }


def datatype(metric: Any) -> int:  # noqa: ANN401
    leaf: str = metric.name.rpartition("/")[2]
    return metric.datatype or DATATYPES[leaf]


def entry(sequence: int, what: Entry) -> Recorded:
    return Recorded(sequence, what)


def silence(well_id: str | None = None) -> Event:
    return Event(new_id(), EventKind.NO_DATA, START, "cam-1", well_id)


def test_before_anything_has_come_every_well_is_unknown_and_alarms() -> None:
    node, device = list(a_node().session(0))
    assert kinds([node, device]) == ["NBIRTH/line", "DBIRTH/line/cam-1"]
    told = values(device)
    assert len(told) == 2 * len(DATATYPES)
    assert {told[f"{well}/verdict"] for well in ("12a", "12b")} == {"unknown"}
    assert (values(node)["alarm"], told["12a/alarm"], told["12b/alarm"]) == (True, True, True)
    assert values(next(a_node({}).session(0)))["alarm"] is True


def test_after_a_birth_only_what_changes_is_told_and_the_nodes_alarm_follows() -> None:
    node = a_node({"cam-1": Camera(interval_s=5, wells=("12a",))})
    list(node.session(0))
    first = node.data([entry(1, a_decision())])
    assert kinds(first) == ["DDATA/line/cam-1", "NDATA/line"]
    assert values(first[1]) == {"alarm": False}
    second = node.data([entry(2, a_decision())])
    assert set(values(second[0])) == {"12a/decision_id", "12a/captured_at", "12a/received_at"}
    leak = a_decision(Verdict.LEAK)
    third = node.data([entry(3, leak)])
    assert values(third[0])["12a/verdict"] == "leak"
    assert values(third[1]) == {"alarm": True}
    again = values(list(node.births())[1])
    assert (again["12a/decision_id"], again["12a/score_ratio"]) == (leak.decision_id, leak.score_ratio)


def test_numbers_count_from_the_birth_and_go_round_after_255() -> None:
    node = a_node()
    sent = list(node.session(0))
    for place in range(1, 300):
        sent += node.data([entry(place, a_decision())])
    assert [read(message).seq for message in sent] == [place % 256 for place in range(len(sent))]
    assert [read(message).seq for message in list(node.births())] == [0, 1]
    assert not read(node.death()).HasField("seq")


def test_what_lay_in_the_journal_is_historical_and_then_each_well_is_told_as_it_is() -> None:
    node = a_node()
    list(node.session(0))
    node.data([entry(1, a_decision()), entry(2, a_decision(well_id="12b"))])
    node.bd_seq = 1
    born, device = list(node.session(5))
    assert (values(born)["bdSeq"], values(born)["alarm"]) == (1, True)
    assert {values(device)[f"{well}/reason"] for well in ("12a", "12b")} == {"catching_up"}
    past = [a_decision(Verdict.LEAK), a_decision()]
    told = node.data([entry(3, past[0])])
    assert kinds(told) == ["DDATA/line/cam-1"]
    assert values(told[0], historical=True)["12a/verdict"] == "leak"
    told = node.data([entry(5, past[1]), entry(6, a_decision(Verdict.LEAK, well_id="12b"))])
    assert [bool(values(one, historical=True)) for one in told] == [True, False, False, False]
    assert values(told[1])["12a/decision_id"] == past[1].decision_id
    assert values(told[2])["12b/verdict"] == "no_leak"
    assert values(told[3])["12b/verdict"] == "leak"


def test_what_a_connection_was_lost_over_comes_again_as_historical() -> None:
    node = a_node()
    list(node.session(0))
    lost = [entry(1, a_decision()), entry(2, a_decision(Verdict.LEAK))]
    node.data(lost)
    device = list(node.session(2))[1]
    assert values(device)["12a/verdict"] == "leak"
    (again,) = node.data(lost)
    assert values(again) == {}
    ids = [one.entry.decision_id for one in lost if isinstance(one.entry, Decision)]
    assert [one.string_value for one in read(again).metrics if one.name == "12a/decision_id"] == ids


def test_in_one_message_no_metric_has_two_values_of_one_time() -> None:
    node = a_node()
    list(node.session(3))
    same = [entry(place, a_decision(well_id=None, received_at=START)) for place in (1, 2)]
    told = node.data([*same, entry(3, a_decision(well_id=None))])
    assert kinds(told) == ["DBIRTH/line/cam-1", *["DDATA/line/cam-1"] * 3, "NDATA/line"][: len(told)]
    assert [len(read(one).metrics) // 9 for one in told[1:3]] == [1, 2]


def test_a_silent_well_is_unknown_and_a_silent_camera_dies_until_it_speaks() -> None:
    node = a_node()
    list(node.session(0))
    node.data([entry(1, a_decision()), entry(2, a_decision(well_id="12b"))])
    one = node.data([entry(3, silence("12a"))])
    assert kinds(one) == ["DDATA/line/cam-1", "NDATA/line"]
    assert (values(one[0])["12a/verdict"], values(one[0])["12a/alarm"]) == ("unknown", True)
    all_of_it = node.data([entry(4, silence())])
    assert kinds(all_of_it) == ["DDATA/line/cam-1", "DDEATH/line/cam-1"]  # of the other well
    assert kinds(list(node.births())) == ["NBIRTH/line"]
    back = node.data([entry(5, a_decision())])
    assert kinds(back) == ["DBIRTH/line/cam-1", "DDATA/line/cam-1"]
    assert values(back[0])["12b/alarm"] is True


def test_a_camera_that_fell_silent_meanwhile_dies_when_that_is_told() -> None:
    node = a_node()
    node.data([entry(1, a_decision())])
    list(node.session(2))
    told = node.data([entry(2, silence())])
    assert kinds(told)[-1] == "DDEATH/line/cam-1"
    assert all(one.is_historical for one in read(told[0]).metrics)
    assert {one.name.partition("/")[0] for one in read(told[0]).metrics} == {"12a", "12b"}
    assert kinds(list(node.births())) == ["NBIRTH/line"]


def test_a_well_or_camera_that_was_not_known_is_born_before_its_data() -> None:
    node = a_node()
    list(node.session(0))
    told = node.data([entry(1, a_decision(well_id="13")), entry(2, a_decision(camera_id=None, well_id=None))])
    assert kinds(told) == ["DBIRTH/line/cam-1", "DDATA/line/cam-1", "DBIRTH/line/~", "DDATA/line/~"]
    assert {name.partition("/")[0] for name in values(told[0])} == {"12a", "12b", "13"}


def test_wells_that_are_new_together_are_born_once() -> None:
    node = a_node()
    list(node.session(0))
    told = node.data([entry(place, a_decision(well_id=f"new-{place}")) for place in range(1, 51)])
    assert kinds(told) == ["DBIRTH/line/cam-1", *["DDATA/line/cam-1"] * 50]
    assert len({name.partition("/")[0] for name in values(told[0])}) == 52


def test_wells_beyond_the_bound_share_one_place_and_none_is_passed_over() -> None:
    node = a_node({"cam-1": Camera(interval_s=5, wells=tuple(str(number) for number in range(MOST_WELLS)))})
    list(node.session(0))
    told = node.data([entry(1, a_decision(Verdict.LEAK, well_id="new")), entry(2, a_decision(well_id="newer"))])
    assert kinds(told) == ["DBIRTH/line/~", "DDATA/line/~", "DDATA/line/~"]
    assert values(told[1])["~/verdict"] == "leak"


def test_an_alarm_says_how_it_stands_also_from_before_the_start() -> None:
    node = a_node()
    decision = a_decision(Verdict.LEAK)
    alarm = Alarm.raised(decision, first_out=True, chattering=False)
    node.stands([alarm])
    shelved = alarm.shelved(START, START + timedelta(hours=1), "ann", "nozzle")
    device = list(node.session(0))[1]
    assert values(device)["12a/alarm_state"] == "unacknowledged"
    assert values(device)["12b/alarm_state"] == "normal"
    told = node.data([entry(1, event_of(Transition(new_id(), EventKind.ALARM_SHELVED, shelved, "ann")))])
    assert values(told[0]) == {"12a/alarm_state": "shelved"}


@pytest.mark.parametrize("name", ["timestamp", "metrics"])
def test_death_and_birth_carry_one_number(name: str) -> None:
    node = a_node()
    node.bd_seq = 7
    death, birth = node.death(), next(node.session(0))
    assert values(death)["bdSeq"] == values(birth)["bdSeq"] == 7
    assert getattr(read(death), name)
    assert (death.qos, death.retain, birth.qos, birth.retain) == (1, False, 0, False)
