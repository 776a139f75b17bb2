"""Words of the command line, as reports say them."""

import pytest

from training.option_types import reported


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("/data/of/ours/wells.tar.gz", "wells.tar.gz"),
        ("--data=/data/of/ours/wells", "--data=wells"),
        ("../wells/", "../wells/"),
        ("--quick", "--quick"),
        ("sqlite:////data/runs.db", "sqlite:///runs.db"),
        ("--mlflow=http://user:secret@runs.example/x", "--mlflow=http://runs.example/x"),
    ],
)
def test_a_report_tells_neither_folders_of_a_machine_nor_passwords(given: str, shown: str) -> None:
    assert reported(given) == shown
