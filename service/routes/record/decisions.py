"""``/v1/decisions``: the record, with pictures, heatmaps and reviews."""

import re
from typing import Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service.contract.decision import Reason, Verdict
from service.contract.identifier import Id
from service.edge.strict_route import StrictRoute
from service.record.queries.records import LARGEST_PAGE
from service.record.queries.search import DecisionFilter
from service.routes.csv_table import CSV, CSV_TOO, saved_as
from service.routes.needs import OPERATOR_ONLY, ArchiveNeed, HeatmapsNeed, OperatorActionsNeed, RecordsNeed
from service.routes.record.decision_csv import csv_of
from service.routes.record.views import DecisionPage, ReviewedDecision, ReviewForm, ReviewList, ReviewView

router = APIRouter(prefix="/v1/decisions", tags=["record"], dependencies=[OPERATOR_ONLY], route_class=StrictRoute)

PICTURE_HEADERS = {
    "Cache-Control": "private, max-age=86400, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}

DecisionId = Annotated[Id, Path()]
Score = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class DecisionQuery(BaseModel):
    """Which decisions; everything is optional."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime | None = Field(None, alias="from", description="Received at this time or later.")
    until: AwareDatetime | None = Field(None, alias="to", description="Received before this time.")
    camera_id: Id | None = None
    well_id: Id | None = None
    cast_id: Id | None = None
    verdict: list[Verdict] | None = Field(None, description="One of these verdicts; may be repeated.")
    reason: Reason | None = None
    score_min: Score | None = None
    score_max: Score | None = None
    reviewed: bool | None = None
    limit: int = Field(100, ge=1, le=LARGEST_PAGE, description="Most decisions on a page; CSV has no pages.")
    cursor: str | None = Field(None, description="`next_cursor` of the page before.")
    format: Literal["json", "csv"] | None = Field(None, description="Wins over the header Accept.")

    def filter(self) -> DecisionFilter:
        """Turn the query into the record's own filter."""
        verdicts = None if self.verdict is None else frozenset(self.verdict)
        return DecisionFilter(
            since=self.since,
            until=self.until,
            camera_id=self.camera_id,
            well_id=self.well_id,
            cast_id=self.cast_id,
            verdicts=verdicts,
            reason=self.reason,
            score_from=self.score_min,
            score_to=self.score_max,
            reviewed=self.reviewed,
        )


@router.get(
    "",
    operation_id="listDecisions",
    response_model=DecisionPage,
    responses=CSV_TOO,
)
async def decisions(
    query: Annotated[DecisionQuery, Query()], records: RecordsNeed, request: Request
) -> DecisionPage | Response:
    """List decisions, newest first, page by page as JSON or whole as CSV."""
    if query.format == "csv" or (query.format is None and _prefers_csv(request.headers.get("accept", ""))):
        rows = await csv_of(records.stream(query.filter()))
        return StreamingResponse(rows, media_type=CSV, headers=saved_as("decisions.csv"))
    page = await records.page(query.filter(), query.limit, query.cursor)
    reviews = await records.reviews([decision.decision_id for decision in page.decisions])
    items = [ReviewedDecision.of(decision, reviews.get(decision.decision_id, [])) for decision in page.decisions]
    return DecisionPage(items, page.next_cursor)


@router.get("/{decision_id}", operation_id="getDecision")
async def decision(decision_id: DecisionId, records: RecordsNeed) -> ReviewedDecision:
    """Return one decision with the latest review of it."""
    found = await records.decision(decision_id)
    reviews = await records.reviews([decision_id])
    return ReviewedDecision.of(found, reviews.get(decision_id, []))


@router.get("/{decision_id}/picture", operation_id="getPicture", response_class=Response)
async def picture(decision_id: DecisionId, records: RecordsNeed, archive: ArchiveNeed) -> Response:
    """Return the picture as it was sent, where it is kept."""
    found = await records.decision(decision_id)
    kept = await archive.read(found)
    return Response(kept.data, media_type=kept.media_type, headers=PICTURE_HEADERS)


@router.get("/{decision_id}/frame", operation_id="getFrame", response_class=Response)
async def frame(decision_id: DecisionId, records: RecordsNeed, archive: ArchiveNeed) -> Response:
    """Return the frame from which the crop was cut, where it is kept: one with a leak in it, or without its table."""
    found = await records.decision(decision_id)
    kept = await archive.read_frame(found)
    return Response(kept.data, media_type=kept.media_type, headers=PICTURE_HEADERS)


@router.get("/{decision_id}/heatmap.png", operation_id="getHeatmap", response_class=Response)
async def heatmap(
    decision_id: DecisionId, records: RecordsNeed, archive: ArchiveNeed, heatmaps: HeatmapsNeed
) -> Response:
    """Draw picture, reconstruction and error side by side, on one scale for all pictures of an artefact."""
    found = await records.decision(decision_id)
    kept = await archive.read(found)
    png = await to_thread.run_sync(heatmaps.draw, found.model.artifact, found.image_sha256, kept.data)
    return Response(png, media_type="image/png", headers=PICTURE_HEADERS)


@router.get("/{decision_id}/review", operation_id="listReviews")
async def reviews(decision_id: DecisionId, records: RecordsNeed) -> ReviewList:
    """List what people said of a decision, newest first."""
    await records.decision(decision_id)
    found = await records.reviews([decision_id])
    return ReviewList([ReviewView.of(review) for review in reversed(found.get(decision_id, []))])


@router.post("/{decision_id}/review", operation_id="reviewDecision", status_code=201)
async def review(decision_id: DecisionId, form: ReviewForm, actions: OperatorActionsNeed) -> ReviewView:
    """Say what a person sees; earlier reviews stay."""
    return ReviewView.of(await actions.review(decision_id, form.verdict, form.reviewer, form.comment))


def _prefers_csv(accept: str) -> bool:
    return re.match(r"\s*text/csv\s*(;|,|$)", accept) is not None
