"""Fast and right: what is answered over HTTP, counted in the metrics and kept on record agrees with what was sent."""

import contextlib
import http.client
import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from service.contract.artifact import Artifact
from service.contract.picture import decode, to_pixels
from service.contract.scorer import OnnxScorer
from tests.perf.contenders import BATCH, RAW, SINGLE, Contender
from tests.perf.crops import Bodies
from tests.perf.load import FORM, JPEG, saturate
from tests.perf.rounds import Bench

JOURNAL = "journal.sqlite3"
DAMAGED = b"no picture"
DECISIONS = re.compile(r"^leak_inspection_decisions_total\{[^}]*\} (\S+)$", re.MULTILINE)
REFUSED = re.compile(r'^leak_inspection_requests_total\{code="415"\} (\S+)$', re.MULTILINE)


class Agreement(NamedTuple):
    """What was seen of one service.

    ``score_gap`` is the largest relative difference between a score over HTTP and the scorer's own. The counts are of
    decisions, ``refused`` of pictures; ``cut_off`` may be on record beyond what the load generator counted, since it
    leaves while its last requests are on their way.
    """

    score_gap: float
    sent: int
    counted: int
    on_record: int
    refused: int
    refused_counted: int
    cut_off: int

    @property
    def agrees(self) -> bool:
        """Whether nothing is missing anywhere, nor there twice."""
        return (
            self.on_record == self.counted
            and self.refused == self.refused_counted
            and self.sent <= self.counted <= self.sent + self.cut_off
        )


def agreement(bench: Bench, ours: Contender, data_dir: Path, bodies: Bodies, artifact: Artifact) -> Agreement:
    """Send known crops one by one and as frames, some that are no pictures, and then as many as it takes."""
    singles, frames = _contents(bodies.raw), _contents(bodies.batch)
    load = ours.loads[RAW]
    with bench.running(ours) as server, _connected(server.port) as connection:
        before = _decisions(connection)
        alone = [_post(connection, SINGLE, JPEG, crop)["score"] for crop in singles]
        together = [_post(connection, BATCH, FORM, frame)["results"] for frame in frames]
        for _ in singles:
            _post(connection, SINGLE, JPEG, DAMAGED, http.HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        saturated = saturate(load, server.port, bench.cores.load, bench.plan.warm_up_s)
        counted, refused = _decisions(connection) - before, _total(REFUSED, connection)
    scores = np.array(alone), np.array([result["score"] for result in together[0]])
    gap = max(map(score_gap, scores, offline_scores(artifact, singles)))
    sent = len(alone) + sum(map(len, together)) + saturated.requests
    on_record = rows_on_record(data_dir / JOURNAL) - before
    return Agreement(gap, sent, counted, on_record, len(singles), refused, load.connections)


def offline_scores(artifact: Artifact, crops: Sequence[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """Scores of the artefact's own scorer, without any service: crop by crop, and all at once."""
    spec = artifact.manifest.input
    scorer = OnnxScorer(artifact.model_path, spec)
    pixels = np.stack([to_pixels(decode(crop), spec) for crop in crops])
    return np.concatenate([scorer.score(one[np.newaxis]) for one in pixels]), scorer.score(pixels)


def score_gap(scores: np.ndarray, expected: np.ndarray) -> float:
    """Largest relative difference."""
    return float(np.max(np.abs(scores - expected) / np.maximum(np.abs(expected), np.finfo(np.float32).tiny)))


def rows_on_record(journal: Path) -> int:
    """Decisions in a journal's file."""
    with contextlib.closing(sqlite3.connect(journal)) as connection:
        return int(connection.execute("SELECT count(*) FROM entries WHERE kind = 'decision'").fetchone()[0])


def _contents(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in sorted(folder.iterdir())]


@contextlib.contextmanager
def _connected(port: int) -> Iterator[http.client.HTTPConnection]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        yield connection


def _post(
    connection: http.client.HTTPConnection,
    path: str,
    content_type: str,
    body: bytes,
    expected: http.HTTPStatus = http.HTTPStatus.OK,
) -> dict[str, list[dict[str, float]]]:
    connection.request("POST", path, body, {"Content-Type": content_type})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != expected:
        raise RuntimeError(f"{path}: {answer.status} instead of {expected.value}: {content[:300]!r}")
    return dict(json.loads(content))


def _decisions(connection: http.client.HTTPConnection) -> int:
    return _total(DECISIONS, connection)


def _total(pattern: re.Pattern[str], connection: http.client.HTTPConnection) -> int:
    connection.request("GET", "/metrics")
    return total(pattern, connection.getresponse().read().decode())


def total(pattern: re.Pattern[str], exposition: str) -> int:
    """Sum of a metric over its labels."""
    return sum(int(float(value)) for value in pattern.findall(exposition))
