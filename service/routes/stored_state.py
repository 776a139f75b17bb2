"""``/v1/stored-state``: small files of the data folder that are in doubt, and what the record has in their place."""

from fastapi import APIRouter
from pydantic import BaseModel

from service.edge.strict_route import StrictRoute
from service.routes.needs import ADMIN_ONLY, OPERATOR_ONLY, RestoringNeed
from service.routes.record.views import ReasonForm

router = APIRouter(prefix="/v1/stored-state", tags=["model"], route_class=StrictRoute)


class StoredStateView(BaseModel):
    """By the name of a file, one sentence that says what is wrong with it and what counts meanwhile."""

    doubts: dict[str, str]


@router.get("", operation_id="getStoredState", dependencies=[OPERATOR_ONLY])
async def stored_state(restoring: RestoringNeed) -> StoredStateView:
    """Say which files that hold people's choices are gone, damaged, or say another thing than the record."""
    return StoredStateView(doubts=restoring.doubts())


@router.post("/restore", operation_id="restoreStoredState", dependencies=[ADMIN_ONLY])
async def restore(form: ReasonForm, restoring: RestoringNeed) -> StoredStateView:
    """Keep choice and armings anew as the record has them; what is in doubt still is in the answer."""
    return StoredStateView(doubts=dict(await restoring.restore(form.operator, form.reason)))
