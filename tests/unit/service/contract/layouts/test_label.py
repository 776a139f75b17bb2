import pytest

from service.contract.layouts.label import Label, label_of, tokens_of
from service.contract.layouts.words import known_words

GOOD = (
    "good",
    "GOOD",
    "ok_front",
    "OK",
    "Normal",
    "no_leak",
    "no-leak",
    "годные",
    "Без пролива",
    "合格",
    "gut",
)
LEAK = (
    "leak",
    "Leaks 2",
    "def_front",
    "defFront",
    "NG",
    "not_ok",
    "ko",
    "proliv",
    "пролив",
    "Défaut",
    "anomaly",
    "Bad2",
)
NEITHER = ("_rejected", "camera_1", "train", "good_or_bad", "not_really_good", "ok_leak", "misc", "undefined", "", "42")


@pytest.mark.parametrize("name", GOOD)
def test_names_of_good_wells_are_known_in_several_languages(name: str) -> None:
    assert label_of(name) is Label.GOOD


@pytest.mark.parametrize("name", LEAK)
def test_names_of_leaks_are_known_in_several_languages(name: str) -> None:
    assert label_of(name) is Label.LEAK


@pytest.mark.parametrize("name", NEITHER)
def test_a_name_that_may_mean_either_is_not_guessed_at(name: str) -> None:
    assert label_of(name) is None


def test_no_word_stands_for_both_and_each_is_written_as_names_are_cut() -> None:
    words = known_words()
    assert not words.good & words.leak
    assert not (words.good | words.leak) & (words.forbidding | words.neutral)
    assert all(tokens_of(word) == (word,) for word in words.good | words.leak)
    assert all(" ".join(tokens_of(phrase)) == phrase for phrase in words.good_phrases | words.leak_phrases)
