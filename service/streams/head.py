"""What a reader says before the bytes of a frame."""

from typing import NamedTuple


class Head(NamedTuple):
    """Counts are of this reader since its start; ``arrived`` is on the clock of ``time.perf_counter``.

    ``ended`` says why there is no frame and will be none; ``lost`` counts gaps in what the network brought, and
    ``captured`` is when the frame was taken by the camera's own clock, in Unix seconds, where it says so.
    """

    frames: int
    dropped: int
    errors: int
    arrived: float
    size: int
    ended: str | None = None
    lost: int = 0
    captured: float | None = None
