"""Whether a camera may be armed with an artefact, with which cut, and what it will answer then."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from service.contract.commissioning.cut import Cut, Terms, cut_for, suspected
from service.contract.commissioning.observation import Observations
from service.contract.commissioning.prediction import Shares, observed, predict
from service.contract.manifest import DriftReference
from service.contract.scenes.rates import scene_cut

FEWEST_PICTURES: Final = 100
FEWEST_SCENES: Final = 20
"""Of 20 scenes that all pass, one in seven may still not, with 95 % confidence: fewer prove nothing."""

MOST_SUSPECTED: Final = 0.075
"""One picture in twenty may be a leak, and some good wells may look like one."""

MOST_UNKNOWN: Final = 0.10
MOST_UNKNOWN_BY_SCENE: Final = 1 / 3
LEAST_ROOM: Final = 1.1
"""Where the lower end reaches this near to the upper, good wells score all the way up to leaks."""

MOST_UPSIDE_DOWN: Final = 0.5

FAINT: Final = 0.5
"""Share of the lowest tenth of known scores below which a camera shows so little that leaks may not show either."""


@dataclass(frozen=True, slots=True)
class Commissioning:
    """The outcome for one camera.

    ``at_own`` is what the artefact's own threshold gives on these very pictures. ``cut`` and ``predicted`` are None
    where there are too few pictures to choose a cut; the camera may be armed where ``refusals``, each a reason with
    what to do, is empty. ``suspects`` names pictures that score as known leaks do.
    """

    pictures: int
    scenes: int
    at_own: Shares
    suspects: tuple[str, ...]
    refusals: tuple[str, ...]
    cut: Cut | None = None
    predicted: Shares | None = None


def commission(seen: Observations, terms: Terms, drift: DriftReference | None = None) -> Commissioning:
    """Choose a cut for a camera from unlabelled pictures, mostly good, and say whether it may be armed.

    Args:
        seen: pictures of the camera, one at least.
        terms: the artefact's threshold, and what is known of leaks.
        drift: how scores are distributed on good wells that the artefact knows.
    """
    suspects = suspected(seen, terms)
    at_own = observed(seen, terms.threshold.value)
    names = tuple(seen.names[row] for row in np.flatnonzero(suspects))
    counts = (len(seen.names), seen.scene_count, at_own, names)
    body = seen.where(~suspects & ~seen.doubted & np.isfinite(seen.scores))
    few = tuple(_too_few(seen, body))
    if few:
        return Commissioning(*counts, few)
    cut = cut_for(seen, terms)
    unlike = _too_unlike(seen.where(~suspects), body, terms, drift)
    refusals = (*unlike, *_not_told_apart(len(names), seen, cut, terms))
    return Commissioning(*counts, refusals, cut, predict(seen, terms))


def _too_few(seen: Observations, body: Observations) -> Iterator[str]:
    if len(seen.names) < FEWEST_PICTURES:
        yield f"{len(seen.names)} pictures are too few: take at least {FEWEST_PICTURES}"
    if seen.scene_count < FEWEST_SCENES:
        yield f"{seen.scene_count} scenes are too few: take pictures of more wells and casts, {FEWEST_SCENES} at least"
    elif body.scene_count < FEWEST_SCENES:
        yield (
            f"only {body.scene_count} of {seen.scene_count} scenes show a well that can be judged: the camera is too "
            f"unlike those the artefact knows{_commonest_doubt(seen)}"
        )


def _too_unlike(good: Observations, body: Observations, terms: Terms, drift: DriftReference | None) -> Iterator[str]:
    """Reasons from what is likely good, and from what of that is not doubted."""
    if good.upside_down > MOST_UPSIDE_DOWN:
        yield (
            f"{good.upside_down:.0%} of the pictures are restored better when turned upside down: "
            "turn the camera, or its picture"
        )
    shares = observed(good, terms.threshold.value)
    unknown, by_scene = shares.unknown.value, shares.unknown_by_scene.value
    if unknown > MOST_UNKNOWN or by_scene > MOST_UNKNOWN_BY_SCENE:
        yield (
            f"{unknown:.1%} of the pictures and {by_scene:.1%} of a scene on average cannot be judged: set the camera, "
            "or teach the artefact on its pictures"
        )
    middle = scene_cut(body.scores, body.scenes, 0.5)
    if middle > terms.threshold.value:
        yield (
            f"half of the scenes score above {middle:.4g}, and the artefact's threshold is "
            f"{terms.threshold.value:.4g}: too unlike the wells it was taught on"
        )
    if drift is not None and middle < FAINT * drift.bin_edges["score"][0]:
        yield f"half of the scenes score below {middle:.4g}, far below the wells it knows: leaks may not show either"


def _not_told_apart(suspects: int, seen: Observations, cut: Cut, terms: Terms) -> Iterator[str]:
    share = suspects / len(seen.names)
    if share > MOST_SUSPECTED:
        yield (
            f"{suspects} pictures ({share:.1%}) score {terms.upper:.4g} or more, as leaks do: look at them; remove "
            "those that are leaks, and where they are good wells, teach the artefact on this camera's pictures"
        )
    if terms.lowest_leak is not None and cut.room < LEAST_ROOM:
        yield (
            f"good wells need a cut of {cut.lower:.4g}, and {terms.margin:g} of what the lowest known leak scores is "
            f"{terms.upper:.4g}: nothing tells the two apart here"
        )


def _commonest_doubt(seen: Observations) -> str:
    reasons = [reason.value for reason, doubted in zip(seen.reasons, seen.doubted, strict=True) if doubted]
    if not reasons:
        return ""
    return f" (most often {Counter(reasons).most_common(1)[0][0]})"
