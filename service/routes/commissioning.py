"""``/v1/commissioning`` and ``/v1/cameras/{camera_id}/commissioning``: how far cameras are; arm and disarm one."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from service.contract.identifier import Id
from service.control_room.commissioning.views import CameraCutList, CommissioningView
from service.edge.strict_route import StrictRoute
from service.routes.needs import ADMIN_ONLY, OPERATOR_ONLY, CommissioningNeed
from service.routes.record.views import Comment, PersonName

router = APIRouter(prefix="/v1", tags=["cameras"], route_class=StrictRoute)

USUAL_HOURS = 24.0

Hours = Annotated[float, Query(gt=0, le=720, description="How far back the record is read.")]


class DisarmForm(BaseModel):
    """Who takes the cut of a camera back, and why."""

    model_config = ConfigDict(extra="forbid")

    operator: PersonName
    reason: Comment = ""


class ArmForm(DisarmForm):
    """Who gives a camera the cut that was proposed, and why."""

    proposal_id: Id


@router.get("/commissioning", operation_id="listCommissioning", dependencies=[OPERATOR_ONLY])
async def cuts(desk: CommissioningNeed) -> CameraCutList:
    """Say by which cut each camera is judged, and who has armed it."""
    return desk.cuts()


@router.get("/cameras/{camera_id}/commissioning", operation_id="getCommissioning", dependencies=[OPERATOR_ONLY])
async def look(camera_id: Id, desk: CommissioningNeed, hours: Hours = USUAL_HOURS) -> CommissioningView:
    """Say how far a camera is: what was seen of it, what it would answer, why it may not be armed, what to do next."""
    return await desk.look(camera_id, hours)


@router.post("/cameras/{camera_id}/commissioning", operation_id="armCamera", dependencies=[ADMIN_ONLY])
async def arm(camera_id: Id, form: ArmForm, desk: CommissioningNeed) -> CommissioningView:
    """Arm a camera: it is judged by the proposed cut from now on, as long as this artefact is served."""
    return await desk.arm(camera_id, form.proposal_id, form.operator, form.reason)


@router.post("/cameras/{camera_id}/commissioning/disarm", operation_id="disarmCamera", dependencies=[ADMIN_ONLY])
async def disarm(camera_id: Id, form: DisarmForm, desk: CommissioningNeed) -> CommissioningView:
    """Disarm a camera: it is judged as before anybody armed it here, which is by the artefact's threshold."""
    return await desk.disarm(camera_id, form.operator, form.reason, USUAL_HOURS)
