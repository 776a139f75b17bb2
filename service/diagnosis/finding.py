"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Whether the service can do its work as far as a check sees; ``skipped`` has nothing to look at."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, what was found, and what to do where it is not well."""

    check: str
    state: State
    text: str
    remedy: str = ""


def ok(check: str, text: str) -> Finding:
    """All is well."""
    return Finding(check, State.OK, text)


def skipped(check: str, text: str) -> Finding:
    """There was nothing to look at."""
    return Finding(check, State.SKIPPED, text)


def warning(check: str, text: str, remedy: str) -> Finding:
    """The service works, and something should be done."""
    return Finding(check, State.WARNING, text, remedy)


def failed(check: str, text: str, remedy: str) -> Finding:
    """The service will not do what it is set to."""
    return Finding(check, State.FAILED, text, remedy)
