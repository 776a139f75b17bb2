"""Golden pictures: averages of many good wells and leaks drawn on them, to be judged alike everywhere."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

import cv2
import numpy as np
from sklearn.cluster import KMeans

from service.contract.decision import Verdict
from service.contract.detector import Detection, Detector
from service.contract.errors import ExportRefused
from service.contract.manifest import GoldenPicture
from service.contract.picture import Pixels
from service.contract.stored_files.draft import Draft
from training.dataset.data import pictures_of, small_pictures
from training.dataset.splits import Split
from training.synthetic.kinds import LEAKS, apply

FEWEST_IN_CLUSTER: Final = 50
CLUSTERS: Final = 12
MOST_GOOD: Final = 3
LEAKS_EACH: Final = 1
SMALL: Final = (24, 16)
SHARPENING: Final = (0.0, 1.0, 2.0, 4.0, 8.0)
LEAST_LEAK_RATIO: Final = 1.2
MOST_GOOD_RATIO: Final = 0.9
"""A golden score keeps away from the threshold, so that only a real fault turns its verdict."""

FAINT_RATIO: Final = (1.03, 1.1)
HALVINGS: Final = 12
"""But for faint leaks: they lie so close above the threshold that one raised by a tenth no longer finds them."""


Judge = Callable[[Pixels], Detection]


class Golden(NamedTuple):
    """One golden picture, uint8 [H, W, 3] RGB, and what it must get."""

    name: str
    picture: Pixels
    judged: Detection


def draw_golden(
    good: Sequence[Pixels],
    judge: Judge,
    small: Sequence[Pixels] | None = None,
    size: tuple[int, ...] | None = None,
    seed: int = 0,
) -> list[Golden]:
    """Average good wells by cluster and draw leaks on the averages.

    An average is smoother than any well, so it is sharpened as little as the gate asks for. Textures, and parts that
    lie at any angle, have no average that looks like them: there a good picture of the owner's is taken as it is, and
    its name, ``own_picture``, says so.

    Args:
        good: pictures of good wells, uint8 [H, W, 3] RGB of any sizes.
        judge: the service's own path, gate and score.
        small: the same reduced, where they are large; averages are made of these.
        size: median height and width of the pictures, which averages get; of the small ones where it is not given.
        seed: of the clustering and of the drawing.

    Raises:
        ExportRefused: nothing is judged good, or no leak drawn on one leak: such an artefact could not be
            challenged.
    """
    wells = _usable_averages(small or good, judge, size, seed) or _usable_good(good, judge)
    if not wells:
        raise ExportRefused(
            "the model judges no good picture as good, so nothing could challenge it: train on more pictures"
        )
    pairs = [(well, leak) for index, well in enumerate(wells) for leak in _found_leaks(well, index, judge, seed)]
    faint = [one for well, leak in pairs if (one := _faint_leak(well, leak, judge)) is not None]
    leaks = [leak for _, leak in pairs] or list(_everything_at_once(wells, judge, seed))
    if not leaks:
        raise ExportRefused(
            "the model calls no leak drawn on a good well a leak, so nothing could challenge it: train on more pictures"
        )
    return [*wells, *leaks, *faint]


def _usable_averages(good: Sequence[Pixels], judge: Judge, size: tuple[int, ...] | None, seed: int) -> list[Golden]:
    found: list[Golden] = []
    for average in _averages(good, seed):
        for amount in SHARPENING:
            picture = _at_size(_sharpened(average, amount), size)
            judged = judge(picture)
            if _is_clearly_good(judged):
                found.append(Golden(f"good_{len(found) + 1}", picture, judged))
                break
        if len(found) == MOST_GOOD:
            break
    return found


def _usable_good(good: Sequence[Pixels], judge: Judge) -> list[Golden]:
    """The first good picture that is judged so."""
    for picture in good:
        judged = judge(picture)
        if _is_clearly_good(judged):
            return [Golden("own_picture", picture, judged)]
    return []


def _found_leaks(well: Golden, index: int, judge: Judge, seed: int) -> Iterator[Golden]:
    names = list(LEAKS)
    drawn = 0
    for name in names[index:] + names[:index]:
        picture = apply(name, well.picture, 1.0, seed)
        judged = judge(picture)
        if _is_clear_leak(judged):
            yield Golden(f"{name}_{index + 1}", picture, judged)
            drawn += 1
        if drawn == LEAKS_EACH:
            return


def _faint_leak(well: Golden, leak: Golden, judge: Judge) -> Golden | None:
    """A mixture of a well and a leak drawn on it, found by halving, whose score lies just above the threshold."""
    good, torn = well.picture.astype(np.float32), leak.picture.astype(np.float32)
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        share = (low + high) / 2
        picture = np.rint(good + share * (torn - good)).astype(np.uint8)
        judged = judge(picture)
        ratio = (judged.score_ratio or 0.0) if judged.verdict is Verdict.LEAK else 0.0
        if FAINT_RATIO[0] <= ratio <= FAINT_RATIO[1]:
            return Golden(f"faint_{leak.name}", picture, judged)
        low, high = (low, share) if ratio > FAINT_RATIO[1] else (share, high)
    return None


def _everything_at_once(wells: Sequence[Golden], judge: Judge, seed: int) -> Iterator[Golden]:
    """One picture with more and more leaks on it, until a weak model, too, calls it a leak."""
    for index, well in enumerate(wells):
        picture = well.picture
        for name in LEAKS:
            picture = apply(name, picture, 1.0, seed)
            judged = judge(picture)
            if judged.verdict is Verdict.LEAK:
                yield Golden(f"many_leaks_{index + 1}", picture, judged)
                return


def _is_clearly_good(judged: Detection) -> bool:
    return judged.verdict is Verdict.NO_LEAK and (judged.score_ratio or 0.0) <= MOST_GOOD_RATIO


def _is_clear_leak(judged: Detection) -> bool:
    return judged.verdict is Verdict.LEAK and (judged.score_ratio or 0.0) >= LEAST_LEAK_RATIO


def _averages(good: Sequence[Pixels], seed: int) -> Iterator[Pixels]:
    """Averages of clusters, largest cluster first; few pictures make one cluster."""
    height, width = (int(np.median([picture.shape[axis] for picture in good])) for axis in (0, 1))
    small = np.stack([cv2.resize(picture, SMALL, interpolation=cv2.INTER_AREA) for picture in good])
    clusters = max(1, min(CLUSTERS, len(good) // (2 * FEWEST_IN_CLUSTER)))
    members = KMeans(clusters, n_init=3, random_state=seed).fit_predict(
        small.reshape(len(small), -1).astype(np.float32)
    )
    sizes = np.bincount(members, minlength=clusters)
    for cluster in np.argsort(-sizes, kind="stable"):
        if sizes[cluster] >= min(FEWEST_IN_CLUSTER, len(good)):
            rows = np.flatnonzero(members == cluster)
            total = np.zeros((height, width, 3))
            for row in rows.tolist():
                total += cv2.resize(good[row], (width, height), interpolation=cv2.INTER_AREA)
            yield np.rint(total / len(rows)).astype(np.uint8)


def _at_size(picture: Pixels, size: tuple[int, ...] | None) -> Pixels:
    if size is None or picture.shape[:2] == size:
        return picture
    return cv2.resize(picture, size[::-1], interpolation=cv2.INTER_CUBIC)  # type: ignore[return-value]  # still 8 bits


def _sharpened(picture: Pixels, amount: float) -> Pixels:
    """Unsharp masking: the picture plus ``amount`` times its difference from its blurred self."""
    plain = picture.astype(np.float32)
    blurred = cv2.GaussianBlur(plain, (0, 0), 1.0)
    return np.clip(np.rint(plain + amount * (plain - blurred)), 0, 255).astype(np.uint8)


def write_golden(draft: Draft, parts: Split, detector: Detector) -> tuple[GoldenPicture, ...]:
    """Draw golden pictures, write them into the draft, and say what they must get.

    Raises:
        ExportRefused: the model judges none of them as it should.
    """
    wells = parts.fit_good or parts.calibration_good
    size = tuple(int(np.median([group.size[axis] for group in wells])) for axis in (0, 1))
    golden = []
    for name, picture, judged in draw_golden(pictures_of(wells), detector.judge, small_pictures(wells), size):
        file = f"golden/{name}.png"
        _, png = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        draft.write(file, png.tobytes())
        golden.append(GoldenPicture(file=file, score=judged.score or 0.0, verdict=judged.verdict))
    return tuple(golden)
