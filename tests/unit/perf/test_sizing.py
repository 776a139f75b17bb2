"""What a plant needs follows from the last run of the bench, and stands so in the documentation."""

import json

from tests.perf.contenders import FRAME, LABELLED
from tests.perf.sizing import BLOCK, PAGE, sizing


def run(framed: float, single: float) -> dict[str, object]:
    return {"rounds": [[{"row": FRAME, "crops_per_s": framed}, {"row": LABELLED, "crops_per_s": single}]]}


def test_half_of_a_core_is_left_free_and_one_replica_is_to_spare() -> None:
    shown = sizing(run(framed=5600, single=2800))
    assert "| 10 in frames, 5 singly |" in shown
    assert "| 40 cameras in frames: 4 + 1 |" in shown
    assert "| 5 replicas: 3 machines with 2 cores |" in shown
    assert "more than 20 cameras" in shown


def test_a_slow_core_serves_one_camera_at_least() -> None:
    assert "| 1 in frames, 1 singly |" in sizing(run(framed=300, single=100))


def test_the_page_shows_the_last_run() -> None:
    (block,) = BLOCK.finditer(PAGE.read_text(encoding="utf-8"))
    shown = sizing(json.loads(PAGE.with_suffix(".json").read_text(encoding="utf-8")))
    assert block[0] == block[1] + shown + block[2]
