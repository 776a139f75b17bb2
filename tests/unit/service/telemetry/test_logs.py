"""JSON lines, and which requests are worth one."""

import json
import logging

import pytest

from service.contract.decision import Verdict
from service.contract.errors import NotReady, Overloaded
from service.telemetry.logs import JsonLines, RequestLog
from tests.decisions import a_decision


def scope(**fields: object) -> dict[str, object]:
    """A request as it was answered."""
    return {"method": "POST", "path": "/v1/inspect", "request_id": "id-1", **fields}


def log(good_share: float = 0.0) -> RequestLog:
    return RequestLog(logging.getLogger("test.requests"), good_share)


def test_a_line_is_one_object_with_the_extra_fields() -> None:
    record = logging.makeLogRecord({"msg": "one\ntwo", "name": "service", "levelname": "INFO", "artifact": "a-1"})
    line = JsonLines().format(record)
    assert "\n" not in line
    shown = json.loads(line)
    assert (shown["message"], shown["level"], shown["artifact"]) == ("one\ntwo", "info", "a-1")
    assert shown["time"].endswith("Z")


def test_a_good_well_is_logged_as_often_as_asked(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    good = scope(decisions=(a_decision(),))
    log(good_share=0.0).ended(good, 200, 0.001)
    assert caplog.records == []
    log(good_share=1.0).ended(good, 200, 0.001)
    assert len(caplog.records) == 1


def test_of_a_batch_the_first_that_is_not_good_is_named(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    leak = a_decision(Verdict.LEAK)
    log().ended(scope(decisions=(a_decision(), leak, a_decision(Verdict.UNKNOWN))), 200, 0.001)
    (record,) = caplog.records
    assert vars(record)["decision_id"] == leak.decision_id
    assert (vars(record)["decisions"], vars(record)["not_good"]) == (3, 2)


def test_a_refusal_is_logged_with_its_reason_and_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    request = scope()
    log().failed(request, NotReady("model: missing"))
    log().ended(request, 503, 0.001)
    (record,) = caplog.records
    assert vars(record)["error"] == "NotReady: model: missing"
    assert record.levelno == logging.ERROR
    assert record.exc_info is None


def test_what_nobody_foresaw_is_logged_with_its_trace(caplog: pytest.LogCaptureFixture) -> None:
    log().failed(scope(), ZeroDivisionError("oh"))
    (record,) = caplog.records
    assert record.exc_info is not None


def test_refusals_of_an_overload_share_a_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    requests = log()
    for _ in range(100):
        request = scope()
        requests.failed(request, Overloaded("full"))
        requests.ended(request, 503, 0.001)
    assert len(caplog.records) == 1
