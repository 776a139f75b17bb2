"""Mutated JPEG and PNG files: the process lives, memory stays flat, and nothing but our own errors is raised.

In full: ``FUZZ_CASES=50000 python -m pytest tests/faults/test_decoder_fuzz.py -s --timeout 3600``.
"""

import os
import resource
from pathlib import Path

import numpy as np

from service.contract.decision import Decision, Verdict
from service.contract.errors import PictureError
from service.judging.judge import judge
from service.judging.serving import open_serving
from service.settings import Settings
from tests.faults.picture_faults import limits
from tests.judged import shot_of
from tests.pictures import encoded, jpeg
from tests.small_artifact import rewrite_manifest, write_artifact
from tests.wells import good_well

CASES = int(os.environ.get("FUZZ_CASES", "3000"))
GROWTH_BYTES = 48 * 1024 * 1024
SEEDS = [encode(good_well(seed)) for seed in range(4) for encode in (jpeg, encoded)]


def mutated(random: np.random.Generator) -> bytes:
    """A whole file with bytes flipped, cut out, repeated or inserted."""
    content = bytearray(SEEDS[random.integers(len(SEEDS))])
    for _ in range(random.integers(1, 6)):
        place, length = int(random.integers(len(content))), int(random.integers(1, 12))
        kind = random.integers(4)
        if kind == 0:
            content[place] ^= 1 << int(random.integers(8))
        elif kind == 1:
            del content[place : place + length]
        elif kind == 2:
            content[place:place] = content[place : place + length]
        else:
            content[place : place + length] = random.bytes(length)
        content = content or bytearray(b"\0")
    return bytes(content)


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def test_mutated_pictures_harm_nobody(tmp_path: Path) -> None:
    folder = tmp_path / write_artifact(tmp_path)
    rewrite_manifest(folder, gate=limits().model_dump(mode="json"))
    serving = open_serving(folder, Settings())
    random = np.random.default_rng(17)
    decided: list[Verdict] = []
    warm = 0
    for case in range(CASES):
        if case == CASES // 5:
            warm = resident_bytes()
        try:
            decision: Decision = judge(serving, shot_of(mutated(random)))
        except PictureError:
            continue
        decided.append(decision.verdict)
    growth = resident_bytes() - warm
    counts = {verdict.value: decided.count(verdict) for verdict in Verdict}
    print(f"{CASES} cases, {CASES - len(decided)} refused, {counts}, memory grew by {growth / 2**20:.1f} MiB")  # noqa: T201  # a figure for people
    assert growth < GROWTH_BYTES
    assert 0 < len(decided) < CASES
