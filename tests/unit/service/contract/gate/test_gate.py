import numpy as np
import pytest

from service.contract.decision import Reason
from service.contract.errors import ArtifactInvalid
from service.contract.gate.figures import FIGURES, WEIGHED
from service.contract.gate.gate import Gate, Gated
from service.contract.gate.gates import Gates, merge
from service.contract.manifest import GateLimits, InputSpec, Range
from service.contract.picture import Pixels
from tests.wells import good_well

WELL = good_well(3)
MANY = 5
SPEC = InputSpec(height=24, width=40)
PLAIN = Gate(GateLimits(), SPEC).figures(WELL)
"""What the well measures."""


def reason(gate: Gate, picture: Pixels) -> Reason | None:
    """Why it cannot be judged, alone and among others."""
    alone = gate.judge(picture)
    for one in gate.judge_all([picture] * MANY):
        assert same(one, alone)
    return alone.doubt


def same(one: Gated, other: Gated) -> bool:
    return one[:2] == other[:2] and np.array_equal(one.pixels, other.pixels)  # type: ignore[arg-type]  # None is equal


def limited(**ranges: Range) -> Gate:
    return Gate(GateLimits(figures=dict(ranges)), SPEC)


def test_figures_of_the_record_are_measured_whatever_the_judgement() -> None:
    figures, doubt, _ = limited(brightness=Range(low=250)).judge(WELL)
    assert doubt is Reason.INPUT_DARK
    assert figures.brightness == pytest.approx(PLAIN["brightness"])
    assert figures.contrast > 0
    assert figures.sharpness > 0


@pytest.mark.parametrize(
    ("shade", "expected"),
    [
        (0, Reason.INPUT_BLACK),
        (15, Reason.INPUT_BLACK),
        (16, Reason.INPUT_FLAT),
        (240, Reason.INPUT_FLAT),
        (241, Reason.INPUT_WHITE),
        (255, Reason.INPUT_WHITE),
    ],
)
def test_black_white_and_flat_need_no_learnt_limits(shade: int, expected: Reason) -> None:
    assert reason(Gate(GateLimits(), SPEC), np.full((27, 48, 3), shade, np.uint8)) is expected


def test_without_limits_an_ordinary_picture_passes() -> None:
    assert reason(Gate(GateLimits(), SPEC), WELL) is None


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_can_be_limited_from_both_sides(name: str) -> None:
    value = PLAIN[name]
    assert reason(limited(**{name: Range(low=value * 1.01 + 0.01)}), WELL) is not None
    assert reason(limited(**{name: Range(high=value * 0.99 - 0.01)}), WELL) is not None
    assert reason(limited(**{name: Range(low=value * 0.99, high=value * 1.01)}), WELL) is None


@pytest.mark.parametrize("limits", [Range(low=100), Range(high=20)])
@pytest.mark.parametrize("side", ["width", "height"])
def test_sizes_outside_the_limits_are_refused_unmeasured(side: str, limits: Range) -> None:
    judged = Gate(GateLimits.model_validate({side: limits}), SPEC).judge(WELL)
    assert judged == ((0, 0, 0), Reason.INPUT_SIZE, None)


def test_proportions_are_width_by_height() -> None:
    gate = Gate(GateLimits(aspect=Range(low=1.2, high=2.5)), SPEC)
    assert reason(gate, WELL) is None
    assert reason(gate, np.ascontiguousarray(WELL.transpose(1, 0, 2))) is Reason.INPUT_SIZE


@pytest.mark.parametrize("size", [(1, 1), (7, 40), (40, 7)])
def test_pictures_too_small_to_measure_are_refused_whatever_the_limits(size: tuple[int, int]) -> None:
    limits = GateLimits(width=Range(), height=Range())
    assert reason(Gate(limits, SPEC), np.zeros((*size, 3), np.uint8)) is Reason.INPUT_SIZE


def detector(weight: float) -> tuple[float, ...]:
    """Weighs the constant alone."""
    return (*(0.0 for _ in range(WEIGHED)), weight)


def test_a_detector_above_its_limit_gives_its_reason() -> None:
    detectors = {Reason.INPUT_UPSIDE_DOWN: detector(2.0), Reason.INPUT_STEAMED: detector(3.0)}
    highs = {"input_upside_down": Range(high=2.5), "input_steamed": Range(high=2.5)}
    assert reason(Gate(GateLimits(detectors=detectors, figures=highs), SPEC), WELL) is Reason.INPUT_STEAMED


def test_a_figure_that_is_not_a_number_is_no_usable_picture() -> None:
    gate = Gate(
        GateLimits(detectors={Reason.INPUT_NOISY: detector(1.0)}, figures={"input_noisy": Range(low=0, high=9)}), SPEC
    )
    gate._weights = np.full_like(gate._weights, np.nan)
    assert reason(gate, WELL) is Reason.INPUT_NOISY


