from pathlib import PurePosixPath

import pytest

from service.contract.errors import DataError
from training.dataset.layout import Label, Place, parse_annotation, place_of

PLACES = {
    "train/a.jpg": Place(sealed=False, label=Label.GOOD),
    "good/a.PNG": Place(sealed=False, label=Label.GOOD),
    "proliv/a.jpeg": Place(sealed=False, label=Label.LEAK),
    "Leak/a.bmp": Place(sealed=False, label=Label.LEAK),
    "wells/train/a.jpg": Place(sealed=False, label=Label.GOOD),
    "train/camera_1/a.jpg": Place(sealed=False, label=Label.GOOD),
    "train/leak/a.jpg": Place(sealed=False, label=Label.LEAK),
    "test/imgs/a.jpg": Place(sealed=True, label=None),
    "test/good/a.jpg": Place(sealed=True, label=Label.GOOD),
    "elsewhere/a.jpg": None,
    "a.jpg": None,
    "train/notes.txt": None,
    "train/._a.jpg": None,
}


@pytest.mark.parametrize("path", PLACES)
def test_the_innermost_known_folder_says_what_a_picture_shows(path: str) -> None:
    assert place_of(PurePosixPath(path)) == PLACES[path]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_annotation_is_read_with_either_line_end(end: str) -> None:
    text = end.join(["a.jpg 0", "b c.jpg 1", ""])
    assert parse_annotation(text, "x") == {"a.jpg": Label.GOOD, "b c.jpg": Label.LEAK}


@pytest.mark.parametrize("line", ["a.jpg", "a.jpg 2", "a.jpg good", "1"])
def test_an_annotation_line_without_label_is_named(line: str) -> None:
    with pytest.raises(DataError, match="line 2"):
        parse_annotation(f"a.jpg 0\n{line}\n", "x")
