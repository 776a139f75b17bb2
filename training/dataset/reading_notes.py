"""What is said of a data set before anything is fitted: folders with their labels, types, depth."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from service.contract.layouts.survey import LabelledFile
from service.contract.levels import Levels

MOST_FOLDERS: Final = 40


def folder_table(members: Iterable[tuple[str, LabelledFile]]) -> Iterator[str]:
    """A line a folder: the label its pictures got, how many files and how many different pictures there are.

    Args:
        members: the key of each picture's pixels, and its file.
    """
    files: Counter[tuple[str, str]] = Counter()
    different: dict[tuple[str, str], set[str]] = defaultdict(set)
    for key, labelled in members:
        row = (f"{labelled.file.path.parent}/", labelled.label.name.lower() + (", test" if labelled.sealed else ""))
        files[row] += 1
        different[row].add(key)
    rows = [(*row, f"{count:,}", f"{len(different[row]):,}") for row, count in sorted(files.items())]
    shown = [("folder", "label", "pictures", "different"), *rows[:MOST_FOLDERS]]
    widths = [max(len(row[column]) for row in shown) for column in range(len(shown[0]))]
    for folder, label, count, groups in shown:
        yield f"  {folder:<{widths[0]}}  {label:<{widths[1]}}  {count:>{widths[2]}}  {groups:>{widths[3]}}"
    if len(rows) > MOST_FOLDERS:
        yield f"  and {len(rows) - MOST_FOLDERS} more folders"


def type_notes(types: Mapping[str, int]) -> Iterator[str]:
    """Say which pictures the service would refuse, by type; an empty type it takes."""
    named = ", ".join(f"{count} {name}" for name, count in sorted(types.items()) if name)
    if named:
        yield f"read here, but refused by the service, which takes JPEG and PNG: {named}: let cameras send PNG"


def depth_note(count: int, brightest: int, levels: Levels | None) -> Iterator[str]:
    """Say how pictures of 16 bits are read."""
    if count:
        rule = "their upper 8 bits are used" if levels is None else f"black is {levels.black}, white is {levels.white}"
        yield f"{count} pictures have 16 bits a channel, the brightest value is {brightest}: {rule}"
