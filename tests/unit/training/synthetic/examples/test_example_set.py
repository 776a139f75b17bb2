from pathlib import Path

import numpy as np
import pytest

from service.contract.errors import DataError
from training.dataset.data import Dataset
from training.dataset.layout import Label
from training.dataset.reading import load
from training.dataset.scenes import events_of, scene_numbers, with_scenes
from training.dataset.splits import split
from training.synthetic.examples.example_set import (
    GOOD_FRAMES,
    GOOD_SCENES,
    LEAK_FRAMES,
    LEAK_SCENES,
    SITE_FRAMES,
    SITE_SCENES,
    ExampleSet,
    write_example_set,
)
from training.synthetic.examples.example_wells import ExampleScene


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> ExampleSet:
    return write_example_set(tmp_path_factory.mktemp("example") / "set")


@pytest.fixture(scope="module")
def wells(written: ExampleSet) -> Dataset:
    return load(written.wells)


@pytest.fixture(scope="module")
def site(written: ExampleSet) -> Dataset:
    return load(written.site)


def test_all_that_is_written_is_read_with_its_label(written: ExampleSet, wells: Dataset, site: Dataset) -> None:
    assert len(wells.select(Label.GOOD)) == GOOD_SCENES * GOOD_FRAMES
    assert len(wells.select(Label.LEAK)) == LEAK_SCENES * LEAK_FRAMES
    assert len(site.select(Label.GOOD, sealed=True)) == SITE_SCENES * SITE_FRAMES
    assert len(wells.groups) + len(site.groups) == written.pictures
    assert (wells.skipped, wells.contradictions, site.skipped) == ((), (), ())


def test_scenes_and_events_are_told_apart_as_they_were_drawn(wells: Dataset) -> None:
    scenes = scene_numbers(with_scenes(wells.select(Label.GOOD)))
    assert len(set(scenes.tolist())) == GOOD_SCENES
    assert len(set(events_of(wells.select(Label.LEAK)).tolist())) == LEAK_SCENES


def test_every_part_of_a_split_gets_several_scenes(wells: Dataset, site: Dataset) -> None:
    parts = split(wells, site)
    for name in ("fit_good", "choice_good", "calibration_good", "report_good", "site_choice_good", "site_report_good"):
        assert len({group.scene for group in getattr(parts, name)}) >= 4, name
    assert min(parts.counts.values()) >= 6


def test_the_site_is_another_day(wells: Dataset, site: Dataset) -> None:
    here, there = (np.mean([group.picture.mean() for group in data.groups]) for data in (wells, site))
    assert there > 1.05 * here


def test_the_same_seed_gives_the_same_pictures(wells: Dataset, tmp_path: Path) -> None:
    assert load(write_example_set(tmp_path / "again").wells).sha256 == wells.sha256
    assert load(write_example_set(tmp_path / "other", seed=1).wells).sha256 != wells.sha256


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.png").touch()
    with pytest.raises(DataError, match="name a new folder"):
        write_example_set(tmp_path)
    with pytest.raises(DataError, match="name a new folder"):
        write_example_set(tmp_path / "mine.png")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.png"]


def test_a_leak_is_brighter_than_anything_in_its_well() -> None:
    for seed in range(10):
        scene = ExampleScene.drawn(seed)
        assert int(scene.leaking().max()) > int(scene.good().max()) + 20
