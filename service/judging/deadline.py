"""The deadline of a picture: an inference that begins too late tells nothing of the well now."""

from time import perf_counter

from service.contract.errors import DeadlineExceeded


def require_time(deadline: float) -> None:
    """Do nothing before the deadline, which is on the clock of ``time.perf_counter``.

    Raises:
        DeadlineExceeded: it has passed.
    """
    if perf_counter() > deadline:
        raise DeadlineExceeded("the deadline passed before inference: send a fresh picture")
