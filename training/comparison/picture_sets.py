"""The bench: every set of pictures that candidates are fitted and judged on, kept on disk at each model's size."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.contract.manifest import InputSpec
from service.contract.picture import Pixels
from training.comparison.worker_pool import finished
from training.dataset.data import Group, pixels_of
from training.dataset.progress import Progress
from training.dataset.splits import Split
from training.dataset.whole_file import replacing
from training.synthetic import kinds as stress
from training.synthetic.augmentation import FAMILIES, Course, Drawn, Lesson, chunks, course, draw, joined, reduced
from training.synthetic.milder import milder_leaks

CHALLENGE_WEAKEST = 0.4
CHOICE_SEED, REPORT_SEED = 2, 3
MILDER = "milder"
HALVES = ("choice", "report")
FIELDS = ("pixels", "source", "family")


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is drawn: lessons a good well, and challenges a family in each half."""

    lessons: int
    challenges: int


@dataclass(frozen=True, slots=True)
class Bench:
    """A folder with the sets at each model's size."""

    folder: Path

    def sets(self, spec: InputSpec) -> dict[str, Pixels]:
        """Pixels uint8 [N, H, W, 3] by name: the parts of the split, ``choice/leak/<family>`` and so on."""
        with np.load(self.folder / _file(spec, "sets")) as content:
            return dict(content)

    def lessons(self, spec: InputSpec) -> tuple[Lesson, Lesson]:
        """Stress leaks and nuisances on the good wells that are fitted."""
        with np.load(self.folder / _file(spec, "lessons")) as content:
            leaks, nuisances = ({field: content[f"{kind}_{field}"] for field in FIELDS} for kind in FAMILIES)
            return Lesson(**leaks, restored=content["restored"]), Lesson(**nuisances, restored=nuisances["pixels"])


def prepare(
    folder: Path, parts: Split, specs: Iterable[InputSpec], extent: Extent, executor: Executor, progress: Progress
) -> Bench:
    """Draw what is not there yet and keep it; the same parts and extent always give the same bench.

    Args:
        folder: where it is kept; belongs to one data set and extent.
        parts: of the data.
        specs: the sizes that candidates ask for.
        extent: how much is drawn.
        executor: draws in chunks.
        progress: shows the chunks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [spec for spec in dict.fromkeys(specs) if not (folder / _file(spec, "lessons")).exists()]
    if missing:
        drawings = _draw_all(_courses(parts, extent), executor, progress)
        for spec in missing:
            _save(folder / _file(spec, "sets"), _sets(parts, drawings, spec))
            _save(folder / _file(spec, "lessons"), _lessons(drawings, spec))
    return Bench(folder)


def _courses(parts: Split, extent: Extent) -> dict[str, tuple[list[Pixels], Course]]:
    """The wells and what is drawn on them, by the name of the set."""
    wells = [reduced(group.picture) for group in parts.fit_good]
    courses = {kind: (wells, course(kind, extent.lessons)) for kind in FAMILIES}
    for half, seed in zip(HALVES, (CHOICE_SEED, REPORT_SEED), strict=True):
        some = _spread(getattr(parts, f"{half}_good"), extent.challenges)
        for family in stress.LEAKS:
            courses[f"{half}/leak/{family}"] = (some, Course((family,), 1, CHALLENGE_WEAKEST, seed))
        for family in stress.NUISANCES:
            courses[f"{half}/nuisance/{family}"] = (some, Course((family,), 1, 0.0, seed))
    return courses


def _draw_all(
    courses: Mapping[str, tuple[list[Pixels], Course]], executor: Executor, progress: Progress
) -> dict[str, Drawn]:
    futures = {
        name: [executor.submit(draw, some, course, first) for first, some in chunks(wells)]
        for name, (wells, course) in courses.items()
    }
    waited_for = [future for pieces in futures.values() for future in pieces]
    for _ in progress.track(finished(waited_for), "drawing stress pictures", len(waited_for)):
        pass
    return {name: joined(future.result() for future in pieces) for name, pieces in futures.items()}


def _spread(groups: Sequence[Group], count: int) -> list[Pixels]:
    """So many pictures, each well as often as any other."""
    return [reduced(groups[number % len(groups)].picture) for number in range(count)]


def _sets(parts: Split, drawings: Mapping[str, Drawn], spec: InputSpec) -> dict[str, Pixels]:
    sets = {name: pixels_of(getattr(parts, name), spec) for name in parts.counts}
    sets |= {name: drawn.lesson(spec).pixels for name, drawn in drawings.items() if name not in FAMILIES}
    for half in HALVES:
        sets[f"{half}/leak/{MILDER}"] = milder_leaks(sets[f"{half}_leak"], sets[f"{half}_good"])
    return sets


def _lessons(drawings: Mapping[str, Drawn], spec: InputSpec) -> dict[str, NDArray[Any]]:
    lessons = {kind: drawings[kind].lesson(spec, erase=kind == "leaks") for kind in FAMILIES}
    fields = {f"{kind}_{field}": getattr(lesson, field) for kind, lesson in lessons.items() for field in FIELDS}
    return fields | {"restored": lessons["leaks"].restored}


def _file(spec: InputSpec, what: str) -> str:
    return f"{spec.height}x{spec.width}-{hashlib.sha256(spec.model_dump_json().encode()).hexdigest()[:8]}-{what}.npz"


def _save(path: Path, content: Mapping[str, NDArray[Any]]) -> None:
    with replacing(path) as draft:
        np.savez(draft, allow_pickle=False, **content)
