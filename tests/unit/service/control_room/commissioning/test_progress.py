"""How far a camera is, from what was seen of it."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.contract.artifact import open_artifact
from service.contract.commissioning.commissioning import commission
from service.contract.commissioning.cut import Terms
from service.contract.commissioning.observation import Observations
from service.contract.manifest import Threshold
from service.control_room.commissioning.camera_study import CameraStudy
from service.control_room.commissioning.progress import progress_of
from service.control_room.commissioning.views import CameraCut, CommissioningState, CutSource
from service.monitoring.cameras_file import Camera
from tests.observations import observations, observed_scores
from tests.small_artifact import write_artifact

TERMS = Terms(Threshold(value=3.0, strategy="decision_stump"), lowest_leak=8.0)
UNARMED = CameraCut("cam-1", 3.0, CutSource.ARTIFACT, outdated=False, armed=None)
WELLS = ("1a", "1b", "2a", "2b")


@pytest.fixture
def nothing(tmp_path: Path) -> CameraStudy:
    """A study that found no decision."""
    artifact = open_artifact(tmp_path / write_artifact(tmp_path))
    return CameraStudy(datetime.now(UTC), 24.0, artifact, 0, True, Counter(), Counter(), "ab" * 32, TERMS)


def found(
    nothing: CameraStudy, seen: Observations, wells: tuple[str, ...] = WELLS, terms: Terms = TERMS
) -> CameraStudy:
    counts: Counter[str | None] = Counter(wells[row % len(wells)] for row in range(len(seen.names)))
    outcome = commission(seen, terms)
    return replace(
        nothing, asked=len(seen.names), wells=counts, good_wells=counts, terms=terms, seen=seen, outcome=outcome
    )


def state_of(study: CameraStudy, cut: CameraCut = UNARMED, camera: Camera | None = None) -> CommissioningState:
    return progress_of(study, cut, camera, refused_frames=False)[0].state


def test_without_decisions_it_waits_for_pictures_or_for_a_layout(nothing: CameraStudy) -> None:
    assert state_of(nothing) is CommissioningState.NO_PICTURES
    view, proposed = progress_of(nothing, UNARMED, None, refused_frames=True)
    assert (view.state, view.proposal, proposed) == (CommissioningState.NO_LAYOUT, None, None)


def test_decisions_without_a_picture_say_what_may_be_wrong(nothing: CameraStudy) -> None:
    view, _ = progress_of(replace(nothing, asked=500), UNARMED, None, refused_frames=False)
    assert view.state is CommissioningState.COLLECTING
    assert "LEAK_INSPECTION_ARCHIVE_GOOD_SHARE" in view.next_step


@pytest.mark.parametrize(
    ("seen", "wells", "state"),
    [
        pytest.param(observations(), WELLS, CommissioningState.READY, id="enough"),
        pytest.param(observations(scenes=10), WELLS, CommissioningState.COLLECTING, id="few scenes"),
        pytest.param(observations(scenes=19, frames=9), WELLS, CommissioningState.COLLECTING, id="still few scenes"),
        pytest.param(observations(frames=2), WELLS, CommissioningState.COLLECTING, id="few pictures"),
        pytest.param(observations(), WELLS[:1], CommissioningState.COLLECTING, id="one well of four"),
        pytest.param(observations(), WELLS[:2], CommissioningState.READY, id="half of the wells"),
        pytest.param(observations(middle=5.0), WELLS, CommissioningState.REFUSED, id="unlike the artefact's wells"),
        pytest.param(
            observed_scores([1.0] * 200, [0] * 200), WELLS, CommissioningState.COLLECTING, id="the same all the time"
        ),
    ],
)
def test_the_state_follows_from_what_was_seen(
    nothing: CameraStudy, seen: Observations, wells: tuple[str, ...], state: CommissioningState
) -> None:
    study = found(nothing, seen, wells)
    view, proposed = progress_of(study, UNARMED, Camera(interval_s=1.0, wells=WELLS), refused_frames=False)
    assert view.state is state
    assert (proposed is not None) == (view.proposal is not None) == (state is CommissioningState.READY)
    assert bool(view.refusals) == (state is not CommissioningState.READY)


def test_a_proposal_lies_below_what_known_leaks_allow_and_says_how_often(nothing: CameraStudy) -> None:
    camera = Camera(interval_s=0.5, wells=WELLS)
    view, proposed = progress_of(found(nothing, observations()), UNARMED, camera, refused_frames=False)
    assert view.proposal is not None
    assert proposed is not None
    assert view.proposal.good_wells_need < view.proposal.cut < view.proposal.leaks_allow == TERMS.upper
    assert view.proposal.leak_pictures_a_day == pytest.approx(view.proposal.leak.value * 4 * 86_400 / 0.5)
    assert view.proposal.wells_in_alarm == pytest.approx(4 * proposed.predicted.alarms_by_scene.value)


@pytest.mark.parametrize("source", [CutSource.ARMING, CutSource.CAMERAS_FILE])
def test_it_is_armed_until_the_artefact_or_the_known_leaks_are_others(nothing: CameraStudy, source: CutSource) -> None:
    armed = CameraCut("cam-1", 4.0, source, outdated=False, armed=None)
    study = found(nothing, observations())
    assert state_of(study, armed) is CommissioningState.ARMED
    assert state_of(nothing, armed) is CommissioningState.ARMED
    assert state_of(study, replace(UNARMED, outdated=True)) is CommissioningState.OUTDATED
    milder = found(nothing, observations(), terms=replace(TERMS, lowest_leak=5.0))
    view, _ = progress_of(milder, armed, None, refused_frames=False)
    assert view.state is CommissioningState.OUTDATED
    assert "which the leaks known by now allow" in view.refusals[0]


def test_every_picture_with_a_score_is_in_the_histogram(nothing: CameraStudy) -> None:
    seen = observed_scores([1.0, 2.0, 2.0, 7.0, 0.0], [0, 1, 2, 3, 4])
    view, _ = progress_of(found(nothing, seen), UNARMED, None, refused_frames=False)
    histogram = view.seen.histogram
    assert histogram is not None
    assert (sum(histogram.good), sum(histogram.suspects), len(histogram.edges)) == (3, 1, len(histogram.good) + 1)
    assert (histogram.edges[0], histogram.edges[-1]) == pytest.approx((1.0, 7.0))
