"""From error to answer."""

import json

import pytest

from service.contract import errors
from service.contract.errors import LeakInspectionError
from service.edge.errors import only_post, problem_of

OF_REQUESTS = (
    errors.PictureError,
    errors.ArtifactError,
    errors.RequestError,
    errors.Unavailable,
    errors.DeadlineExceeded,
)


def leaves(error: type[LeakInspectionError]) -> list[type[LeakInspectionError]]:
    """The errors of a branch that have none below them."""
    below = error.__subclasses__()
    return [leaf for child in below for leaf in leaves(child)] if below else [error]


@pytest.mark.parametrize("error", [leaf for branch in OF_REQUESTS for leaf in leaves(branch)])
def test_what_a_caller_can_do_something_about_is_said(error: type[LeakInspectionError]) -> None:
    answer = problem_of(error("what to do"), "/v1/inspect", "id")
    assert json.loads(answer.body)["detail"] == "what to do"
    assert answer.status != 500


def test_every_answer_says_unknown_and_alarm() -> None:
    body = json.loads(problem_of(errors.Overloaded("send the next"), "/v1/inspect", "id-1").body)
    assert (body["verdict"], body["alarm"], body["request_id"]) == ("unknown", True, "id-1")


def test_whoever_may_try_again_is_told_when() -> None:
    assert problem_of(errors.NotReady(""), "/", "").headers["retry-after"] == "1"
    assert "retry-after" not in problem_of(errors.NotAPicture(""), "/", "").headers


def test_what_nobody_foresaw_tells_nothing_of_itself() -> None:
    answer = problem_of(ValueError("/secret/path"), "/v1/inspect", "id")
    assert answer.status == 500
    assert b"secret" not in answer.body


def test_another_method_is_told_which_is_taken() -> None:
    answer = only_post("/v1/inspect", "id")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
