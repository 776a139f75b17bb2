"""The registers of a well: whatever is not a fresh, good result of a ready service alarms, and no 0 is ever good."""

import math
import struct
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from service.contract.decision import Verdict
from service.plugs.modbus.registers import WELL, WELL_STRIDE, WELL_WORDS
from service.plugs.modbus.well_block import WellBlock
from tests.decisions import START, a_decision

VALID, PATIENCE = timedelta(seconds=30), timedelta(seconds=5)
PLACES = {register.name: register.offset - 1 for register in WELL}


def block() -> WellBlock:
    return WellBlock(VALID, PATIENCE)


def decided(verdict: Verdict, received_at: datetime = START) -> WellBlock:
    made = block()
    made.decided(a_decision(verdict, decision_id=str(uuid4()), received_at=received_at))
    return made


def shown(well: WellBlock, *names: str, ready: bool = True) -> list[int]:
    words = well.words(ready=ready)
    return [words[PLACES[name]] for name in names]


def test_the_registers_of_a_well_follow_each_other_and_fit_their_stride() -> None:
    ends = [register.offset + register.words for register in WELL]
    assert [register.offset for register in WELL] == [0, *ends[:-1]]
    assert len(block().words(ready=True)) == WELL_WORDS - 1
    assert WELL_WORDS <= WELL_STRIDE


@pytest.mark.parametrize(
    ("verdict", "said"), [(Verdict.NO_LEAK, [1, 1, 1]), (Verdict.LEAK, [2, 2, 1]), (Verdict.UNKNOWN, [3, 2, 2])]
)
def test_a_verdict_is_a_result_an_alarm_and_whether_it_was_judged(verdict: Verdict, said: list[int]) -> None:
    assert shown(decided(verdict), "result", "alarm", "unknown") == said


def test_before_the_first_picture_there_is_alarm_and_no_result() -> None:
    assert shown(block(), "result", "alarm", "unknown", "sequence") == [0, 2, 2, 0]


def test_a_good_result_of_a_service_that_is_not_ready_alarms() -> None:
    assert shown(decided(Verdict.NO_LEAK), "result", "alarm", "ready", ready=False) == [1, 2, 2]


def test_an_open_alarm_stands_over_a_good_result_until_it_is_closed() -> None:
    well = decided(Verdict.NO_LEAK)
    well.alarm_opened("a")
    assert shown(well, "alarm") == [2]
    well.alarm_closed("a")
    assert shown(well, "alarm") == [1]


def test_a_result_that_is_older_than_it_may_be_is_silence() -> None:
    well = decided(Verdict.NO_LEAK)
    well.look(START + VALID)
    assert shown(well, "result") == [1]
    well.look(START + VALID + timedelta(milliseconds=1))
    assert shown(well, "result", "alarm", "unknown", "sequence") == [4, 2, 2, 2]
    well.look(START + 2 * VALID)
    assert shown(well, "sequence") == [2]


def test_a_trigger_is_answered_by_the_next_picture_not_by_one_that_came_before() -> None:
    well = decided(Verdict.NO_LEAK)
    well.trigger(7, START + timedelta(seconds=1))
    assert shown(well, "busy", "ready", "answered") == [2, 2, 0]
    well.decided(a_decision(Verdict.NO_LEAK, decision_id=str(uuid4()), received_at=START))
    assert shown(well, "busy", "answered") == [2, 0]
    well.decided(a_decision(Verdict.LEAK, decision_id=str(uuid4()), received_at=START + timedelta(seconds=2)))
    assert shown(well, "busy", "ready", "answered", "result", "sequence") == [1, 1, 7, 2, 3]


def test_a_trigger_without_a_picture_is_answered_by_silence() -> None:
    well = decided(Verdict.NO_LEAK)
    well.trigger(7, START)
    well.look(START + PATIENCE + timedelta(milliseconds=1))
    assert shown(well, "busy", "answered", "result", "alarm") == [1, 7, 4, 2]


def test_figures_times_and_ids_are_those_of_the_decision() -> None:
    decision_id = uuid4()
    well = block()
    decision = a_decision(Verdict.LEAK, decision_id=str(decision_id), received_at=START, captured_at=None)
    well.decided(decision)
    packed = struct.pack(f">{WELL_WORDS - 1}H", *well.words(ready=True))
    ratio, captured, received, found, artifact = struct.unpack(">fQQ16s8s", packed[14:])
    assert ratio == pytest.approx(decision.score_ratio)
    assert (captured, datetime.fromtimestamp(received / 1000, UTC)) == (0, START.replace(microsecond=123000))
    assert found == decision_id.bytes
    assert artifact.hex() == decision.model.artifact_sha256[:16]


@pytest.mark.parametrize("ratio", [None, 1e300])
def test_a_ratio_that_is_none_or_huge_is_never_a_small_number(ratio: float | None) -> None:
    well = block()
    well.decided(a_decision(Verdict.UNKNOWN, decision_id=str(uuid4()), score_ratio=ratio))
    (shown_ratio,) = struct.unpack(">f", struct.pack(">2H", *well.words(ready=True)[7:9]))
    assert math.isnan(shown_ratio) if ratio is None else shown_ratio > 1e37


def test_the_sequence_is_never_0_again() -> None:
    well = decided(Verdict.NO_LEAK)
    for _ in range(0xFFFF):
        well.silent()
    assert shown(well, "sequence") == [1]
