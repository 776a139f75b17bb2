"""What a reader says before the bytes of a frame."""

from typing import NamedTuple


class Head(NamedTuple):
    """Counts are of this reader since its start; ``arrived`` is on the clock of ``time.perf_counter``.

    ``ended`` says why there is no frame and will be none.
    """

    frames: int
    dropped: int
    errors: int
    arrived: float
    size: int
    ended: str | None = None
