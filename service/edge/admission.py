"""Admission: a bounded number of requests in flight, and no caller who takes them all."""

from math import ceil

from service.contract.errors import Overloaded, ShareTaken


class Admission:
    """Places for requests; whoever finds none is refused at once.

    Up to ``client_share`` of the places anybody may take. Beyond it a client needs less than an equal part of that
    share, so that one who floods the service always leaves places to those who do not.

    Args:
        places: how many requests may be in flight.
        client_share: above 0, at most 1, which leaves nothing over for others.
    """

    def __init__(self, places: int, client_share: float = 1.0) -> None:
        self._places = places
        self._shared = ceil(places * client_share)
        self._taken = 0
        self._held: dict[str, int] = {}

    def require(self, client: str) -> None:
        """Do nothing where a place is free for that client.

        Raises:
            Overloaded: there is none for anybody.
            ShareTaken: the client holds its part already.
        """
        if self._taken < self._shared:
            return
        if self._taken >= self._places:
            raise Overloaded(f"{self._taken} of {self._places} places are taken: send the next picture")
        if self._held.get(client, 0) >= max(1, self._shared // len(self._held)):
            raise ShareTaken(f"{client} holds its part of {self._places} places: let it send fewer pictures at once")

    def place(self, client: str) -> "Slot":
        """A place for a client, to be held by a ``with`` statement, which may raise :class:`Overloaded`."""
        return Slot(self, client)

    def take(self, client: str) -> None:
        """Take a place.

        Raises:
            Overloaded: none is free.
        """
        self.require(client)
        self._taken += 1
        self._held[client] = self._held.get(client, 0) + 1

    def free(self, client: str) -> None:
        self._taken -= 1
        left = self._held.pop(client) - 1
        if left:
            self._held[client] = left


class Slot:
    """One place while a ``with`` statement lasts."""

    __slots__ = ("_admission", "_client")

    def __init__(self, admission: Admission, client: str) -> None:
        self._admission = admission
        self._client = client

    def __enter__(self) -> None:
        """Take it.

        Raises:
            Overloaded: none is free.
        """
        self._admission.take(self._client)

    def __exit__(self, *_: object) -> None:
        self._admission.free(self._client)
