"""Admission: a bounded number of requests in flight."""

from typing import Self

from service.contract.errors import Overloaded


class Admission:
    """Places for requests; whoever finds none is refused at once."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._taken = 0

    def place(self) -> Self:
        """A place, to be held by a ``with`` statement."""
        return self

    def __enter__(self) -> None:
        """Take a place.

        Raises:
            Overloaded: every place is taken.
        """
        if self._taken >= self._places:
            raise Overloaded(f"{self._taken} of {self._places} places are taken: send the next picture")
        self._taken += 1

    def __exit__(self, *_: object) -> None:
        self._taken -= 1
