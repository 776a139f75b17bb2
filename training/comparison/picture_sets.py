"""Every set of pictures that candidates are fitted and judged on, kept on disk at each model's size."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.contract.manifest import InputSpec
from service.contract.picture import Pixels
from training.dataset.data import Group, pixels_of
from training.dataset.progress import Progress
from training.dataset.scenes import one_by_one
from training.dataset.splits import Split
from training.dataset.whole_file import replacing
from training.evaluation.evaluate import scenes_and_events
from training.fitting.worker_pool import finished
from training.synthetic import kinds
from training.synthetic.augmentation import (
    FAMILIES,
    AugmentedPictures,
    DrawingRule,
    DrawnPictures,
    augmentation_rule,
    chunks,
    draw,
    joined,
    reduced,
)
from training.synthetic.milder import milder_leaks

CHALLENGE_WEAKEST = 0.4
CHOICE_SEED, REPORT_SEED = 2, 3
MILDER = "milder"
HALVES = ("choice", "report")
SCENES = "scenes.json"
FIELDS = ("pixels", "source", "family")


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is drawn: augmentation a good well, and challenges a family in each half."""

    augmentation: int
    challenges: int


@dataclass(frozen=True, slots=True)
class PictureSets:
    """A folder with the sets at each model's size."""

    folder: Path

    def sets(self, spec: InputSpec) -> dict[str, Pixels]:
        """Pixels uint8 [N, H, W, 3] by name: the parts of the split, ``choice/leak/<family>`` and so on."""
        with np.load(self.folder / _file(spec, "sets")) as content:
            return dict(content)

    def scenes(self) -> dict[str, tuple[int, ...]]:
        """The scene of each good well and the event of each leak, by part."""
        content = json.loads((self.folder / SCENES).read_text(encoding="utf-8"))
        return {name: tuple(numbers) for name, numbers in content.items()}

    def augmentation(self, spec: InputSpec) -> tuple[AugmentedPictures, AugmentedPictures]:
        """Synthetic leaks and disturbances on the good wells that are fitted."""
        with np.load(self.folder / _file(spec, "augmentation")) as content:
            leaks, disturbances = ({field: content[f"{kind}_{field}"] for field in FIELDS} for kind in FAMILIES)
            return AugmentedPictures(**leaks, restored=content["restored"]), AugmentedPictures(
                **disturbances, restored=disturbances["pixels"]
            )


def prepare(
    folder: Path, parts: Split, specs: Iterable[InputSpec], extent: Extent, executor: Executor, progress: Progress
) -> PictureSets:
    """Draw what is not there yet and keep it; the same parts and extent always give the same sets.

    Args:
        folder: where it is kept; belongs to one data set and extent.
        parts: of the data.
        specs: the sizes that candidates ask for.
        extent: how much is drawn.
        executor: draws in chunks.
        progress: shows the chunks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _keep_scenes(folder / SCENES, parts)
    missing = [spec for spec in dict.fromkeys(specs) if not (folder / _file(spec, "augmentation")).exists()]
    if missing:
        drawings = _draw_all(_rules(parts, extent), executor, progress)
        for spec in missing:
            _save(folder / _file(spec, "sets"), _sets(parts, drawings, spec))
            _save(folder / _file(spec, "augmentation"), _augmentation(drawings, spec))
    return PictureSets(folder)


def _rules(parts: Split, extent: Extent) -> dict[str, tuple[list[Pixels], DrawingRule]]:
    """The wells and what is drawn on them, by the name of the set."""
    wells = [reduced(group.picture) for group in parts.fit_good]
    rules = {kind: (wells, augmentation_rule(kind, extent.augmentation)) for kind in FAMILIES}
    for half, seed in zip(HALVES, (CHOICE_SEED, REPORT_SEED), strict=True):
        some = _spread(one_by_one(_both(parts, f"{half}_good")), extent.challenges)
        for family in kinds.LEAKS:
            rules[f"{half}/leak/{family}"] = (some, DrawingRule((family,), 1, CHALLENGE_WEAKEST, seed))
        for family in kinds.DISTURBANCES:
            rules[f"{half}/disturbance/{family}"] = (some, DrawingRule((family,), 1, 0.0, seed))
    return rules


def _draw_all(
    rules: Mapping[str, tuple[list[Pixels], DrawingRule]], executor: Executor, progress: Progress
) -> dict[str, DrawnPictures]:
    futures = {
        name: [executor.submit(draw, some, rule, first) for first, some in chunks(wells)]
        for name, (wells, rule) in rules.items()
    }
    waited_for = [future for pieces in futures.values() for future in pieces]
    for _ in progress.track(finished(waited_for), "drawing synthetic pictures", len(waited_for)):
        pass
    return {name: joined(future.result() for future in pieces) for name, pieces in futures.items()}


def _both(parts: Split, name: str) -> tuple[Group, ...]:
    """A part of the first set, and that of the second, taken in turn as far as there are two."""
    first, second = getattr(parts, name), getattr(parts, f"site_{name}")
    pairs = zip_longest(first, second)
    return tuple(group for pair in pairs for group in pair if group is not None)


def _keep_scenes(path: Path, parts: Split) -> None:
    scenes = {name: scenes_and_events(getattr(parts, name)).tolist() for name in parts.counts if name != "fit_good"}
    with replacing(path) as draft:
        draft.write_text(json.dumps(scenes), encoding="utf-8")


def _spread(groups: Sequence[Group], count: int) -> list[Pixels]:
    """So many pictures, each well as often as any other."""
    return [reduced(groups[number % len(groups)].picture) for number in range(count)]


def _sets(parts: Split, drawings: Mapping[str, DrawnPictures], spec: InputSpec) -> dict[str, Pixels]:
    sets = {name: pixels_of(getattr(parts, name), spec) for name in parts.counts}
    sets |= {name: drawn.at_size(spec).pixels for name, drawn in drawings.items() if name not in FAMILIES}
    for half in HALVES:
        leaks, good = (pixels_of(_both(parts, f"{half}_{label}"), spec) for label in ("leak", "good"))
        sets[f"{half}/leak/{MILDER}"] = milder_leaks(leaks, good)
    return sets


def _augmentation(drawings: Mapping[str, DrawnPictures], spec: InputSpec) -> dict[str, NDArray[Any]]:
    augmentation = {kind: drawings[kind].at_size(spec, erase=kind == "leaks") for kind in FAMILIES}
    fields = {f"{kind}_{field}": getattr(drawn, field) for kind, drawn in augmentation.items() for field in FIELDS}
    return fields | {"restored": augmentation["leaks"].restored}


def _file(spec: InputSpec, what: str) -> str:
    return f"{spec.height}x{spec.width}-{hashlib.sha256(spec.model_dump_json().encode()).hexdigest()[:8]}-{what}.npz"


def _save(path: Path, content: Mapping[str, NDArray[Any]]) -> None:
    with replacing(path) as draft:
        np.savez(draft, allow_pickle=False, **content)
