import pytest

from training.evaluation.rates import rate
from training.report.templating import ABSENT, cell, figure, interval, percent, size


@pytest.mark.parametrize(
    ("text", "expected", "why"),
    [
        ("a|b", r"a\|b", "a bar would end the cell"),
        ("a\nb", "a b", "a line end would end the table"),
        ("<img src=x>", "&lt;img src=x>", "markup would be shown as such"),
    ],
)
def test_text_from_outside_stays_in_its_cell(text: str, expected: str, why: str) -> None:
    assert cell(text) == expected, why


def test_figures_are_written_as_people_read_them() -> None:
    assert percent(0.98276) == "98.3 %"
    assert interval(rate(57, 58)) == "90.8 to 100.0"
    assert figure(0.00129101) == "0.001291"
    assert size(213_456) == "213 kB"


def test_what_is_absent_is_a_dash_or_nothing() -> None:
    assert (percent(None), size(0), interval(None)) == (ABSENT, ABSENT, "")
