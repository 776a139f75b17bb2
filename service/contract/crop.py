"""What is to be judged."""

import math
from datetime import datetime
from typing import NamedTuple

from service.contract.decision import FrameFacts, Reason
from service.contract.header.header import Header
from service.contract.picture import Pixels


class Crop(NamedTuple):
    """A picture as it arrived, with its labels.

    ``arrived`` is on the clock of ``time.perf_counter``; ``refusal`` says why the picture cannot be judged whatever
    it shows (frozen, stale), where that is so, and ``stale_at`` when it will be stale unless it is judged by then, on
    the clock of ``arrived``. ``header`` is that of the picture, where it has been read already.

    ``pixels`` [H, W, 3] RGB are what ``image`` would be decoded into, where they are known already. ``frame`` says from
    which frame it was cut (without pixels where nothing could be cut), and ``doubt`` why it need not be the well: under
    ``covered`` a score still proves a leak.
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
    stale_at: float = math.inf
    pixels: Pixels | None = None
    frame: FrameFacts | None = None
    doubt: Reason | None = None
    header: Header | None = None

    # ``_replace`` takes three times as long.
    def with_header(self, header: Header) -> "Crop":
        """The same crop, of which the header is known."""
        return Crop(*self[:-1], header)

    def watched(self, refusal: Reason | None, stale_at: float) -> "Crop":
        """The same crop, of which is known what its time of capture says."""
        return Crop(*self[:9], refusal, stale_at, *self[11:])
