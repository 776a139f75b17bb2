"""``/v1/report``: what happened in a cast or a time, well by well, as JSON or CSV."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service.contract.errors import MalformedField
from service.contract.identifier import Id
from service.control_room.report import Report, range_of_cast, report_on
from service.edge.strict_route import StrictRoute
from service.record.queries.reports import ReportRange
from service.routes.needs import OPERATOR_ONLY, RecordsNeed
from service.routes.record.decision_csv import cell

router = APIRouter(prefix="/v1/report", tags=["record"], dependencies=[OPERATOR_ONLY], route_class=StrictRoute)

CSV = "text/csv"
USUAL_TIME = timedelta(hours=1)
LONGEST_TIME = timedelta(days=31)
EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)
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
    responses={200: {"content": {CSV: {"schema": {"type": "string"}}}}},
)
async def report(query: Annotated[ReportQuery, Query()], records: RecordsNeed) -> Report | Response:
    """Report on a cast or a time: wells with leaks and unknowns over time, alarms, reviews; as CSV a line a well."""
    if query.cast_id is not None and query.since is None and query.until is None:
        wanted = await range_of_cast(records, query.cast_id, query.camera_id)
    else:
        wanted = _range(query)
    found = await report_on(records, wanted, query.stretches, counted=query.pictures)
    return found if query.format == "json" else _csv(found)


def _range(query: ReportQuery) -> ReportRange:
    until = query.until or datetime.now(UTC)
    since = query.since or max(until, EARLIEST) - USUAL_TIME
    if not timedelta() < until - since <= LONGEST_TIME:
        raise MalformedField(f"from: a time before `to`, by at most {LONGEST_TIME.days} days, is expected")
    return ReportRange(since, until, query.camera_id, query.cast_id)


def _csv(found: Report) -> Response:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    rows.writerows([cell(getattr(well, name)) for name in COLUMNS] for well in found.wells)
    headers = {"Content-Disposition": 'attachment; filename="report.csv"'}
    return Response(text.getvalue(), media_type=CSV, headers=headers)
