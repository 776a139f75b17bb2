import json
from datetime import timedelta
from pathlib import Path

import pytest

from service.contract.artifact import sha256_hex
from service.contract.decision import Verdict
from service.contract.errors import SetupError
from service.contract.journal_entry import Entry, Review
from service.record.archive.folder import ArchiveFolder
from service.record.journal.journal import Journal
from service.record.queries.records import Records
from service.record.review_export import export_reviews
from tests.decisions import START, a_decision
from tests.pictures import jpeg
from tests.wells import good_well
from training.dataset.reviews import Judged, import_reviews


async def test_reviewed_decisions_go_out_with_their_pictures_and_into_training(tmp_path: Path) -> None:
    archive = ArchiveFolder(tmp_path / "pictures")
    pictures = [jpeg(good_well(seed)) for seed in range(4)]
    decisions = [a_decision(Verdict.LEAK, image_sha256=sha256_hex(picture)) for picture in pictures]
    for decision, picture in zip(decisions[:3], pictures[:3], strict=True):
        archive.write(decision, picture)
    words = [(0, "Anna", "no_leak"), (0, "Boris", "no_leak"), (1, "Anna", "leak"), (3, "Anna", "leak")]
    reviews: list[Entry] = []
    for second, (number, person, word) in enumerate(words):
        at = START + timedelta(seconds=second)
        reviews.append(Review(f"r{second}", decisions[number].decision_id, at, Verdict(word), person, "Грязь\n"))
    journal = Journal(tmp_path / "journal.db")
    await journal.open()
    receipt = journal.append([*decisions, *reviews])
    assert receipt.durable is not None
    await receipt.durable
    records = Records(journal.database)

    exported = await export_reviews(records, archive, tmp_path / "export")
    assert exported == (3, 1), "one was never archived, one was never reviewed"
    lines = [json.loads(line) for line in (tmp_path / "export" / "reviews.jsonl").read_text("utf-8").splitlines()]
    assert [line["decision_id"] for line in lines] == [decisions[each].decision_id for each in (3, 1, 0)]
    assert lines[0]["picture"] is None
    assert [review["reviewer"] for review in lines[2]["reviews"]] == ["Anna", "Boris"]

    imported = import_reviews(tmp_path / "export", tmp_path / "data")
    assert {judged: number for judged, number in imported.pictures.items() if number} == {
        Judged.GOOD: 1,
        Judged.LEAK: 1,
    }
    with pytest.raises(SetupError, match="empty folder"):
        await export_reviews(records, archive, tmp_path / "export")
    await journal.close()
