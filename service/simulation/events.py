"""What goes wrong in a simulated plant, where, and when: ``KIND[=AMOUNT][:CAMERA[:WELL]]@START[+LENGTH]``."""

import math
import re
from dataclasses import dataclass

from service.contract.errors import SetupError

# What an event does, and its amount where none is named (1: it takes none).
AMOUNTS = {
    "leak": 1.0,  # a picture of a leak instead of the good well
    "black": 1.0,  # a covered or dead camera
    "white": 1.0,  # a flooded one
    "dim": 0.6,  # this share of the light is left
    "blur": 2.0,  # Gaussian, sigma in pixels
    "frozen": 1.0,  # one and the same frame over and over
    "stale": 3600.0,  # captured this many seconds ago
    "broken": 0.5,  # only this share of each file arrives
    "pause": 1.0,  # nothing is sent: the camera is unplugged
    "burst": 5.0,  # this many times the rate
}
FORM = re.compile(
    r"(?P<kind>[a-z]+)(?:=(?P<amount>[0-9.]+))?(?::(?P<camera>[^:@]+)(?::(?P<well>[^:@]+))?)?"
    r"@(?P<start>[0-9.]+)(?:\+(?P<length>[0-9.]+))?"
)


@dataclass(frozen=True, slots=True)
class PlantEvent:
    """One thing that goes wrong from ``start_s`` to ``end_s`` after the start; no camera means all, no well too."""

    kind: str
    amount: float
    camera_id: str | None
    well_id: str | None
    start_s: float
    end_s: float

    def concerns(self, camera_id: str, at_s: float, well_id: str | None = None) -> bool:
        """Whether it happens at that camera and time; with a well, whether that well is touched."""
        return (
            self.start_s <= at_s < self.end_s
            and self.camera_id in {None, camera_id}
            and (well_id is None or self.well_id in {None, well_id})
        )


def parse_event(text: str) -> PlantEvent:
    """Read an event from the command line.

    Raises:
        SetupError: says what is wrong with it.

    >>> parse_event("leak:cam-1:12a@10+5").end_s
    15.0
    """
    match = FORM.fullmatch(text)
    if match is None:
        raise SetupError(f"{text!r} is no event: write KIND[=AMOUNT][:CAMERA[:WELL]]@START[+SECONDS]")
    kind = match["kind"]
    if kind not in AMOUNTS:
        raise SetupError(f"{kind!r} is no kind of event: take one of {', '.join(AMOUNTS)}")
    start_s = _number(match["start"], text)
    length_s = math.inf if match["length"] is None else _number(match["length"], text)
    amount = AMOUNTS[kind] if match["amount"] is None else _number(match["amount"], text)
    if amount <= 0:
        raise SetupError(f"{text!r}: the amount must be more than 0")
    return PlantEvent(kind, amount, match["camera"], match["well"], start_s, start_s + length_s)


def _number(text: str, event: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise SetupError(f"{event!r}: {text!r} is not a number") from error
