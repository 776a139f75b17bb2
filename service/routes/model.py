"""``/v1/model`` and ``/v1/self-test``: what is served, changing it, challenging it."""

from fastapi import APIRouter

from service.edge.strict_route import StrictRoute
from service.judging.serving import Serving
from service.monitoring.self_test import SelfTest
from service.routes.needs import ADMIN_ONLY, OPERATOR_ONLY, ModelSwitchNeed
from service.routes.schemas import Activation, ModelAnswer

router = APIRouter(prefix="/v1", tags=["model"], route_class=StrictRoute)


@router.get("/model", operation_id="getModel", dependencies=[OPERATOR_ONLY])
async def model(models: ModelSwitchNeed) -> ModelAnswer:
    """Say what is served, its threshold and how it was chosen."""
    return _answer(models.current())


@router.post("/model/activate", operation_id="activateModel", dependencies=[ADMIN_ONLY])
async def activate(activation: Activation, models: ModelSwitchNeed) -> ModelAnswer:
    """Serve another artefact from now on; a bad one changes nothing. Rollback is the same call."""
    return _answer(await models.activate(activation.artifact))


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
