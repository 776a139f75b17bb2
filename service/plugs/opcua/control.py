"""The methods of the state machine: who may ask for what in which state, and who is told of it."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

from asyncua import ua
from pydantic import JsonValue

from service.plugs.opcua.jobs import ALLOWED, Jobs
from service.plugs.opcua.methods import Answer, caller
from service.plugs.opcua.results import number_of, struct_of

Tell = Callable[[Mapping[str, JsonValue]], object]
CHOSEN_ELSEWHERE: Final = ("RecipeId", "ProductId")
"""What a job runs with is chosen at the service: a client that asks for another one must not believe it got that."""

LONGEST: Final = 200


class Control:
    """Answers the methods; ``show`` shows the state with the reason, ``tell`` hears who asked for what."""

    def __init__(self, jobs: Jobs, show: Callable[[str], Awaitable[None]], tell: Tell) -> None:
        self._jobs = jobs
        self._show = show
        self._tell = tell

    def answers(self) -> dict[str, Answer]:
        """Return what each method does, by its name."""
        return {method: partial(self._answer, method) for method in ALLOWED}

    async def _answer(self, method: str, arguments: Mapping[str, Any]) -> list[ua.Variant] | ua.StatusCode:
        if any(arguments[name].Id for name in CHOSEN_ELSEWHERE if name in arguments) or arguments.get("Parameters"):
            return ua.StatusCode(ua.StatusCodes.BadNotSupported)
        if not self._jobs.allows(method):
            return ua.StatusCode(ua.StatusCodes.BadInvalidState)
        who, before = caller.get()[:LONGEST], self._jobs.state
        answer = self._do(method, who, arguments)
        asked: dict[str, JsonValue] = {
            "method": method,
            "who": who,
            "cause": arguments.get("Cause"),
            "description": str(arguments.get("CauseDescription") or "")[:LONGEST],
            "from": " ".join(filter(None, before.value)),
            "to": " ".join(filter(None, self._jobs.state.value)),
        }
        self._tell(asked)
        await self._show(f"{method} by {who}")
        return [*answer, number_of(0, "Int32")]

    def _do(self, method: str, who: str, arguments: Mapping[str, Any]) -> list[ua.Variant]:
        if method in {"StartSingleJob", "StartContinuous"}:
            part = arguments["PartId"].Id or None
            job = self._jobs.start(single=method == "StartSingleJob", part=part)
            return [struct_of(ua.JobIdDataType(Id=job))]
        if method == "Halt":
            self._jobs.halt(who)
        elif method == "Reset":
            self._jobs.reset()
        else:
            self._jobs.stop()
        return []
