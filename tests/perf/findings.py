"""The aims, and what was found."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.perf.agreement import Agreement
from tests.perf.aims import CROPS_A_FRAME, FRAMES_PER_S, CameraLatency, Generators, Memory, Replicas
from tests.perf.contenders import BENTOML, CONSTANT, FRAME, LABELLED, LITSERVE, LOOP, LOOP_80, MULTIPART, RAW, TORCH
from tests.perf.rounds import Measurement

Rounds = Sequence[Mapping[str, Measurement]]


@dataclass(frozen=True, slots=True)
class Finding:
    """A figure with its spread over the rounds, and whether the aim, if there is one, is met."""

    what: str
    aim: str
    value: float
    low: float
    high: float
    met: bool | None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Ratio:
    """Two rows, the least that their ratio should be, and whether crops are compared instead of requests."""

    above: str
    below: str
    least: float | None
    crops: bool = False


RATIOS = (
    Ratio(RAW, CONSTANT, 0.55),
    Ratio(LABELLED, CONSTANT, 0.5),
    Ratio(FRAME, LOOP_80, 0.9, crops=True),
    Ratio(RAW, LITSERVE, 6),
    Ratio(RAW, TORCH, 5),
    Ratio(RAW, BENTOML, 12),
    Ratio(MULTIPART, CONSTANT, None),
    Ratio(RAW, LOOP, None, crops=True),
)


def ratios(rounds: Rounds, pairs: Sequence[Ratio] = RATIOS) -> list[Finding]:
    """Compare rows round by round, by throughput and by CPU time; rows that were not measured are left out."""
    measured = [ratio for ratio in pairs if all(ratio.above in row and ratio.below in row for row in rounds)]
    return [finding for ratio in measured for finding in (_by_rate(ratio, rounds), _by_cpu(ratio, rounds))]


def _by_rate(ratio: Ratio, rounds: Rounds) -> Finding:
    def rate(row: Measurement) -> float:
        return row.crops_per_s if ratio.crops else row.requests_per_s

    values = [rate(row[ratio.above]) / rate(row[ratio.below]) for row in rounds]
    value = statistics.median(values)
    aim = "" if ratio.least is None else f"≥ {ratio.least}"
    met = None if ratio.least is None else value >= ratio.least
    return Finding(f"{ratio.above} / {ratio.below}", aim, value, min(values), max(values), met)


def _by_cpu(ratio: Ratio, rounds: Rounds) -> Finding:
    values = [row[ratio.below].cpu_s_per_1000 / row[ratio.above].cpu_s_per_1000 for row in rounds]
    what = "the same by CPU time a crop"
    return Finding(what, "", statistics.median(values), min(values), max(values), None)


def start_and_size(rounds: Rounds) -> list[Finding]:
    """Judge start to ready and resident memory of our own server."""
    rows = [row[RAW] for row in rounds if RAW in row]
    return [
        _below("start to ready", [row.ready_s for row in rows], 0.8, " s"),
        _below("CPU of 1,000 crops in frames of 80", [row[FRAME].cpu_s_per_1000 for row in rounds], 0.09, " s"),
        _below("resident memory after the rounds", [row[FRAME].rss_mib for row in rounds], 150, " MiB"),
    ]


def sizes(rounds: Rounds, rows: Sequence[str]) -> list[Finding]:
    """Start to ready and resident memory of several servers, side by side."""
    found = []
    for name in rows:
        measured = [row[name] for row in rounds]
        found.append(_plain(f"start to ready, {name}", [one.ready_s for one in measured], " s"))
        found.append(_plain(f"resident memory, {name}", [one.rss_mib for one in measured], " MiB"))
    return found


def verdicts(rounds: Rounds) -> list[Finding]:
    """Judge whether everybody answered ``no_leak`` to every crop of a good well."""
    shares = {name: row.good_share for rows in rounds for name, row in rows.items() if row.good_share is not None}
    worst = min(shares, key=lambda name: shares[name], default=None)
    if worst is None:
        return []
    share = shares[worst]
    return [Finding(f"crops answered with no_leak, the least share: {worst}", "1", share, share, share, share == 1)]


def plant(rounds: Rounds) -> list[Finding]:
    """What a core is good for, where a camera sends frames of so many wells so often."""
    frames = [row[FRAME].requests_per_s for row in rounds if FRAME in row]
    if not frames:
        return []
    cameras = [rate / FRAMES_PER_S for rate in frames]
    setting = f"at {FRAMES_PER_S:g} frames of {CROPS_A_FRAME} wells a second, all of a core"
    return [
        _plain(f"cameras a core, {setting}", cameras, ""),
        _plain(f"wells a core, {setting}", [CROPS_A_FRAME * number for number in cameras], ""),
    ]


def generators(found: Generators) -> list[Finding]:
    """Judge whether another load generator sees the same rate, and costs the server as much."""
    pairs = list(zip(found.hey, found.wrk, strict=bool(found.hey)))
    if not pairs:
        return []
    rates = [hey[0] / wrk[0] for hey, wrk in pairs]
    rate = statistics.median(rates)
    return [
        Finding("rate by hey / by wrk, one raw crop", "0.9 to 1.1", rate, min(rates), max(rates), 0.9 <= rate <= 1.1),
        _plain("the same by CPU time a crop", [wrk[1] / hey[1] for hey, wrk in pairs], ""),
    ]


def variants(rounds: Rounds, rows: Sequence[str]) -> list[Finding]:
    """What can be switched: the rate with it switched, by that of the service as shipped."""
    return [finding for name in rows for finding in ratios(rounds, [Ratio(name, RAW, None)])]


def agreement(found: Agreement) -> list[Finding]:
    """Judge whether the service is right while it is fast."""
    share = found.on_record / found.sent
    return [
        _below("score over HTTP against the scorer's own, largest relative difference", [found.score_gap], 1e-6, ""),
        Finding(
            f"decisions on record / sent: {found.on_record:,} kept and {found.counted:,} counted of {found.sent:,},"
            f" and {found.refused_counted} of {found.refused} refused",
            f"1, and at most {found.cut_off} cut off",
            share,
            share,
            share,
            found.agrees,
        ),
    ]


def camera(found: CameraLatency) -> list[Finding]:
    """Judge the latencies at a camera's rate."""
    return [
        _below("p99 at 280 crops/s sent singly", [found.singly.p99_ms], 2, " ms"),
        _below("p99 of a frame, 3.5 batches of 80 a second", [found.by_frame.p99_ms], 10, " ms"),
    ]


def memory(found: Memory) -> list[Finding]:
    """Judge the growth of resident memory."""
    return [
        _below(f"resident memory after {found.crops:,} crops", [found.end_mib], 150, " MiB"),
        _below("its growth since the warm-up", [found.growth * 100], 2, " %"),
    ]


def replicas(found: Replicas | None) -> list[Finding]:
    """Judge the gain of a second replica."""
    if found is None:
        return []
    value = found.two / found.one
    return [Finding("two replicas on two cores / one", "≥ 1.9", value, value, value, value >= 1.9)]


def _plain(what: str, values: Sequence[float], unit: str) -> Finding:
    return Finding(what, "", statistics.median(values), min(values), max(values), None, unit)


def _below(what: str, values: Sequence[float], limit: float, unit: str) -> Finding:
    value = statistics.median(values)
    return Finding(what, f"< {limit}{unit}", value, min(values), max(values), value < limit, unit)
