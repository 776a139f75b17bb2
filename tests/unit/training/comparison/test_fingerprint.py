from pathlib import Path

import pytest

from training.comparison.fingerprint import SOURCES, fingerprint, sources


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of two modules, one in a room of its own."""
    (tmp_path / "room").mkdir()
    for name in ("__init__.py", "one.py", "room/__init__.py", "room/two.py", "room/notes.txt"):
        (tmp_path / name).write_text("number = 1\n")
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "anew", "why"),
    [
        ("one.py", True, "a module"),
        ("room/two.py", True, "a module of a room below"),
        ("room/notes.txt", False, "what is no code"),
    ],
)
def test_a_changed_source_is_fitted_anew(package: Path, changed: str, anew: bool, why: str) -> None:
    before = fingerprint({"package": package})
    (package / changed).write_text("number = 2\n")
    assert (fingerprint({"package": package}) != before) is anew, why


def test_a_source_that_moved_is_another_one(package: Path) -> None:
    before = fingerprint({"package": package})
    (package / "one.py").rename(package / "three.py")
    assert fingerprint({"package": package}) != before


def test_a_single_module_can_be_named(package: Path) -> None:
    before = fingerprint({"one": package / "one.py"})
    (package / "room" / "two.py").write_text("number = 2\n")
    assert fingerprint({"one": package / "one.py"}) == before
    (package / "one.py").write_text("number = 2\n")
    assert fingerprint({"one": package / "one.py"}) != before


def test_every_source_is_there() -> None:
    places = sources()
    without = [fingerprint({name: place for name, place in places.items() if name != left_out}) for left_out in SOURCES]
    assert len({fingerprint(places), *without}) == len(SOURCES) + 1, "each names at least one file"
