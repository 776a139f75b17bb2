"""What clients ask of the state machine: jobs begin and end, results rest; the inspection goes on whatever they ask."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final, NamedTuple

from service.contract.journal_entry import new_id


class VisionState(Enum):
    """The states of the vision system, with that of the automatic mode where it is operational."""

    PREOPERATIONAL = ("Preoperational", None)
    HALTED = ("Halted", None)
    ERROR = ("Error", None)
    INITIALIZED = ("Operational", "Initialized")
    READY = ("Operational", "Ready")
    SINGLE_EXECUTION = ("Operational", "SingleExecution")
    CONTINUOUS_EXECUTION = ("Operational", "ContinuousExecution")

    @property
    def operational(self) -> bool:
        return self.value[1] is not None


_PREPARED = frozenset((VisionState.INITIALIZED, VisionState.READY))
"""The recipe is the served artefact: what is initialized is ready for a job."""

_EXECUTING = frozenset((VisionState.SINGLE_EXECUTION, VisionState.CONTINUOUS_EXECUTION))
ALLOWED: Final[Mapping[str, frozenset[VisionState]]] = MappingProxyType(
    {
        "StartSingleJob": _PREPARED,
        "StartContinuous": _PREPARED,
        "Stop": _EXECUTING,
        "Abort": _EXECUTING,
        "Halt": frozenset(VisionState) - {VisionState.HALTED},
        "Reset": frozenset(VisionState) - {VisionState.PREOPERATIONAL},
    }
)
"""The states in which each method may be called: the transitions of OPC 40100-1 that it causes."""


class VisionJob(NamedTuple):
    """What a client has begun; with a ``part`` it waits for that part alone, a single one for one result."""

    job_id: str
    state: VisionState
    part: str | None


class Jobs:
    """Joins what the service does with what clients ask; until one asks, results are published as they come.

    ``halted_by`` is who has called Halt, until somebody calls Reset.
    """

    def __init__(self) -> None:
        self._service = VisionState.PREOPERATIONAL
        self._job: VisionJob | None = None
        self._resting = False
        self._reset = False
        self.halted_by: str | None = None

    @property
    def state(self) -> VisionState:
        """The state that is shown."""
        if self.halted_by is not None or self._service is VisionState.HALTED:
            return VisionState.HALTED
        if self._service is VisionState.ERROR and self._reset:
            return VisionState.PREOPERATIONAL
        if not self._service.operational:
            return self._service
        if self._job is not None:
            return self._job.state
        return VisionState.READY if self._resting else self._service

    def follow(self, service: VisionState) -> None:
        """Take note of what the service does."""
        self._service = service
        self._reset = self._reset and not service.operational

    def allows(self, method: str) -> bool:
        """Whether a method may be called now; while the service stops nothing can be reset."""
        stops = method == "Reset" and self._service is VisionState.HALTED
        return self.state in ALLOWED[method] and not stops

    def start(self, *, single: bool, part: str | None) -> str:
        """Begin a job; returns its id."""
        state = VisionState.SINGLE_EXECUTION if single else VisionState.CONTINUOUS_EXECUTION
        self._job = VisionJob(new_id(), state, part)
        return self._job.job_id

    def stop(self) -> None:
        """End the job, or what runs by itself: results rest until a job is started or the system is reset."""
        self._job, self._resting = None, True

    def halt(self, who: str) -> None:
        self._job, self.halted_by = None, who

    def reset(self) -> None:
        """Begin again as after a start, until the service is heard of: then what it does is shown and published."""
        self._job, self._resting, self.halted_by, self._reset = None, False, None, True
        self._service = VisionState.PREOPERATIONAL

    def published(self, part: str) -> tuple[bool, str | None]:
        """Say whether the result of a part is published, and for which job; ends a job that has its one result."""
        if self.halted_by is not None:
            return False, None
        job = self._job
        if job is None:
            return not self._resting, None
        if job.part not in {None, part}:
            return False, None
        if job.state is VisionState.SINGLE_EXECUTION:
            self.stop()
        return True, job.job_id
