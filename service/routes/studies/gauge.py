"""``/v1/gauge-study``: agreement of people and system, repeatability of the score, as JSON or CSV."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service.contract.identifier import Id
from service.control_room.gauge_study.study import GaugeStudy, StudyRange, pictures_of, study_on
from service.control_room.gauge_study.table import COLUMNS, rows_of
from service.edge.strict_route import StrictRoute
from service.routes.csv_table import CSV_TOO, csv_file
from service.routes.needs import OPERATOR_ONLY, ArchiveNeed, RecordsNeed
from service.routes.time_range import time_range

router = APIRouter(prefix="/v1/gauge-study", tags=["record"], dependencies=[OPERATOR_ONLY], route_class=StrictRoute)

USUAL_TIME = timedelta(days=31)
LONGEST_TIME = timedelta(days=366)


class StudyQuery(BaseModel):
    """Which reviews; without a time those of the last 31 days."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime | None = Field(None, alias="from", description="Reviewed at this time or later.")
    until: AwareDatetime | None = Field(None, alias="to", description="Reviewed before this time; now if absent.")
    camera_id: Id | None = None
    reference: str | None = Field(
        None, min_length=1, max_length=64, description="Reviewer who knows the truth: those pictures are the study's."
    )

    def range(self) -> StudyRange:
        """Turn the query into the study's own range.

        Raises:
            MalformedField: the time is too long, or ends before it begins.
        """
        since, until = time_range(self.since, self.until, USUAL_TIME, LONGEST_TIME)
        return StudyRange(since, until, self.camera_id, None if self.reference is None else self.reference.strip())


class StudyFormatQuery(StudyQuery):
    """Which reviews, and how the figures are written."""

    format: Literal["json", "csv"] = "json"


@dataclass(slots=True)
class StudyPictures:
    """Decisions whose pictures are to be judged, in this order; what was said of them is not told."""

    items: list[str]


@router.get(
    "",
    operation_id="getGaugeStudy",
    response_model=GaugeStudy,
    responses=CSV_TOO,
)
async def gauge_study(query: Annotated[StudyFormatQuery, Query()], records: RecordsNeed) -> GaugeStudy | Response:
    """Compare reviewers with themselves, each other, the reference and the system; as CSV a line a figure."""
    study = await study_on(records, query.range())
    return study if query.format == "json" else csv_file("gauge-study.csv", COLUMNS, rows_of(study))


@router.get("/pictures", operation_id="getGaugeStudyPictures")
async def pictures(query: Annotated[StudyQuery, Query()], records: RecordsNeed, archive: ArchiveNeed) -> StudyPictures:
    """Name the pictures of a study for somebody who judges them blind, in another random order each time."""
    return StudyPictures(await pictures_of(records, archive, query.range()))
