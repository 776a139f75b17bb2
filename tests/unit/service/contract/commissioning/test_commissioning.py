from dataclasses import replace

import numpy as np
import pytest

from service.contract.commissioning.commissioning import commission
from service.contract.commissioning.cut import Terms
from service.contract.commissioning.observation import Observations, observe, upside_down
from service.contract.decision import Reason
from service.contract.manifest import DriftReference, Threshold
from service.contract.picture import Pixels
from service.contract.scorer import Scores
from tests.observations import observations, observed_scores, together
from tests.unit.service.contract.test_detector import BLACK, Brightness, a_detector
from tests.wells import filmed_well

TERMS = Terms(Threshold(value=3.0, strategy="given"), lowest_leak=10.0)
FIGURES = ("score", "brightness", "contrast", "sharpness")
KNOWN = DriftReference(
    bin_edges=dict.fromkeys(FIGURES, (0.8, 1.2)),
    shares=dict.fromkeys(FIGURES, (0.1, 0.8, 0.1)),
    limits_by_window={200: dict.fromkeys(FIGURES, 0.1)},
)


def refused(count: int) -> Observations:
    return observed_scores([float("nan")] * count, range(count), [Reason.INPUT_BLURRED] * count)


def test_a_camera_like_those_of_the_training_is_armed() -> None:
    outcome = commission(observations(), TERMS, KNOWN)
    assert outcome.refusals == ()
    assert outcome.cut is not None
    assert outcome.cut.lower < outcome.cut.value < outcome.cut.upper
    assert outcome.predicted is not None
    assert outcome.predicted.alarms_by_scene.value < 0.1
    assert (outcome.pictures, outcome.scenes, outcome.suspects) == (200, 40, ())


def test_one_leak_in_twenty_pictures_is_named_and_the_camera_armed() -> None:
    leaks = observed_scores([12.0] * 10, range(10))
    outcome = commission(together(observations(), leaks), TERMS, KNOWN)
    assert outcome.refusals == ()
    assert outcome.suspects == tuple(f"{row}.png" for row in range(200, 210))


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        pytest.param(observations(24, 4), "96 pictures are too few", id="few pictures"),
        pytest.param(observations(19, 50), "19 scenes are too few", id="few scenes, however many frames of them"),
        pytest.param(together(observations(19, 20), refused(60)), "input_blurred", id="few wells can be judged"),
        pytest.param(together(observations(40, 20), refused(30)), "cannot be judged", id="many scenes are refused"),
        pytest.param(together(observations(), refused(25)), "cannot be judged", id="many pictures are refused"),
        pytest.param(replace(observations(), upside_down=0.9), "turn the camera", id="the camera hangs upside down"),
        pytest.param(observations(middle=3.5), "too unlike", id="half of the scenes would alarm"),
        pytest.param(observations(middle=0.3), "leaks may not show", id="next to nothing is seen"),
        pytest.param(together(observations(), observed_scores([12.0] * 20, range(20))), "as leaks do", id="many leaks"),
        pytest.param(
            together(observations(), observed_scores([7.4, 7.0, 7.3] * 3, range(9))),
            "nothing tells the two apart",
            id="good wells score up to leaks",
        ),
    ],
)
def test_a_camera_is_refused_with_the_reason(seen: Observations, said: str) -> None:
    assert said in "; ".join(commission(seen, TERMS, KNOWN).refusals)


def test_where_no_leak_is_known_the_artefacts_own_cut_is_kept_and_judged() -> None:
    outcome = commission(observations(), replace(TERMS, lowest_leak=None))
    assert outcome.refusals == ()
    assert outcome.cut is not None
    assert outcome.cut.value == 3.0
    assert "as leaks do" in "; ".join(commission(observations(spread=0.9), replace(TERMS, lowest_leak=None)).refusals)


def test_pictures_are_judged_by_the_detector_and_linked_to_scenes() -> None:
    pictures = [*filmed_well(1, 3), *filmed_well(2, 2), BLACK]
    seen = observe(a_detector(Brightness()), tuple("abcdef"), pictures)
    assert seen.scenes.tolist() == [0, 0, 0, 1, 1, 2]
    assert seen.doubted.tolist() == [False] * 5 + [True]
    assert (seen.scores[:5] > 50).all()
    assert seen.scores[5] != seen.scores[5]


def test_what_is_restored_better_upside_down_is_counted() -> None:
    class UpperHalf(Brightness):
        def score(self, pixels: Pixels) -> Scores:
            return super().score(pixels[:, : pixels.shape[1] // 2])

    dark_above = np.concatenate([np.full((12, 40, 3), 60, np.uint8), np.full((12, 40, 3), 160, np.uint8)])
    detector = a_detector(UpperHalf())
    assert upside_down(detector, [dark_above] * 3) == 0.0
    assert upside_down(detector, [dark_above, dark_above[::-1], dark_above, dark_above]) == 0.25
