"""``/v1/model/shadow``: a second artefact judges some pictures beside the served one, and never answers."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from service.control_room.shadow_view import ShadowAnswer, shadow_answer
from service.edge.strict_route import StrictRoute
from service.routes.needs import ADMIN_ONLY, OPERATOR_ONLY, ShadowNeed
from service.routes.record.views import ReasonForm
from service.routes.schemas import ArtifactName

router = APIRouter(prefix="/v1/model/shadow", tags=["model"], route_class=StrictRoute)


class ShadowForm(ReasonForm):
    """Which artefact is to judge one of each ``every`` pictures, who wants that and why."""

    artifact: ArtifactName
    every: Annotated[int, Field(ge=1, le=100_000)] = 10


@router.get("", operation_id="getShadow", dependencies=[OPERATOR_ONLY])
async def shown(shadow: ShadowNeed) -> ShadowAnswer:
    """Say how the shadow model differs from what is served, and what it costs; ``shadow`` is null without one."""
    return shadow_answer(shadow)


@router.post("", operation_id="chooseShadow", dependencies=[ADMIN_ONLY])
async def choose(form: ShadowForm, shadow: ShadowNeed) -> ShadowAnswer:
    """Let an artefact judge beside the served one, in place of any before; it is verified as a served one is."""
    await shadow.choose(form.artifact, form.every, form.operator, form.reason)
    return shadow_answer(shadow)


@router.post("/drop", operation_id="dropShadow", dependencies=[ADMIN_ONLY])
async def drop(form: ReasonForm, shadow: ShadowNeed) -> ShadowAnswer:
    """End it; what it found stays in the journal as its counts. To promote it, activate its artefact."""
    await shadow.drop(form.operator, form.reason)
    return shadow_answer(shadow)
