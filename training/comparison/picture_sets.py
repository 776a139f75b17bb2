"""Every set of pictures that candidates are fitted and judged on, kept on disk at each model's size."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.contract.manifest import InputSpec
from service.contract.picture import Pixels
from training.dataset.data import Group, pixels_at_sizes, small_pictures
from training.dataset.progress import Progress
from training.dataset.scenes import one_by_one
from training.dataset.splits import Split
from training.dataset.whole_file import replacing
from training.evaluation.evaluate import scenes_and_events
from training.fitting.worker_pool import Files, WorkerPool, finished
from training.synthetic import kinds
from training.synthetic.augmentation import (
    FAMILIES,
    AugmentedPictures,
    DrawingRule,
    augmentation_rule,
    chunks,
    draw_at_sizes,
    joined_at_size,
)
from training.synthetic.milder import milder_leaks

CHALLENGE_WEAKEST = 0.4
CHOICE_SEED, REPORT_SEED = 2, 3
MILDER = "milder"
HALVES = ("choice", "report")
SCENES = "scenes.json"
FIELDS = ("pixels", "source", "family")
ERASED = "leaks"
"""What is to become the well it was drawn on."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is drawn: augmentation a good well, and challenges a family in each half."""

    augmentation: int
    challenges: int


@dataclass(frozen=True, slots=True)
class PictureSets:
    """The sets at each model's size, where jobs can read them."""

    files: Files

    def sets(self, spec: InputSpec) -> dict[str, Pixels]:
        """Pixels uint8 [N, H, W, 3] by name: the parts of the split, ``choice/leak/<family>`` and so on."""
        with self.files.open(_file(spec, "sets")) as file, np.load(file) as content:
            return dict(content)

    def scenes(self) -> dict[str, tuple[int, ...]]:
        """The scene of each good well and the event of each leak, by part."""
        with self.files.open(SCENES) as file:
            content = json.load(file)
        return {name: tuple(numbers) for name, numbers in content.items()}

    def augmentation(self, spec: InputSpec) -> tuple[AugmentedPictures, AugmentedPictures]:
        """Synthetic leaks and disturbances on the good wells that are fitted."""
        with self.files.open(_file(spec, "augmentation")) as file, np.load(file) as content:
            leaks, disturbances = ({field: content[f"{kind}_{field}"] for field in FIELDS} for kind in FAMILIES)
            return AugmentedPictures(**leaks, restored=content["restored"]), AugmentedPictures(
                **disturbances, restored=disturbances["pixels"]
            )


