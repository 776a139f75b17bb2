"""The shadow model as people see it: what it found, how often it agrees, what it costs."""

from dataclasses import dataclass
from datetime import datetime

from service.contract.decision import Verdict
from service.control_room.answer import ApiAnswer
from service.judging.shadow.shadow import ShadowModel, ShadowRun
from service.judging.shadow.tally import Flip, VerdictAgreement


@dataclass(slots=True)
class PairCount:
    """How many pictures of a camera got these two verdicts; ``camera_id`` is null where none was named."""

    camera_id: str | None
    served: Verdict
    shadow: Verdict
    pictures: int


@dataclass(slots=True)
class ShadowView:
    """A shadow model, what it has found against the artefact ``against`` since it was chosen, and its cost.

    ``dropped``, ``failed``, ``cpu_seconds`` and ``cpu_share`` (of one core) count since the service started;
    ``problem`` says why the last picture failed. ``flips`` are the latest pictures with two verdicts, newest first.
    """

    name: str
    artifact: str
    artifact_sha256: str
    every: int
    operator: str
    reason: str
    since: datetime
    against: str
    judged: int
    dropped: int
    failed: int
    problem: str | None
    cpu_seconds: float
    cpu_share: float
    agreement: VerdictAgreement | None
    verdicts: list[PairCount]
    flips: list[Flip]


@dataclass(slots=True)
class ShadowAnswer(ApiAnswer):
    """The shadow model, null where none works; ``problem`` says why one that was chosen does not, or is not kept."""

    shadow: ShadowView | None
    problem: str | None


def shadow_answer(model: ShadowModel) -> ShadowAnswer:
    return ShadowAnswer(None if model.run is None else _view(model.run), model.problem)


def _view(run: ShadowRun) -> ShadowView:
    choice, cost, tally = run.choice, run.worker.cost, run.tally
    return ShadowView(
        name=run.worker.serving.identity.name,
        artifact=choice.artifact,
        artifact_sha256=choice.artifact_sha256,
        every=choice.every,
        operator=choice.operator,
        reason=choice.reason,
        since=choice.since,
        against=tally.against,
        judged=tally.judged,
        dropped=cost.dropped,
        failed=cost.failed,
        problem=cost.problem,
        cpu_seconds=round(cost.cpu_s, 3),
        cpu_share=round(cost.cpu_s / cost.wall_s, 4) if cost.wall_s else 0.0,
        agreement=tally.agreement(),
        verdicts=[
            PairCount(camera or None, served, shadow, count)
            for camera, rows in tally.verdicts.items()
            for served, row in rows.items()
            for shadow, count in row.items()
        ],
        flips=[*reversed(tally.flips)],
    )