@pytest.mark.parametrize(
    "limits",
    [
        GateLimits(figures={"sparkle": Range(low=1)}),
        GateLimits(detectors={Reason.INPUT_NOISY: (1.0, 2.0)}),
        GateLimits(figures={"input_noisy": Range(high=2)}),
    ],
    ids=["unknown figure", "detector of another length", "limit without its detector"],
)
def test_limits_for_what_is_not_measured_are_refused(limits: GateLimits) -> None:
    with pytest.raises(ArtifactInvalid, match="update it"):
        Gate(limits, SPEC)


def test_a_camera_may_have_limits_of_its_own() -> None:
    gates = Gates(GateLimits(), SPEC, {"cam-7": GateLimits(figures={"brightness": Range(low=250)})})
    assert reason(gates.of("cam-7"), WELL) is Reason.INPUT_DARK
    assert reason(gates.of("cam-8"), WELL) is None
    assert reason(gates.of(None), WELL) is None


def test_what_an_override_does_not_state_stays() -> None:
    limits = GateLimits(width=Range(low=20), figures={"contrast": Range(low=4), "brightness": Range(low=80)})
    merged = merge(limits, GateLimits(figures={"brightness": Range(low=40)}))
    assert merged.width == Range(low=20)
    assert merged.figures == {"contrast": Range(low=4), "brightness": Range(low=40)}


def test_every_figure_is_reported_by_the_name_of_its_limit() -> None:
    limits = GateLimits(detectors={Reason.INPUT_NOISY: detector(1.5)})
    figures = Gate(limits, SPEC).figures(WELL)
    assert list(figures) == [*FIGURES, "input_noisy"]
    assert figures["input_noisy"] == pytest.approx(1.5)


def test_pictures_of_any_sizes_are_judged_together_as_each_alone() -> None:
    gate = limited(brightness=Range(low=PLAIN["brightness"]), busiest_line=Range(low=2))
    pictures = [good_well(seed, *[(27, 48), (28, 50), (140, 200)][seed % 3]) for seed in range(60)]
    pictures += [np.zeros((*size, 3), np.uint8) for size in ((1, 1), (27, 48), (1, 1))]
    pictures += [good_well(seed, 9, 12) for seed in range(130)]
    assert all(map(same, gate.judge_all(pictures), map(gate.judge, pictures)))
    assert gate.judge_all([]) == []


def test_among_many_each_picture_that_breaks_a_limit_gets_its_own_reason() -> None:
    faulty = {
        Reason.INPUT_BLACK: np.full_like(WELL, 5),
        Reason.INPUT_WHITE: np.full_like(WELL, 250),
        Reason.INPUT_FLAT: np.full_like(WELL, 120),
        Reason.INPUT_DARK: np.asarray(WELL * 0.4, np.uint8),
    }
    gate = limited(brightness=Range(low=PLAIN["brightness"] * 0.9))
    pictures = [picture for each in faulty.values() for picture in (WELL, each)]
    assert [one.doubt for one in gate.judge_all(pictures)] == [one for each in faulty for one in (None, each)]


@pytest.mark.parametrize(
    ("limits", "doubt"),
    [
        ({"contrast": Range(low=PLAIN["contrast"] + 1)}, Reason.INPUT_LOW_CONTRAST),
        ({"fineness": Range(low=PLAIN["fineness"] + 1)}, Reason.INPUT_BLURRED),
        ({"brightness": Range(low=PLAIN["brightness"] + 1)}, Reason.INPUT_DARK),
    ],
)
def test_what_hides_leaks_but_makes_none_is_scored_all_the_same(limits: dict[str, Range], doubt: Reason) -> None:
    judged = limited(**limits).judge(WELL)
    assert judged.doubt is doubt
    assert judged.pixels is not None
    assert judged.pixels.shape == (SPEC.height, SPEC.width, 3)


@pytest.mark.parametrize(
    ("limits", "doubt"),
    [
        ({"still_share": Range(low=99)}, Reason.INPUT_INCOMPLETE),
        ({"green_share": Range(high=-1)}, Reason.INPUT_COLOUR),
        ({"fineness": Range(high=1)}, Reason.INPUT_NOISY),
        ({"brightness": Range(high=1)}, Reason.INPUT_BRIGHT),
        ({"brightness": Range(low=PLAIN["brightness"] / 0.7)}, Reason.INPUT_DARK),
        ({"contrast": Range(low=99), "still_share": Range(low=99)}, Reason.INPUT_INCOMPLETE),
    ],
    ids=["incomplete", "colour", "noise", "too bright", "far too dark", "incomplete and pale"],
)
def test_what_could_make_a_leak_of_a_good_well_is_not_scored(limits: dict[str, Range], doubt: Reason) -> None:
    judged = limited(**limits).judge(WELL)
    assert (judged.doubt, judged.pixels) == (doubt, None)


def test_a_picture_that_is_refused_for_another_reason_is_not_scored() -> None:
    judged = Gate(GateLimits(), SPEC).judge(WELL)
    assert judged.refused(Reason.STALE) == (judged.figures, Reason.STALE, None)
