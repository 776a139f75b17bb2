"""The journal's file, without its thread."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from service.record.journal.file import JournalFile
from tests.decisions import MODEL, a_decision


def test_a_model_whose_first_group_was_refused_is_written_with_the_next(tmp_path: Path) -> None:
    file = JournalFile(tmp_path / "journal.db")
    file.create()
    twice, model = a_decision(), replace(MODEL, artifact="conv_ae-89abcdef")
    with pytest.raises(sqlite3.IntegrityError):
        file.write([a_decision(model=model), twice, twice])
    assert file.write([a_decision(model=model)]) == 1
    file.close()
    with sqlite3.connect(tmp_path / "journal.db") as connection:
        missing = "SELECT count(*) FROM entries WHERE model NOT IN (SELECT id FROM models)"
        assert connection.execute(missing).fetchone() == (0,)
    connection.close()
