"""The map of registers; the table in the documentation is made from it."""

from enum import IntEnum
from typing import NamedTuple

LAYOUT = 1
WELLS_FROM = 100
WELL_STRIDE = 32
MOST_WELLS = 1000


class Flag(IntEnum):
    """A yes or no of which neither is 0: what was never written, or reads as 0 for whatever reason, is neither."""

    SAFE = 1
    ALERT = 2


class Result(IntEnum):
    """What is known of a well; 0 until its first picture."""

    NONE = 0
    NO_LEAK = 1
    LEAK = 2
    UNKNOWN = 3
    SILENT = 4


class Register(NamedTuple):
    """One value: where it begins, relative to its block, how many registers it takes, and what it means."""

    offset: int
    words: int
    name: str
    kind: str
    meaning: str


SERVICE = (
    Register(0, 1, "layout", "uint16", f"version of this table, {LAYOUT}"),
    Register(1, 1, "heartbeat", "uint16", "1 and 2 in turn, every second"),
    Register(2, 1, "ready", "uint16", "1: verdicts are given; 2: not now"),
    Register(3, 1, "alarm", "uint16", "1: no well alarms and the service is ready; 2: alarm"),
    Register(4, 1, "wells", "uint16", "how many wells have a block"),
)
"""The block at address 0."""

WELL = (
    Register(0, 1, "trigger", "uint16, write", "any number but 0 asks for the result of the next picture"),
    Register(1, 1, "answered", "uint16", "the trigger that has its result; 0 before the first"),
    Register(2, 1, "busy", "uint16", "1: no trigger waits; 2: one does"),
    Register(3, 1, "ready", "uint16", "1: a trigger will be taken; 2: not now"),
    Register(
        4, 1, "result", "uint16", "1: no_leak; 2: leak; 3: unknown; 4: no picture in time; 0: none since the start"
    ),
    Register(
        5,
        1,
        "alarm",
        "uint16",
        "1: the last result is no_leak, no alarm stands (shelved ones aside), the service is ready; 2: alarm",
    ),
    Register(6, 1, "unknown", "uint16", "1: the last picture could be judged; 2: it could not, or there is none"),
    Register(7, 1, "sequence", "uint16", "one more with each result; after 65535 comes 1"),
    Register(8, 2, "score_ratio", "float32", "score over threshold; NaN where nothing was scored"),
    Register(10, 4, "captured_at", "uint64", "milliseconds since 1970 in UTC; 0 where the camera states none"),
    Register(14, 4, "received_at", "uint64", "milliseconds since 1970 in UTC"),
    Register(18, 8, "decision_id", "16 bytes", "the UUID by which the decision is found on record"),
    Register(
        26, 4, "artifact_sha256", "8 bytes", "the first 8 bytes of the digest that names the artefact which judged"
    ),
)
"""The block of one well; the first is at ``WELLS_FROM``, the next ``WELL_STRIDE`` further."""

WELL_WORDS = WELL[-1].offset + WELL[-1].words


def well_address(number: int) -> int:
    """Where the block of a well begins; ``number`` counts from 0."""
    return WELLS_FROM + WELL_STRIDE * number
