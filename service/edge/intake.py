"""The one way in of pictures: role, deadline, labels, the caller's share, the body, a place; then they are judged."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from time import perf_counter
from typing import NamedTuple, TypeVar

from starlette.types import Receive, Scope

from service.edge.access import Access, Role
from service.edge.admission import Admission
from service.edge.arrivals import Arrivals
from service.edge.request.body import address_of, header, is_small, read_body
from service.edge.request.deadline import deadline_of
from service.edge.request.digest import check_digest
from service.edge.request.labels import Labels, labels_of_query

Read = TypeVar("Read")
Judged = TypeVar("Judged")

NO_PLACE = nullcontext()
READ_AT_ONCE_BYTES = 1024 * 1024
"""A larger body is read in a thread, so that nobody else waits for it."""


class Sent(NamedTuple):
    """A whole body, the labels of its query, and when its last byte was there, as ``time.perf_counter`` has it."""

    scope: Scope
    labels: Labels
    arrived: float
    body: bytes


class Intake:
    """Lets those in who send pictures, each client to its share of the places.

    Args:
        role: that a caller needs.
        access: knows the roles of keys.
        arrivals: places of large bodies on their way.
        admission: places of those whose pictures are being judged.
        limit: bytes of a body.
        deadline_s: within which inference must begin, where a caller asks for nothing shorter; a body's time too.
    """

    def __init__(
        self, role: Role, access: Access, arrivals: Arrivals, admission: Admission, limit: int, deadline_s: float
    ) -> None:
        self._role = role
        self._access = access
        self._arrivals = arrivals
        self._admission = admission
        self._limit = limit
        self._deadline_s = deadline_s

    async def judged(
        self,
        scope: Scope,
        receive: Receive,
        read: Callable[[Sent], Read],
        judge: Callable[[Read, float], Awaitable[Judged]],
        allow: Callable[[Labels], object] | None = None,
    ) -> Judged:
        """Return what ``judge`` makes, by the request's deadline, of what ``read`` finds in the body.

        ``allow`` looks at the labels before the body is read, and raises where it need not be.

        Raises:
            LeakInspectionError: the caller may not, sent too much, too slowly or what cannot be read, or no place is
                free; or as ``read``, ``judge`` and ``allow`` do.
        """
        self._access.require(scope, self._role)
        deadline = deadline_of(scope, perf_counter(), self._deadline_s)
        labels = labels_of_query(scope["query_string"])
        if allow is not None:
            allow(labels)
        address = address_of(scope)
        client = self._arrivals.client(address, labels.camera_id)
        self._admission.require(client)
        # Whoever sends slowly takes no place among those who are judged, and a small body none at all.
        with NO_PLACE if is_small(scope) else self._arrivals.enter(address, labels.camera_id) as arrival:
            body = await read_body(scope, receive, self._limit, self._deadline_s, arrival)
            with self._admission.place(client):
                sent = Sent(scope, labels, perf_counter(), body)
                at_once = len(body) <= READ_AT_ONCE_BYTES
                found = _checked(read, sent) if at_once else await asyncio.to_thread(_checked, read, sent)
                return await judge(found, deadline)


def _checked(read: Callable[[Sent], Read], sent: Sent) -> Read:
    check_digest(header(sent.scope, b"content-digest"), sent.body)
    return read(sent)
