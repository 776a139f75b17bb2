"""``/v1/report``: what happened in a cast or a time, well by well, as JSON or CSV."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service.contract.identifier import Id
from service.control_room.report import Report, range_of_cast, report_on
from service.edge.strict_route import StrictRoute
from service.record.queries.reports import ReportRange
from service.routes.csv_table import CSV_TOO, csv_file
from service.routes.needs import OPERATOR_ONLY, RecordsNeed
from service.routes.time_range import time_range

router = APIRouter(prefix="/v1/report", tags=["record"], dependencies=[OPERATOR_ONLY], route_class=StrictRoute)

USUAL_TIME = timedelta(hours=1)
LONGEST_TIME = timedelta(days=31)
COLUMNS = ("camera_id", "well_id", "pictures", "leak", "unknown", "worst_score", "decision_id")


class ReportQuery(BaseModel):
    """Which cast, or which time; without either the last hour."""

    model_config = ConfigDict(extra="forbid")

    cast_id: Id | None = Field(None, description="A cast; its time is found.")
    since: AwareDatetime | None = Field(None, alias="from", description="One hour before the end where it is absent.")
    until: AwareDatetime | None = Field(None, alias="to", description="Now where it is absent.")
    camera_id: Id | None = None
    stretches: int = Field(240, ge=1, le=2000, description="Into how many equal parts the time is cut.")
    pictures: bool = Field(True, description="Whether every picture is counted, which takes long where they are many.")
    format: Literal["json", "csv"] = "json"


@router.get(
    "",
    operation_id="getReport",
    response_model=Report,
    responses=CSV_TOO,
)
async def report(query: Annotated[ReportQuery, Query()], records: RecordsNeed) -> Report | Response:
    """Report on a cast or a time: wells with leaks and unknowns over time, alarms, reviews; as CSV a line a well."""
    if query.cast_id is not None and query.since is None and query.until is None:
        wanted = await range_of_cast(records, query.cast_id, query.camera_id)
    else:
        since, until = time_range(query.since, query.until, USUAL_TIME, LONGEST_TIME)
        wanted = ReportRange(since, until, query.camera_id, query.cast_id)
    found = await report_on(records, wanted, query.stretches, counted=query.pictures)
    if query.format == "json":
        return found
    return csv_file("report.csv", COLUMNS, ([getattr(well, name) for name in COLUMNS] for well in found.wells))
