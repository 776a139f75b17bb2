"""What clients ask of the state machine, joined with what the service does."""

import pytest

from service.plugs.opcua.jobs import ALLOWED, Jobs, VisionState

INITIALIZED, READY, RUNNING = VisionState.INITIALIZED, VisionState.READY, VisionState.CONTINUOUS_EXECUTION


def jobs(service: VisionState = RUNNING) -> Jobs:
    made = Jobs()
    made.follow(service)
    return made


def test_until_somebody_asks_the_service_is_shown_and_everything_published() -> None:
    asked = jobs()
    assert asked.state is RUNNING
    assert asked.published("cam/1") == (True, None)


def test_what_was_stopped_rests_until_a_job_is_started() -> None:
    asked = jobs()
    asked.stop()
    assert asked.state is READY
    assert asked.published("cam/1") == (False, None)
    job = asked.start(single=False, part=None)
    assert asked.state is RUNNING
    assert asked.published("cam/1") == asked.published("cam/2") == (True, job)
    asked.follow(READY)
    assert asked.state is RUNNING  # the client's job, though no picture comes


def test_a_single_job_has_one_result_of_its_part() -> None:
    asked = jobs(READY)
    job = asked.start(single=True, part="cam/2")
    assert asked.state is VisionState.SINGLE_EXECUTION
    assert asked.published("cam/1") == (False, None)
    assert asked.published("cam/2") == (True, job)
    assert asked.state is READY
    assert asked.published("cam/2") == (False, None)


def test_a_halt_lasts_whatever_the_service_does_until_a_reset() -> None:
    asked = jobs()
    asked.halt("a client")
    for service in VisionState:
        asked.follow(service)
        assert asked.state is VisionState.HALTED
        assert asked.published("cam/1") == (False, None)
    asked.follow(RUNNING)
    asked.reset()
    assert asked.state is VisionState.PREOPERATIONAL
    asked.follow(RUNNING)
    assert (asked.state, asked.halted_by) == (RUNNING, None)
    assert asked.published("cam/1") == (True, None)


def test_a_reset_error_is_preoperational_until_the_service_works_again_and_shown_when_it_fails_anew() -> None:
    asked = jobs(VisionState.ERROR)
    asked.reset()
    shown = [asked.state]
    for service in (VisionState.ERROR, INITIALIZED, VisionState.ERROR):
        asked.follow(service)
        shown.append(asked.state)
    assert shown == [VisionState.PREOPERATIONAL, VisionState.PREOPERATIONAL, INITIALIZED, VisionState.ERROR]


@pytest.mark.parametrize(
    ("service", "allowed"),
    [
        (VisionState.PREOPERATIONAL, {"Halt"}),
        (VisionState.ERROR, {"Halt", "Reset"}),
        (VisionState.HALTED, set()),  # the service stops
        (INITIALIZED, {"StartSingleJob", "StartContinuous", "Halt", "Reset"}),
        (READY, {"StartSingleJob", "StartContinuous", "Halt", "Reset"}),
        (RUNNING, {"Stop", "Abort", "Halt", "Reset"}),
    ],
)
def test_each_state_allows_the_methods_that_the_specification_gives_it(service: VisionState, allowed: set[str]) -> None:
    assert {method for method in ALLOWED if jobs(service).allows(method)} == allowed
