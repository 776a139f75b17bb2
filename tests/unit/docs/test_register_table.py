"""The registers as documented are the registers as they are."""

from collections.abc import Sequence
from pathlib import Path

from service.plugs.modbus.registers import SERVICE, WELL, WELL_STRIDE, WELLS_FROM, Register

DOCUMENT = Path(__file__).parents[3] / "docs" / "plugs.md"


def table(registers: Sequence[Register]) -> str:
    """The table of a block."""
    rows = [
        f"| {register.offset} | {register.words} | `{register.name}` | {register.kind} | {register.meaning} |"
        for register in registers
    ]
    return "\n".join(["| register | words | name | type | meaning |", "|---|---|---|---|---|", *rows])


def test_the_document_holds_the_tables_of_all_registers() -> None:
    text = DOCUMENT.read_text()
    for registers in (SERVICE, WELL):
        assert table(registers) in text, f"put this table into {DOCUMENT.name}:\n\n{table(registers)}"
    assert f"at {WELLS_FROM}, the next {WELL_STRIDE} further" in text
