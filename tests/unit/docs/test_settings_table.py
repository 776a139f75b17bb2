"""The settings as documented are the settings as they are."""

from pathlib import Path

from pydantic_core import PydanticUndefined

from service.settings import variables

DOCUMENT = Path(__file__).parents[3] / "docs" / "settings.md"


def table() -> str:
    """The table of all settings, in the order of their declaration."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for variable, field in variables():
        default = "from the machine" if field.default is PydanticUndefined else field.default
        shown = "none" if default is None else str(default)
        lines.append(f"| `{variable}` | {shown} | {field.description} |")
    return "\n".join(lines)


def test_the_document_holds_the_table_of_all_settings() -> None:
    assert table() in DOCUMENT.read_text(), f"put this table into {DOCUMENT.name}:\n\n{table()}"
