"""Which artefact is to be served, by the pointer, the file of the choice, and the record."""

from pathlib import Path

import pytest

from service.contract.artifact import open_artifact, write_active
from service.contract.errors import ArtifactInvalid, Unavailable
from service.judging.active_choice import CHOICE, ActiveChoice
from tests.damages import DAMAGES, Damage
from tests.small_artifact import write_artifact


@pytest.fixture
def both(tmp_path: Path) -> tuple[str, str]:
    """The deployed artefact and another one."""
    other = write_artifact(tmp_path, "other", shade=0.01)
    return write_artifact(tmp_path), other


@pytest.fixture
def choice(tmp_path: Path, both: tuple[str, str]) -> ActiveChoice:
    """The other one was chosen and is served."""
    choice = ActiveChoice(tmp_path, tmp_path)
    choice.remember(both[1])
    choice.served(open_artifact(tmp_path / both[1]))
    return choice


def test_a_choice_that_is_gone_is_taken_from_the_record_and_told(choice: ActiveChoice, both: tuple[str, str]) -> None:
    (choice.root / CHOICE).unlink()
    again = ActiveChoice(choice.root, choice.root, choice.recorded)
    assert (again.wanted(), [*again.doubts()]) == (both[1], [CHOICE])
    again.served(open_artifact(choice.root / both[1]))
    assert (again.wanted(), [*again.doubts()]) == (both[1], [CHOICE]), "it is told until somebody acts"
    again.remember(both[1])
    assert (again.wanted(), again.doubts()) == (both[1], {})


def test_a_pointer_that_was_deployed_since_wins_over_the_record(choice: ActiveChoice, tmp_path: Path) -> None:
    (tmp_path / CHOICE).unlink()
    newest = write_artifact(tmp_path, "newest", shade=0.02)
    assert (choice.wanted(), choice.doubts()) == (newest, {})


def test_without_a_record_the_file_is_believed(choice: ActiveChoice, both: tuple[str, str]) -> None:
    assert ActiveChoice(choice.root, choice.root).wanted() == both[1]
    (choice.root / CHOICE).unlink()
    assert ActiveChoice(choice.root, choice.root).wanted() == both[0]


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_choice_that_cannot_be_read_is_refused(choice: ActiveChoice, damage: Damage) -> None:
    damage(choice.root / CHOICE)
    with pytest.raises(ArtifactInvalid, match=CHOICE):
        choice.wanted()


def test_a_choice_of_a_newer_version_is_refused(choice: ActiveChoice) -> None:
    text = (choice.root / CHOICE).read_text()
    (choice.root / CHOICE).write_text(text.replace("{", '{"what_nobody_knows_yet": 1, ', 1))
    with pytest.raises(ArtifactInvalid, match=CHOICE):
        choice.wanted()


def test_what_a_crash_left_beside_the_file_is_no_choice(choice: ActiveChoice, both: tuple[str, str]) -> None:
    (choice.root / f".{CHOICE}.77.78").write_text('{"artifact": "small-00000000", "instead_of": null}')
    assert (choice.wanted(), choice.doubts()) == (both[1], {})


def test_a_choice_that_cannot_be_kept_leaves_the_one_before(choice: ActiveChoice, both: tuple[str, str]) -> None:
    (choice.root / CHOICE).unlink()
    (choice.root / CHOICE).mkdir()
    with pytest.raises(Unavailable, match=CHOICE):
        choice.remember(both[0])
    (choice.root / CHOICE).rmdir()
    assert choice.wanted() == both[1]


def test_a_pointer_back_to_the_first_brings_the_choice_back(choice: ActiveChoice, both: tuple[str, str]) -> None:
    write_active(choice.root, both[1])
    assert choice.wanted() == both[1]
    choice.served(open_artifact(choice.root / both[1]))
    write_active(choice.root, both[0])
    assert (choice.wanted(), choice.doubts()) == (both[1], {})
