"""How far a camera's commissioning is: from what was seen of it and who armed it to a state and what to do next."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from service.contract.commissioning.commissioning import FEWEST_PICTURES, FEWEST_SCENES
from service.contract.commissioning.cut import Cut
from service.contract.commissioning.prediction import Shares
from service.contract.journal_entry import new_id
from service.control_room.commissioning.camera_study import CameraStudy
from service.control_room.commissioning.views import (
    CameraCut,
    CommissioningState,
    CommissioningView,
    CutSource,
    Proposal,
    RateView,
    Seen,
    a_day,
)
from service.monitoring.cameras_file import Camera

FEWEST_WELLS: Final = 0.5
"""Share of the expected wells of which there must be a picture: a few wells say nothing of the others."""

MOST_NAMED: Final = 10
DAY_S: Final = 86_400
DAY_H: Final = 24

NEXT: Final = {
    CommissioningState.NO_LAYOUT: (
        "its frames are refused for want of a layout: make one with leak-inspection layout FRAME -o cameras.toml "
        "--camera {camera_id}, or on the operator page under #/layout, and start the service again"
    ),
    CommissioningState.NO_PICTURES: (
        "send its crops to /v1/inspect or its frames to /v1/inspect/frame, with camera_id={camera_id}, or let the "
        "service pull its stream"
    ),
    CommissioningState.COLLECTING: "let it judge on, and let nobody act on its answers; then look again",
    CommissioningState.REFUSED: "do what the reasons say, then look again",
    CommissioningState.READY: "look at the figures, and arm it",
    CommissioningState.ARMED: "nothing; commission it again after a change of lens, lamp, layout or artefact",
    CommissioningState.OUTDATED: "commission it again: what it was armed with does not hold any more",
}


class ProposedCut(NamedTuple):
    """What somebody may arm a camera with."""

    cut: Cut
    predicted: Shares
    pictures: int
    scenes: int


def progress_of(
    study: CameraStudy, cut: CameraCut, camera: Camera | None, *, refused_frames: bool
) -> tuple[CommissioningView, ProposedCut | None]:
    """Say how far a camera is; with a cut that it may be armed with, where it may be.

    Args:
        study: what was seen of it.
        cut: by which it is judged now.
        camera: what the cameras file says of it.
        refused_frames: whether frames of it have come that no layout could cut.
    """
    expected = () if camera is None else camera.wells
    missing = [well for well in expected if well not in study.wells]
    refusals = [*_unseen_wells(expected, missing), *(() if study.outcome is None else study.outcome.refusals)]
    proposed = None if refusals else _proposed(study)
    state = _state(study, cut, refused_frames, proposed is not None, bool(_unseen_wells(expected, missing)))
    view = CommissioningView(
        camera_id=cut.camera_id,
        state=state,
        next_step=NEXT[state].format(camera_id=cut.camera_id) + _hint(study, state),
        artifact=study.artifact.id,
        threshold=study.terms.threshold.value,
        cut=cut.cut,
        source=cut.source,
        refusals=[*_milder_leak(study, cut), *refusals],
        armed=cut.armed,
        seen=Seen.of(study, missing),
        proposal=None if proposed is None else _proposal(proposed, study, camera),
    )
    return view, proposed


def _proposed(study: CameraStudy) -> ProposedCut | None:
    outcome = study.outcome
    if outcome is None or outcome.cut is None or outcome.predicted is None:
        return None
    return ProposedCut(outcome.cut, outcome.predicted, outcome.pictures, outcome.scenes)


def _state(
    study: CameraStudy, cut: CameraCut, refused_frames: bool, may_be_armed: bool, unseen_wells: bool
) -> CommissioningState:
    if cut.outdated or any(_milder_leak(study, cut)):
        return CommissioningState.OUTDATED
    if cut.source is not CutSource.ARTIFACT:
        return CommissioningState.ARMED
    if not study.asked:
        return CommissioningState.NO_LAYOUT if refused_frames else CommissioningState.NO_PICTURES
    outcome = study.outcome
    if outcome is None or outcome.pictures < FEWEST_PICTURES or outcome.scenes < FEWEST_SCENES or unseen_wells:
        return CommissioningState.COLLECTING
    return CommissioningState.READY if may_be_armed else CommissioningState.REFUSED


def _unseen_wells(expected: Sequence[str], missing: Sequence[str]) -> list[str]:
    if len(expected) - len(missing) >= FEWEST_WELLS * len(expected):
        return []
    named = ", ".join(missing[:MOST_NAMED]) + (" ..." if len(missing) > MOST_NAMED else "")
    return [
        (
            f"pictures of {len(expected) - len(missing)} of {len(expected)} wells say too little of the others: "
            f"wait for {named}, or take out of the cameras file what sends nothing"
        )
    ]


def _milder_leak(study: CameraStudy, cut: CameraCut) -> list[str]:
    """Why a cut that was chosen once lies too high by now."""
    if cut.source is CutSource.ARTIFACT or cut.cut <= study.terms.upper:
        return []
    return [
        (
            f"its cut of {cut.cut:.4g} lies above {study.terms.upper:.4g}, which the leaks known by now allow: "
            "arm it again, or disarm it"
        )
    ]


def _hint(study: CameraStudy, state: CommissioningState) -> str:
    if state is not CommissioningState.COLLECTING or study.wells:
        return ""
    return (
        f". None of its {study.asked} decisions can be used: they are frozen, stale or of another artefact than "
        f"{study.artifact.id}, or the archive keeps too few pictures (LEAK_INSPECTION_ARCHIVE_GOOD_SHARE)"
    )


def _proposal(proposed: ProposedCut, study: CameraStudy, camera: Camera | None) -> Proposal:
    wells = len(study.wells) if camera is None else max(len(camera.wells), len(study.wells))
    if camera is not None:
        pictures_a_day: float | None = wells * DAY_S / camera.interval_s
    else:
        pictures_a_day = study.asked * DAY_H / study.hours if study.whole else None
    cut, shares = proposed.cut, proposed.predicted
    leaks = RateView.of(shares.alarms), RateView.of(shares.unknown)
    return Proposal(new_id(), cut.value, cut.lower, cut.upper, *leaks, *a_day(shares, wells, pictures_a_day))
