import json
from pathlib import Path
from typing import Any

import pytest

from service.contract.errors import DataError
from tests.pictures import jpeg
from tests.wells import good_well
from training.cli import main
from training.dataset.layout import Label
from training.dataset.reading import load
from training.dataset.reviews import Judged, import_reviews

Words = list[tuple[str, str]]


def exported(folder: Path, *lines: tuple[bytes | None, Words]) -> Path:
    """An export of decisions: the picture of each, and what which reviewer said, one after the other."""
    (folder / "pictures").mkdir(parents=True)
    written = []
    for number, (picture, words) in enumerate(lines):
        name = None if picture is None else f"{number:064}.jpg"
        if picture is not None and name is not None:
            (folder / "pictures" / name).write_bytes(picture)
        reviews = [
            {"at": f"2026-05-04T10:00:{second:02}Z", "verdict": verdict, "reviewer": reviewer, "comment": "<b>"}
            for second, (reviewer, verdict) in enumerate(words)
        ]
        written.append({"decision_id": f"d{number}", "picture": name, "reviews": reviews, "score": None})
    (folder / "reviews.jsonl").write_text("".join(json.dumps(line) + "\n" for line in written))
    return folder


@pytest.mark.parametrize(
    ("words", "judged", "why"),
    [
        ([("Anna", "no_leak"), ("Boris", "no_leak")], Judged.GOOD, "two agree"),
        ([("Anna", "no_leak")], Judged.WAITING, "one is not enough for a good well"),
        ([("Anna", "no_leak"), (" ANNA", "no_leak")], Judged.WAITING, "the same person twice is one"),
        ([("Anna", "leak")], Judged.LEAK, "one is enough for a leak"),
        (
            [("Anna", "no_leak"), ("Boris", "no_leak"), ("Clara", "leak")],
            Judged.DISPUTED,
            "a leak is never a good well",
        ),
        ([("Anna", "leak"), ("Anna", "no_leak"), ("Boris", "no_leak")], Judged.GOOD, "the last word of each counts"),
        ([("Anna", "no_leak"), ("Boris", "no_leak"), ("Boris", "leak")], Judged.DISPUTED, "also where it is a leak"),
        ([("Anna", "no_leak"), ("Boris", "no_leak"), ("Clara", "unknown")], Judged.DISPUTED, "nobody may doubt it"),
        ([("Anna", "leak"), ("Boris", "unknown")], Judged.LEAK, "a doubt does not hide a leak"),
        ([("Anna", "unknown")], Judged.WAITING, "nothing was said"),
        ([], Judged.WAITING, "nobody has looked"),
    ],
)
def test_reviews_decide_where_a_picture_goes(tmp_path: Path, words: Words, judged: Judged, why: str) -> None:
    imported = import_reviews(exported(tmp_path / "export", (jpeg(good_well(1)), words)), tmp_path / "out")
    assert imported.pictures[judged] == 1, why
    assert sum(imported.pictures.values()) == 1
    assert len(list((tmp_path / "out" / "good").iterdir())) == (judged is Judged.GOOD), why
    assert len(list((tmp_path / "out" / "leak").iterdir())) == (judged is Judged.LEAK), why


def test_equal_pictures_of_several_decisions_are_judged_as_one(tmp_path: Path) -> None:
    picture = jpeg(good_well(1))
    export = exported(tmp_path / "export", (picture, [("Anna", "no_leak")]), (picture, [("Boris", "no_leak")]))
    assert import_reviews(export, tmp_path / "good-one").pictures[Judged.GOOD] == 1
    agreed: Words = [("Anna", "no_leak"), ("Boris", "no_leak")]
    export = exported(tmp_path / "other", (picture, agreed), (picture, [("Clara", "leak")]))
    assert import_reviews(export, tmp_path / "disputed").pictures[Judged.DISPUTED] == 1


def test_the_folder_is_one_that_training_reads(tmp_path: Path) -> None:
    agreed: Words = [("Anna", "no_leak"), ("Boris", "no_leak")]
    lines = [(jpeg(good_well(seed)), agreed if seed else [("Anna", "leak")]) for seed in range(4)]
    import_reviews(exported(tmp_path / "export", *lines), tmp_path / "out")
    data = load(tmp_path / "out")
    assert len(data.select(Label.GOOD)) == 3
    assert len(data.select(Label.LEAK)) == 1
    assert not data.contradictions


def test_what_has_no_picture_or_a_damaged_one_is_counted(tmp_path: Path) -> None:
    agreed: Words = [("Anna", "no_leak"), ("Boris", "no_leak")]
    export = exported(tmp_path / "export", (None, agreed), (b"no picture", agreed), (jpeg(good_well(1)), agreed))
    imported = import_reviews(export, tmp_path / "out")
    assert (imported.without_picture, imported.pictures[Judged.UNUSABLE], imported.pictures[Judged.GOOD]) == (1, 1, 1)


def test_a_name_in_an_export_leads_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(jpeg(good_well(1)))
    export = exported(tmp_path / "export", (None, [("Anna", "leak")]))
    line: dict[str, Any] = json.loads((export / "reviews.jsonl").read_text())
    line["picture"] = "../../secret.jpg"
    (export / "reviews.jsonl").write_text(json.dumps(line))
    assert import_reviews(export, tmp_path / "out").without_picture == 1


def test_an_earlier_import_is_not_mixed_with_a_new_one(tmp_path: Path) -> None:
    export = exported(tmp_path / "export", (jpeg(good_well(1)), [("Anna", "leak")]))
    import_reviews(export, tmp_path / "out")
    with pytest.raises(DataError, match="empty folder"):
        import_reviews(export, tmp_path / "out")


@pytest.mark.parametrize(
    "line", ["{", "{}", '{"decision_id": "d", "picture": null, "reviews": [{"verdict": "maybe"}]}']
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, line: str) -> None:
    export = exported(tmp_path / "export")
    (export / "reviews.jsonl").write_text(line)
    with pytest.raises(DataError, match=r"reviews\.jsonl, line 1"):
        import_reviews(export, tmp_path / "out")


def test_a_folder_without_an_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="export-reviews"):
        import_reviews(tmp_path, tmp_path / "out")


def test_the_command_says_what_became_of_the_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = exported(tmp_path / "export", (jpeg(good_well(1)), [("Anna", "leak")]), (None, [("Anna", "leak")]))
    assert main(["import-reviews", str(export), "--out", str(tmp_path / "out")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "       1 leak" in lines
    assert "       1 reviewed decisions have no picture any more" in lines
    assert main(["import-reviews", str(export), "--out", str(tmp_path / "out")]) == 2
    assert "empty folder" in capsys.readouterr().err
