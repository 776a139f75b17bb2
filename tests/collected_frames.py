"""What a reader of a stream would hand over, all of it."""

from service.streams.newest import ArrivedFrame, Newest


class Collected(Newest):
    """Keeps all that is put, and breaks the stream off once there is enough."""

    def __init__(self, enough: int) -> None:
        super().__init__()
        self.files: list[bytes] = []
        self.arrivals: list[ArrivedFrame] = []
        self._enough = enough

    def put(self, arrival: ArrivedFrame) -> None:
        self.arrivals.append(arrival)
        self.files.append(arrival.file())
        if len(self.files) == self._enough:
            raise EOFError

    def why(self) -> str:
        """Why the stream ended."""
        why = self.take(0.0)
        assert isinstance(why, str)
        return why
