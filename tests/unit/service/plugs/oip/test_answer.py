"""Decisions become rows of outputs, and what has no score has no number for it."""

import json

import numpy as np

from service.contract.decision import Reason, Verdict
from service.plugs.oip.answer import OUTPUTS, answer
from tests.decisions import a_decision


def test_a_row_without_a_score_is_there_with_its_alarm_and_no_number() -> None:
    unknown = a_decision(Verdict.UNKNOWN, reason=Reason.INPUT_BLACK)
    written = answer([unknown], [(name, False) for name in OUTPUTS], "m", "v", None)
    outputs = {output["name"]: output["data"] for output in json.loads(written.body)["outputs"]}
    assert written.json_bytes is None
    assert (outputs["verdict"], outputs["alarm"], outputs["score"]) == (["unknown"], [True], ["NaN"])
    assert np.isnan(np.array(outputs["score"], dtype=np.float64)).all()


def test_bytes_follow_the_json_in_the_order_of_the_outputs() -> None:
    written = answer(
        [a_decision(), a_decision()], [("alarm", True), ("verdict", False), ("score", True)], "m", "v", "7"
    )
    assert written.json_bytes is not None
    head = json.loads(written.body[: written.json_bytes])
    assert (head["id"], head["model_name"], head["model_version"]) == ("7", "m", "v")
    assert [output.get("parameters") for output in head["outputs"]] == [
        {"binary_data_size": 2},
        None,
        {"binary_data_size": 16},
    ]
    assert len(written.body) - written.json_bytes == 18
