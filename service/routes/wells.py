"""``/v1/wells``: the wall board, and the scores of a well."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime

from service.contract.identifier import Id
from service.control_room.live_views import BoardView
from service.edge.strict_route import StrictRoute
from service.routes.needs import OPERATOR_ONLY, LiveEventsNeed, RecordsNeed
from service.routes.record.views import ScorePoint, ScoreSeries
from service.routes.time_range import time_range

router = APIRouter(prefix="/v1", tags=["board"], dependencies=[OPERATOR_ONLY], route_class=StrictRoute)

USUAL_WINDOW = timedelta(minutes=15)
LONGEST_WINDOW = timedelta(days=7)
MOST_POINTS = 1000

CameraId = Annotated[Id, Path()]
WellId = Annotated[Id, Path()]
From = Annotated[AwareDatetime | None, Query(alias="from", description="15 minutes before the end where it is absent.")]
To = Annotated[AwareDatetime | None, Query(alias="to", description="Now where it is absent.")]
Points = Annotated[int, Query(ge=1, le=MOST_POINTS)]


@router.get("/wells", operation_id="getBoard")
async def wells(live_events: LiveEventsNeed) -> BoardView:
    """Return the latest decision, alarm and silence of each well of each camera."""
    return live_events.board.view()


@router.get("/wells/{camera_id}/{well_id}/scores", operation_id="getScores")
async def scores(
    camera_id: CameraId,
    well_id: WellId,
    records: RecordsNeed,
    since: From = None,
    until: To = None,
    points: Points = 300,
) -> ScoreSeries:
    """Return the scores of a well over time, thinned out so that no leak is lost."""
    begin, end = time_range(since, until, USUAL_WINDOW, LONGEST_WINDOW)
    found = await records.scores(camera_id, well_id, begin, end, points)
    shown = [ScorePoint(one.received_at, one.decision_id, one.verdict, one.score, one.threshold) for one in found]
    return ScoreSeries(begin, end, (end - begin).total_seconds() / points, shown)
