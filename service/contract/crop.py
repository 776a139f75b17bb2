"""What is to be judged."""

from datetime import datetime
from typing import NamedTuple

from service.contract.decision import Reason


class Crop(NamedTuple):
    """A picture as it arrived, with its labels.

    ``arrived`` is on the clock of ``time.perf_counter``; ``refusal`` says why the picture cannot be judged whatever
    it shows (frozen, stale), where that is so.
    """

    image: bytes
    sha256: str
    request_id: str
    received_at: datetime
    arrived: float
    camera_id: str | None = None
    well_id: str | None = None
    cast_id: str | None = None
    captured_at: datetime | None = None
    refusal: Reason | None = None
