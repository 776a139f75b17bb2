"""The sockets to a server, to be cut when it has stopped to answer: a thread that waits for it is free again."""

import socket
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidRequestError


class Sockets:
    """Knows the connections that an engine has open; a SQLite file has no sockets, so there ``cut`` does nothing."""

    def __init__(self, engine: Engine) -> None:
        self._open: set[Any] = set()
        event.listen(engine, "connect", lambda connection, _record: self._open.add(connection))
        for ending in ("close", "close_detached"):
            with suppress(InvalidRequestError):
                event.listen(engine, ending, lambda connection, *_: self._open.discard(connection))

    def cut(self) -> None:
        """End every connection from this side, whatever waits for it."""
        for connection in [*self._open]:
            driver = getattr(connection, "pgconn", None)
            if driver is None:
                continue
            with suppress(Exception):  # one that is closed just now needs no cut
                end = socket.socket(fileno=socket.dup(driver.socket))
                end.shutdown(socket.SHUT_RDWR)
                end.close()