def prepare(
    folder: Path, parts: Split, specs: Iterable[InputSpec], extent: Extent, pool: WorkerPool, progress: Progress
) -> PictureSets:
    """Draw what is not there yet and keep it; the same parts and extent always give the same sets.

    Args:
        folder: where it is kept; belongs to one data set and extent.
        parts: of the data.
        specs: the sizes that candidates ask for.
        extent: how much is drawn.
        pool: draws in chunks.
        progress: shows the chunks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _keep_scenes(folder / SCENES, parts)
    wanted = list(dict.fromkeys(specs))
    missing = [spec for spec in wanted if not (folder / _file(spec, "augmentation")).exists()]
    if missing:
        drawings = _draw_all(_rules(parts, extent), missing, pool, progress)
        real = _real(parts, missing, progress)
        for spec, drawn, sets in zip(missing, drawings, real, strict=True):
            _save(folder / _file(spec, "sets"), _sets(parts, drawn, sets))
            _save(folder / _file(spec, "augmentation"), _augmentation(drawn))
    names = [_file(spec, what) for spec in wanted for what in ("sets", "augmentation")]
    return PictureSets(pool.share(folder, [SCENES, *names]))


def _rules(parts: Split, extent: Extent) -> dict[str, tuple[Sequence[Pixels], DrawingRule]]:
    """The wells and what is drawn on them, by the name of the set."""
    wells = small_pictures(parts.fit_good if extent.augmentation else ())
    rules: dict[str, tuple[Sequence[Pixels], DrawingRule]] = {
        kind: (wells, augmentation_rule(kind, extent.augmentation)) for kind in FAMILIES
    }
    for half, seed in zip(HALVES, (CHOICE_SEED, REPORT_SEED), strict=True):
        some = _spread(one_by_one(_both(parts, f"{half}_good")), extent.challenges)
        for family in kinds.LEAKS:
            rules[f"{half}/leak/{family}"] = (some, DrawingRule((family,), 1, CHALLENGE_WEAKEST, seed))
        for family in kinds.DISTURBANCES:
            rules[f"{half}/disturbance/{family}"] = (some, DrawingRule((family,), 1, 0.0, seed))
    return rules


def _draw_all(
    rules: Mapping[str, tuple[Sequence[Pixels], DrawingRule]],
    specs: Sequence[InputSpec],
    pool: WorkerPool,
    progress: Progress,
) -> list[dict[str, AugmentedPictures]]:
    """Draw every set, at the size of each model."""
    futures = {
        name: [
            pool.submit(draw_at_sizes, list(some), rule, first, specs, erase=name == ERASED)
            for first, some in chunks(wells)
        ]
        for name, (wells, rule) in rules.items()
    }
    waited_for = [future for pieces in futures.values() for future in pieces]
    for _ in progress.track(finished(waited_for), "drawing synthetic pictures", len(waited_for)):
        pass
    return [
        {name: joined_at_size([future.result()[place] for future in pieces]) for name, pieces in futures.items()}
        for place in range(len(specs))
    ]


def _real(parts: Split, specs: Sequence[InputSpec], progress: Progress) -> list[dict[str, Pixels]]:
    """The pictures of each part at the size of each model; every picture is decoded once."""
    names = progress.track(parts.counts, "reducing pictures to the models' sizes", len(parts.counts))
    by_part = {name: pixels_at_sizes(getattr(parts, name), specs) for name in names}
    return [{name: pixels[place] for name, pixels in by_part.items()} for place in range(len(specs))]


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
    return [groups[number % len(groups)].small for number in range(count)]


def _sets(parts: Split, drawings: Mapping[str, AugmentedPictures], real: Mapping[str, Pixels]) -> dict[str, Pixels]:
    sets = dict(real)
    sets |= {name: drawn.pixels for name, drawn in drawings.items() if name not in FAMILIES}
    for half in HALVES:
        leaks, good = (_both_pixels(parts, real, f"{half}_{label}") for label in ("leak", "good"))
        sets[f"{half}/leak/{MILDER}"] = milder_leaks(leaks, good)
    return sets


def _both_pixels(parts: Split, real: Mapping[str, Pixels], name: str) -> Pixels:
    """The pixels of a part of the first set and that of the second, taken in turn as :func:`_both` does."""
    rows = {
        group.key: pixels
        for part in (name, f"site_{name}")
        for group, pixels in zip(getattr(parts, part), real.get(part, ()), strict=False)
    }
    return np.array([rows[group.key] for group in _both(parts, name)], np.uint8).reshape(-1, *real[name].shape[1:])


def _augmentation(drawings: Mapping[str, AugmentedPictures]) -> dict[str, NDArray[Any]]:
    fields = {f"{kind}_{field}": getattr(drawings[kind], field) for kind in FAMILIES for field in FIELDS}
    return fields | {"restored": drawings[ERASED].restored}


def _file(spec: InputSpec, what: str) -> str:
    return f"{spec.height}x{spec.width}-{hashlib.sha256(spec.model_dump_json().encode()).hexdigest()[:8]}-{what}.npz"


def _save(path: Path, content: Mapping[str, NDArray[Any]]) -> None:
    with replacing(path) as draft:
        np.savez(draft, allow_pickle=False, **content)
