"""Where a round stands: its steps in their order, and the one that comes next."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

from training.dataset.reviews import Judged
from training.dataset.splits import SMALLEST_SITE
from training.improvement.gate import GateResult
from training.improvement.round import Reviewed, Round
from training.improvement.service_client import ServiceClient


class StepState(StrEnum):
    """How a step is: ``next`` can be done by ``--go``, ``person`` needs somebody, ``stopped`` goes no further."""

    DONE = "done"
    NEXT = "next"
    WAITS = "waits"
    PERSON = "person"
    STOPPED = "stopped"
    LATER = "-"


class RoundStep(NamedTuple):
    """A step with its state and, in one sentence, what was found or what to do."""

    name: str
    state: StepState
    says: str


@dataclass(frozen=True, slots=True)
class Situation:
    """What the steps are told from: the round on disk and, where one was named, the service."""

    round: Round
    plant: ServiceClient | None
    shadow: dict[str, Any] | None
    served: str
    least_judged: int


def steps_of(now: Situation) -> list[RoundStep]:
    """All steps; behind the first that is not done nothing can be said."""
    steps: list[RoundStep] = []
    for name, look in LOOKS.items():
        state, says = (StepState.LATER, "") if steps and steps[-1].state is not StepState.DONE else look(now)
        steps.append(RoundStep(name, state, says))
    return steps


def next_step(steps: list[RoundStep]) -> RoundStep | None:
    """The step that needs no person; None where a person has to act, or nothing is left."""
    return next((step for step in steps if step.state is StepState.NEXT), None)


Told = tuple[StepState, str]


def _reviews(now: Situation) -> Told:
    source = now.round.source
    if source is None:
        where = "ask the service for them" if now.plant else "take the export"
        return StepState.NEXT, f"{where}: reviewed decisions and their pictures"
    return StepState.DONE, f"{source.folder}"


def _dataset(now: Situation) -> Told:
    reviewed = now.round.reviewed
    if reviewed is None:
        return StepState.NEXT, "sort reviewed pictures into good wells, leaks and quarantine"
    counts = ", ".join(f"{count} {judged}" for judged, count in reviewed.pictures.items())
    said = f"{counts}; {reviewed.without_picture} have no picture any more"
    lacks = _lacks(reviewed)
    return (StepState.PERSON, f"{said}. {lacks}, then --again") if lacks else (StepState.DONE, said)


def _lacks(reviewed: Reviewed) -> str:
    good, leaks = reviewed.pictures.get(Judged.GOOD, 0), reviewed.pictures.get(Judged.LEAK, 0)
    if good < SMALLEST_SITE:
        return f"Review good wells, two people each, of {SMALLEST_SITE} scenes at least"
    return "" if leaks else "Review a leak at least: without one nothing shows that none is lost"


def _candidate(now: Situation) -> Told:
    candidate = now.round.candidate
    if candidate is None:
        return StepState.NEXT, "compare all candidates, with the reviewed pictures as second set (hours; it resumes)"
    return StepState.DONE, candidate.artifact + (" (a quick look, not fit to serve)" if candidate.quick else "")


def _gate(now: Situation) -> Told:
    result, candidate = now.round.gate, now.round.candidate
    if result is None or candidate is None or now.served not in {result.served, candidate.artifact}:
        return StepState.NEXT, f"judge the reviewed pictures again, by the candidate and by {now.served}, now served"
    if result.against:
        return StepState.STOPPED, f"refused: {result.against}. Collect more reviews, then --again"
    return StepState.DONE, _passed(result)


def _passed(result: GateResult) -> str:
    return (
        f"no reviewed leak of {result.leaks} is lost ({result.missed} missed, {result.missed_by_served} by "
        f"{result.served}); false alarms in {result.scenes} unseen scenes {result.false_alarms:.2%} instead of "
        f"{result.false_alarms_of_served:.2%}"
    )


def _shadow(now: Situation) -> Told:
    candidate = now.round.candidate
    if candidate is not None and candidate.quick:
        return StepState.STOPPED, "a quick look is not fit to serve: leave out --quick, then --again"
    name = "" if candidate is None else candidate.artifact
    if name == now.served:
        return StepState.DONE, "it is served already"
    if now.plant is None:
        return StepState.PERSON, f"choose {name} on the page under System, or name the service by --record URL"
    if now.shadow is None:
        return StepState.NEXT, f"let {name} judge beside {now.served}, without answering"
    if now.shadow["artifact"] != name:
        return StepState.PERSON, f"{now.shadow['artifact']} is the shadow model already: drop it first"
    judged, agreement = now.shadow["judged"], now.shadow["agreement"]
    same = "" if agreement is None else f", {agreement['value']:.2%} with the same verdict"
    state = StepState.DONE if judged >= now.least_judged else StepState.WAITS
    return state, f"{judged} of at least {now.least_judged} pictures judged{same}"


def _activation(now: Situation) -> Told:
    candidate = now.round.candidate
    name = "" if candidate is None else candidate.artifact
    if name == now.served:
        return StepState.DONE, f"{name} is served"
    return StepState.PERSON, f"look at the pictures with two verdicts, then promote {name} on the page or drop it"


LOOKS: Final[dict[str, Callable[[Situation], Told]]] = {
    "reviews": _reviews,
    "dataset": _dataset,
    "candidate": _candidate,
    "gate": _gate,
    "shadow": _shadow,
    "activation": _activation,
}
