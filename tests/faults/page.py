"""Writes docs/faults.md from the table: ``python -m tests.faults.page``."""

from pathlib import Path

from tests.faults.fault import NOBODY, Fault
from tests.faults.table import FAULTS, GROUPS

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
SHOWN = 4
HEAD = """# Faults

What the service answers when something is wrong. Each row is a test (`tests/faults/`) that injects the fault into a
running service and holds every answer given to it, also to the leaks that are sent meanwhile, against this table.
This page is generated: `python -m tests.faults.page`.

No fault may end in `no_leak`, and every answer says `alarm: true`, errors too. `leak` stands where the service goes on
judging: the pictures sent are leaks, and stay leaks. Where a fault ends the process nobody answers; the caller has to
treat that as an alarm, and the alert `LeakInspectionDown` does. Of a pulled stream nobody asks: there the answer is the
decisions on record, or the incident where nothing could be judged.
"""


def page() -> str:
    """The whole page."""
    groups = ["\n".join((f"## {title}", "", *_table(faults))) for title, faults in GROUPS.items()]
    return "\n\n".join((HEAD.rstrip() + f" {len(FAULTS)} faults:", *groups)) + "\n"


def _table(faults: tuple[Fault, ...]) -> list[str]:
    rows = [f"| {fault.name} | {fault.injected} | {_answers(fault)} | {_alarm(fault)} |" for fault in faults]
    return ["| fault | what is injected | answer | alarm |", "|---|---|---|---|", *rows]


def _answers(fault: Fault) -> str:
    if len(fault.answers) > SHOWN:
        return "200 `unknown`, an `input_…` reason"
    return "<br>".join(f"`{answer}`" if answer != NOBODY else answer for answer in fault.answers)


def _alarm(fault: Fault) -> str:
    return "on" if fault.answers != (NOBODY,) else "by the caller"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
