"""What the documents name exists: files, make verbs, commands, settings, fields of the answer."""

import dataclasses
import json
import re
from pathlib import Path

import pytest

from service.contract.decision import Decision
from service.settings import PREFIX, variables

ROOT = Path(__file__).parents[3]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "training").glob("*.md")),
]
COMPOSE_ONLY = {"LEAK_INSPECTION_PORT", "LEAK_INSPECTION_DATA", "LEAK_INSPECTION_KEYS"}
MAKE_VERB = re.compile(r"`make ([a-z-]+)|^make ([a-z-]+)", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#:]*)(?:#([^)]*))?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
VARIABLE = re.compile(rf"{PREFIX}[A-Z_]*[A-Z]")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_to_a_file_and_a_heading_of_it(document: Path) -> None:
    for file, anchor in LINK.findall(document.read_text()):
        target = document.parent / file if file else document
        assert target.exists(), file
        assert not anchor or anchor in anchors(target), f"{file}#{anchor}"


def anchors(document: Path) -> set[str]:
    """What headings are called in addresses: small letters, spaces as hyphens, no other signs."""
    headings = HEADING.findall(CODE.sub("", document.read_text()))
    return {re.sub(r"[^a-z0-9_ -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_verb_exists(document: Path) -> None:
    verbs = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {first or second for first, second in MAKE_VERB.findall(document.read_text())}
    assert named <= verbs


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_setting_exists(document: Path) -> None:
    known = {variable for variable, _ in variables()} | COMPOSE_ONLY
    assert set(VARIABLE.findall(document.read_text())) <= known


def test_the_readmes_answer_has_the_fields_of_a_decision() -> None:
    (block,) = re.findall(r"```json\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    shown = json.loads(block)
    del shown["..."]
    assert set(shown) <= {field.name for field in dataclasses.fields(Decision)}


@pytest.mark.parametrize("side", ["service", "training"])
def test_the_architecture_names_every_room_and_no_other(side: str) -> None:
    folders = [path for path in (ROOT / side).iterdir() if path.is_dir() and not path.name.startswith("__")]
    rooms = {f"{side}/{path.name}/" for path in folders if any(path.glob("*.[!t]*"))}
    text = (ROOT / "docs" / "architecture.md").read_text()
    named = re.findall(rf"^\| (?:`[a-z_/]+\.py`, )?`({side}/[a-z_]+/)`", text, re.MULTILINE)
    assert set(named) == rooms


def test_the_architecture_has_a_line_for_every_module_of_the_service_and_no_other() -> None:
    modules = {str(path.relative_to(ROOT / "service")) for path in (ROOT / "service").rglob("*.py")}
    part = (ROOT / "docs" / "architecture.md").read_text().partition("## The rooms of the service")[2]
    named = re.findall(r"^\| `([a-z_/]+\.py)` \|", part.partition("## The rooms of training")[0], re.MULTILINE)
    assert sorted(named) == sorted(name for name in modules if not name.endswith("__init__.py"))


def test_the_first_verdict_is_within_twenty_lines() -> None:
    lines = (ROOT / "README.md").read_text().splitlines()
    assert "make serve" in lines[:20]
    assert any(line.startswith("curl ") for line in lines[:20])
