"""``/v1/model`` and ``/v1/self-test``: what is served, changing it, challenging it."""

from typing import Annotated

from fastapi import APIRouter, Query

from service.contract.journal_entry import EventKind
from service.edge.strict_route import StrictRoute
from service.judging.serving import Serving
from service.monitoring.self_test import SelfTest
from service.routes.needs import ADMIN_ONLY, OPERATOR_ONLY, ModelSwitchNeed, RecordsNeed, WhatIfNeed
from service.routes.schemas import Activation, ActivationList, ActivationView, ModelAnswer, MovedThreshold

router = APIRouter(prefix="/v1", tags=["model"], route_class=StrictRoute)


@router.get("/model", operation_id="getModel", dependencies=[OPERATOR_ONLY])
async def model(models: ModelSwitchNeed) -> ModelAnswer:
    """Say what is served, its threshold and how it was chosen."""
    return _answer(models.current())


@router.post("/model/activate", operation_id="activateModel", dependencies=[ADMIN_ONLY])
async def activate(activation: Activation, models: ModelSwitchNeed) -> ModelAnswer:
    """Serve another artefact from now on; a bad one changes nothing. Rollback is the same call."""
    why = activation.model_dump(include={"operator", "reason"}, exclude_defaults=True)
    return _answer(await models.activate(activation.artifact, why))


@router.post("/model/threshold", operation_id="moveThreshold", dependencies=[ADMIN_ONLY])
async def move_threshold(moved: MovedThreshold, models: ModelSwitchNeed, desk: WhatIfNeed) -> ModelAnswer:
    """Serve the same graph with another threshold, as a new artefact; to undo it, activate the former one."""
    await desk.require_leaks_found(moved.threshold)
    why = moved.model_dump(include={"operator", "reason"})
    return _answer(await models.move_threshold(moved.artifact, moved.threshold, why))


@router.get("/model/activations", operation_id="listActivations", dependencies=[OPERATOR_ONLY])
async def activations(records: RecordsNeed, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> ActivationList:
    """List what was activated, newest first: when, by whom, why, and instead of what."""
    events = await records.events(limit, [EventKind.MODEL_ACTIVATED])
    return ActivationList(items=[ActivationView.model_validate({**one.payload, "at": one.at}) for one in events])


@router.post("/self-test", operation_id="runSelfTest", dependencies=[OPERATOR_ONLY])
async def self_test(models: ModelSwitchNeed) -> SelfTest:
    """Run the golden pictures through the real path; readiness follows the result."""
    return await models.self_test()


def _answer(serving: Serving) -> ModelAnswer:
    identity = serving.identity
    return ModelAnswer(
        artifact=identity.artifact,
        artifact_sha256=identity.artifact_sha256,
        software_version=identity.software_version,
        manifest=serving.artifact.manifest,
    )
