"""One fault: what is done to a running service, and what it may answer then."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.faults.rig import Rig

NOBODY = "no answer"


@dataclass(frozen=True)
class Fault:
    """An entry of the table; ``answers`` are all that may be given, as ``tests.faults.answer`` words them."""

    name: str
    injected: str
    answers: tuple[str, ...]
    inject: Callable[[Rig], Awaitable[Any]]

    async def strike(self, rig: Rig) -> None:
        """Inject the fault, and hold every answer given to it against the table."""
        await self.inject(rig)
        said = {answer.said for answer in rig.answers}
        assert said or NOBODY in self.answers, "the fault was never put to the service"
        assert said <= set(self.answers), f"{said} is not what the table says"
        for answer in rig.answers:
            assert answer.verdict in {"leak", "unknown"}, answer
            assert answer.alarm is True, answer
