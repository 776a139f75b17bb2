"""An inference that takes too long is ended, and told of while it runs."""

from pathlib import Path
from time import monotonic

import numpy as np
import onnxruntime as ort
import pytest

from service.contract.artifact import MODEL
from service.contract.run_limit import RunLimit
from service.contract.scorer import OnnxScorer
from tests.endless_graph import with_endless_loop
from tests.small_artifact import SPEC, write_artifact


def test_an_endless_inference_ends_with_an_error(tmp_path: Path) -> None:
    model = tmp_path / write_artifact(tmp_path) / MODEL
    model.write_bytes(with_endless_loop(model.read_bytes()))
    limit = RunLimit(0.2)
    limit.start()
    started = monotonic()
    with pytest.raises(Exception, match="terminate flag"):
        OnnxScorer(model, SPEC, limit=limit)
    limit.close()
    assert 0.2 < monotonic() - started < 10
    assert limit.longest_s() == 0


def test_a_short_inference_is_left_alone(tmp_path: Path) -> None:
    limit = RunLimit(30)
    scorer = OnnxScorer(tmp_path / write_artifact(tmp_path) / MODEL, SPEC, limit=limit)
    assert scorer.score(np.zeros((2, SPEC.height, SPEC.width, 3), np.uint8)).shape == (2,)
    assert limit.longest_s() == 0


def test_the_oldest_running_inference_is_told() -> None:
    limit = RunLimit()
    first, second = limit.begin(ort.RunOptions()), limit.begin(ort.RunOptions())
    assert limit.longest_s() > 0
    limit.end(first)
    limit.end(second)
    assert limit.longest_s() == 0
