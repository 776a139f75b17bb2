"""``/v1/what-if``: what another threshold or artefact would have done to the decisions on record."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service.contract.decision import Decision, Reason, Verdict
from service.contract.identifier import Id
from service.control_room.answer import ApiAnswer
from service.control_room.what_if.desk import FlipFilter, WhatIfFlip
from service.control_room.what_if.outcome import WhatIf
from service.control_room.what_if.rescoring_desk import RescoredFlip
from service.control_room.what_if.rescoring_job import RescoringOrder, RescoringState
from service.edge.strict_route import StrictRoute
from service.record.queries.reports import ReportRange
from service.routes.needs import ADMIN_ONLY, OPERATOR_ONLY, RescoringNeed, WhatIfNeed
from service.routes.schemas import ArtifactName
from service.routes.time_range import time_range

router = APIRouter(prefix="/v1/what-if", tags=["what-if"], dependencies=[OPERATOR_ONLY], route_class=StrictRoute)

LONGEST_TIME = timedelta(days=366)
MOST_FLIPS = 100


class WhatIfQuery(BaseModel):
    """Which threshold is tried, on which decisions."""

    model_config = ConfigDict(extra="forbid")

    threshold: float = Field(
        gt=0, allow_inf_nan=False, description="In place of the artefact's, or of the camera's own if one is named."
    )
    since: AwareDatetime = Field(alias="from")
    until: AwareDatetime | None = Field(
        None,
        alias="to",
        description="Now, where it is absent; where it is named, decisions are read once for all thresholds.",
    )
    camera_id: Id | None = None

    def range(self) -> ReportRange:
        """Return the time that is meant.

        Raises:
            MalformedField: it ends before it begins, or is too long.
        """
        until = self.until or datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        return ReportRange(*_range(self.since, until), self.camera_id)


class FlipQuery(WhatIfQuery):
    """Which of the decisions that would change."""

    before: Verdict | None = Field(None, description="The verdict on record.")
    after: Verdict | None = Field(None, description="The verdict that it would be.")
    reviewed: Verdict | None = Field(None, description="The last verdict of a person.")
    offset: int = Field(0, ge=0, le=10_000_000)
    limit: int = Field(24, ge=1, le=MOST_FLIPS)


@dataclass(slots=True)
class FlipView:
    """A decision whose verdict would be another one; ``threshold`` is the one that says so."""

    decision: Decision
    verdict: Verdict
    reason: Reason
    threshold: float
    reviewed: Verdict | None

    @classmethod
    def of(cls, flip: WhatIfFlip) -> "FlipView":
        return cls(flip.decision, flip.now.verdict, flip.now.reason, flip.threshold, flip.reviewed)


@dataclass(slots=True)
class FlipList(ApiAnswer):
    """Some of ``total`` changed decisions, newest first; one that has been deleted meanwhile is left out."""

    items: list[FlipView]
    total: int


class RescoringForm(BaseModel):
    """Which artefact judges the kept pictures of which time again."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    artifact: ArtifactName
    since: AwareDatetime = Field(alias="from")
    until: AwareDatetime = Field(alias="to")
    camera_id: Id | None = None

    def order(self) -> RescoringOrder:
        """Return the order; raise ``MalformedField`` where its time ends before it begins, or is too long."""
        since, until = _range(self.since, self.until)
        return RescoringOrder(artifact=self.artifact, since=since, until=until, camera_id=self.camera_id)


class RescoringPage(BaseModel):
    """Which of the decisions that changed."""

    model_config = ConfigDict(extra="forbid")

    offset: int = Field(0, ge=0, le=10_000_000)
    limit: int = Field(24, ge=1, le=MOST_FLIPS)


@dataclass(slots=True)
class RescoredList(ApiAnswer):
    """Changed decisions of the last re-scoring, in its order."""

    items: list[RescoredFlip]


@router.get("", operation_id="getWhatIf")
async def what_if(query: Annotated[WhatIfQuery, Query()], desk: WhatIfNeed) -> WhatIf:
    """Say what a threshold would have changed: verdicts, alarms, reviewed pictures; with scores by camera."""
    return await desk.changes(query.range(), query.threshold)


@router.get("/flips", operation_id="listFlips")
async def flips(query: Annotated[FlipQuery, Query()], desk: WhatIfNeed) -> FlipList:
    """List the decisions whose verdict would be another one; their pictures are those of the record."""
    which = FlipFilter(query.before, query.after, query.reviewed)
    found = await desk.flips(query.range(), query.threshold, which, query.offset, query.limit)
    return FlipList([FlipView.of(flip) for flip in found.flips], found.total)


@router.post("/rescoring", operation_id="startRescoring", status_code=202, dependencies=[ADMIN_ONLY])
async def start_rescoring(form: RescoringForm, desk: RescoringNeed) -> RescoringState:
    """Judge the kept pictures of a time again with another artefact, in the background; one at a time.

    The same order goes on where it was ended. Nothing of it is served, nothing on record changes.
    """
    return await desk.start(form.order())


@router.get("/rescoring", operation_id="getRescoring")
async def rescoring(desk: RescoringNeed) -> RescoringState | None:
    """Say how far the re-scoring is, or how the last one ended, with exact counts; null where there was none."""
    return await desk.latest()


@router.delete("/rescoring", operation_id="cancelRescoring", dependencies=[ADMIN_ONLY])
async def cancel_rescoring(desk: RescoringNeed) -> RescoringState:
    """End the re-scoring; its results stay."""
    return await desk.cancel()


@router.get("/rescoring/flips", operation_id="listRescored")
async def rescored(query: Annotated[RescoringPage, Query()], desk: RescoringNeed) -> RescoredList:
    """List the decisions to whose pictures the other artefact gives another verdict."""
    return RescoredList(await desk.flips(query.offset, query.limit))


def _range(since: datetime, until: datetime) -> tuple[datetime, datetime]:
    return time_range(since, until, timedelta(), LONGEST_TIME)
