"""Admission: a bounded number of requests in flight."""

from collections.abc import Iterator
from contextlib import contextmanager

from service.contract.errors import Overloaded


class Admission:
    """Places for requests; whoever finds none is refused at once."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._taken = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place.

        Raises:
            Overloaded: every place is taken.
        """
        if self._taken >= self._places:
            raise Overloaded(f"{self._taken} of {self._places} places are taken: send the next picture")
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1
