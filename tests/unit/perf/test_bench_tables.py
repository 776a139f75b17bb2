"""What the bench makes of its measurements."""

import json
import statistics
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.perf import comparison, findings, report
from tests.perf.agreement import DECISIONS, Agreement, score_gap, total
from tests.perf.aims import CameraLatency, Generators, Memory, Replicas
from tests.perf.commits import Commit
from tests.perf.contenders import CONSTANT, FRAME, LABELLED, LITSERVE, LOOP_80, RAW
from tests.perf.load import Paced
from tests.perf.rounds import Measurement


def row(name: str, rate: float, crops: int = 1, cpu_s: float = 1.0) -> Measurement:
    return Measurement(name, rate, rate * crops, cpu_s, rss_mib=100.0, ready_s=1.0, p99_ms=2.0)


ROUNDS = [
    {
        item.row: item
        for item in (row(CONSTANT, 1000), row(RAW, raw), row(FRAME, 10, crops=80), row(LOOP_80, 12, crops=80))
    }
    for raw in (400, 500, 450)
]


def test_ratios_are_taken_within_a_round() -> None:
    raw, cpu, frame, *_ = findings.ratios(ROUNDS)
    assert (raw.value, raw.low, raw.high, raw.met) == (0.45, 0.4, 0.5, False)
    assert cpu.value == 1.0
    assert frame.value == pytest.approx(800 / 960)


def test_a_contender_that_was_not_measured_has_no_ratio() -> None:
    assert not [finding for finding in findings.ratios(ROUNDS) if LITSERVE in finding.what]


def test_an_aim_that_is_missed_is_said_to_be() -> None:
    slow = [{CONSTANT: row(CONSTANT, 1000), RAW: row(RAW, 100)}]
    assert "**missed**" in report.verdicts(findings.ratios(slow))


def test_the_table_has_medians_and_the_spread_of_rates() -> None:
    lines = report.table(ROUNDS).splitlines()
    assert len({len(line) for line in lines}) == 1
    ours = next(line for line in lines if RAW in line)
    assert "450 (400 to 500)" in ours
    assert " 2.00 " in ours


def test_the_json_holds_every_round() -> None:
    content = json.loads(report.as_json({"cores": 2}, ROUNDS, findings.ratios(ROUNDS)))
    rates = [item["requests_per_s"] for items in content["rounds"] for item in items if item["row"] == RAW]
    assert statistics.median(rates) == 450
    assert content["setting"] == {"cores": 2}


def test_the_page_gets_the_tables_between_its_marks_again_and_again(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- bench: written by `make bench` -->\nold\n<!-- end -->\nafter\n")
    for text in ("first", "second"):
        report.write_page(page, text)
    assert page.read_text() == "before\n<!-- bench: written by `make bench` -->\nsecond\n<!-- end -->\nafter\n"


def test_the_plot_is_written(tmp_path: Path) -> None:
    report.plot(ROUNDS, tmp_path / "bench.svg")
    assert "</svg>" in (tmp_path / "bench.svg").read_text()


def test_aims_beside_the_table_are_judged() -> None:
    paced = Paced(840, 1.0, 1.9, 6.0, 0.1)
    latency = CameraLatency(paced, replace(paced, p99_ms=26.0))
    assert [finding.met for finding in findings.camera(latency)] == [True, False]
    assert [finding.met for finding in findings.memory(Memory(1000, 100.0, 103.0))] == [True, False]
    assert [finding.met for finding in findings.replicas(Replicas(100.0, 191.0))] == [True]
    assert findings.replicas(None) == []


AGREED = Agreement(0.0, sent=100, counted=110, on_record=110, refused=3, refused_counted=3, cut_off=32)


@pytest.mark.parametrize(
    ("change", "agrees"),
    [
        ({}, True),
        ({"on_record": 109}, False),  # counted, but not kept
        ({"counted": 99, "on_record": 99}, False),  # answered, but not kept
        ({"counted": 133, "on_record": 133}, False),  # more than was ever sent
        ({"refused_counted": 2}, False),
    ],
)
def test_a_decision_that_is_missing_or_there_twice_is_noticed(change: dict[str, int], agrees: bool) -> None:
    found = AGREED._replace(**change)
    assert found.agrees is agrees
    assert findings.agreement(found)[1].met is agrees


def test_metrics_are_summed_over_their_labels() -> None:
    exposition = (
        'leak_inspection_decisions_total{camera_id="other",verdict="leak"} 2.0\n'
        'leak_inspection_decisions_total{camera_id="cam-1",verdict="no_leak"} 1.2e+03\n'
        'leak_inspection_decisions_created{camera_id="cam-1",verdict="no_leak"} 7.0\n'
    )
    assert total(DECISIONS, exposition) == 1202


def test_the_gap_of_scores_is_the_largest_and_relative() -> None:
    assert score_gap(np.array([1.0, 2.0]), np.array([1.0, 2.5])) == pytest.approx(0.2)


def test_ratios_with_a_commit_are_taken_within_a_round() -> None:
    commit = Commit("c7fbb6c0" * 5, Path())
    there = {name: f"{name} at c7fbb6c" for name in (RAW, LABELLED, FRAME)}
    rounds = [
        {
            item.row: item
            for item in (
                row(CONSTANT, 1000),
                *(row(name, 300, crops=80 if name is FRAME else 1) for name in there),
                *(row(name, 200, crops=80 if name == there[FRAME] else 1) for name in there.values()),
            )
        }
    ]
    found = {finding.what: finding.value for finding in comparison.ratios(commit, rounds)}
    assert [found[f"{here} / {name}"] for here, name in there.items()] == [1.5, 1.5, 1.5]
    assert found[f"{there[RAW]} / {CONSTANT}"] == 0.2


def test_whoever_calls_a_good_well_a_leak_is_named() -> None:
    rows = {name: replace(row(name, 100), good_share=share) for name, share in ((RAW, 1.0), (LITSERVE, 0.9))}
    (finding,) = findings.verdicts([rows])
    assert (LITSERVE in finding.what, finding.value, finding.met) == (True, 0.9, False)


def test_a_core_is_told_in_cameras_and_wells() -> None:
    cameras, wells = findings.plant([{FRAME: row(FRAME, rate, crops=80)} for rate in (70, 35, 105)])
    assert (cameras.value, cameras.low, cameras.high) == (20, 10, 30)
    assert wells.value == 1600


@pytest.mark.parametrize(("hey", "met"), [(95.0, True), (89.0, False), (112.0, False)])
def test_two_load_generators_must_agree(hey: float, met: bool) -> None:
    rate, cpu = findings.generators(Generators([(100.0, 0.001)] * 2, [(hey, 0.002)] * 2))
    assert (rate.met, cpu.value) == (met, 0.5)
    assert not findings.generators(Generators([(100.0, 0.001)], []))


def test_a_page_has_a_block_for_each_command(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    blocks = [
        f"<!-- bench: written by `{command}` -->\n<!-- end -->\n" for command in (report.BENCH, report.COMPARISON)
    ]
    page.write_text("".join(blocks))
    report.write_page(page, "ratios", report.COMPARISON)
    assert page.read_text() == blocks[0] + blocks[1].replace("<!-- end", "ratios\n<!-- end")
