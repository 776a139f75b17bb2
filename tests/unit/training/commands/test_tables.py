import pytest
from rich.table import Table

from training.commands.tables import print_whole


@pytest.mark.parametrize("columns", ["40", "80", "300"])
def test_no_figure_is_cut_however_narrow_the_terminal(
    columns: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    names = [f"a_candidate_with_a_long_name_{number}" for number in range(12)]
    table = Table(*names)
    table.add_row(*(f"0.{number:05}" for number in range(12)))
    print_whole(table)
    printed = capsys.readouterr().out
    assert all(name in printed for name in names)
    assert all(f"0.{number:05}" in printed for number in range(12))
    assert "…" not in printed
