"""``GET /v2/...``: server, health and model; a model's versions are artefacts, and the served one is there."""

from typing import Any

from fastapi import APIRouter, Request, Response

from service.contract.errors import NotFound, NotReady
from service.edge.access import Access, Role
from service.edge.errors import NOT_READY, problem
from service.judging.model_switch import ModelSwitch
from service.judging.serving import SOFTWARE_VERSION, Serving
from service.monitoring.readiness import Readiness
from service.plugs.oip.answer import OUTPUTS
from service.plugs.oip.crops import INPUTS

ANY_MODEL = "leak-inspection"
"""A name for whatever is served, for clients that are set up once."""

PLATFORM = "onnx_onnxv1"
EXTENSIONS = ["binary_tensor_data"]


def require_model(serving: Serving, model: str, version: str | None) -> str:
    """Return the name of the model as it was asked for.

    Raises:
        NotFound: it is neither the served one nor ``ANY_MODEL``, or not in that version.
    """
    identity = serving.identity
    if model not in {identity.name, ANY_MODEL}:
        raise NotFound(f"model {model:.80} is not served: ask for {identity.name}, or {ANY_MODEL} for whatever is")
    if version not in {None, identity.artifact}:
        raise NotFound(f"version {version:.80} is not served: the artefact is {identity.artifact}")
    return model


def server_metadata() -> dict[str, Any]:
    """Say who answers."""
    return {"name": "leak-inspection", "version": SOFTWARE_VERSION}


def model_metadata(serving: Serving, model: str, version: str | None) -> dict[str, Any]:
    """Describe what is served, under the name that was asked for.

    Raises:
        NotFound: as ``require_model`` does.
    """
    return {
        "name": require_model(serving, model, version),
        "versions": [serving.identity.artifact],
        "platform": PLATFORM,
        "inputs": [{"name": name, "datatype": kind, "shape": shape} for name, (kind, shape) in INPUTS.items()],
        "outputs": [{"name": name, "datatype": out.datatype, "shape": [-1]} for name, out in OUTPUTS.items()],
    }


class OpenInferenceRoutes:
    """The calls that only read; ``protected`` says whether health needs a key, too."""

    def __init__(self, models: ModelSwitch, readiness: Readiness, access: Access, *, protected: bool) -> None:
        self._models = models
        self._readiness = readiness
        self._access = access
        self._protected = protected

    def router(self) -> APIRouter:
        """Return the routes; the protocol has a description of its own, so they are not in OpenAPI."""
        router = APIRouter(include_in_schema=False)
        model = "/v2/models/{model}"
        for path, endpoint in (
            ("/v2", self.server),
            ("/v2/", self.server),
            ("/v2/health/live", self.live),
            ("/v2/health/ready", self.ready),
            (f"{model}/ready", self.model_ready),
            (f"{model}/versions/{{version}}/ready", self.model_ready),
            (model, self.metadata),
            (f"{model}/versions/{{version}}", self.metadata),
        ):
            router.add_api_route(path, endpoint, methods=["GET"], response_model=None)
        return router

    async def server(self, request: Request) -> dict[str, Any]:
        self._watched_by(request)
        return {**server_metadata(), "extensions": EXTENSIONS}

    async def live(self, request: Request) -> dict[str, Any]:
        self._watched_by(request)
        return {"live": True}

    async def ready(self, request: Request) -> Response | dict[str, Any]:
        self._watched_by(request)
        return {"ready": True} if self._readiness.ready else self._red(request)

    async def model_ready(self, request: Request, model: str, version: str | None = None) -> Response | dict[str, Any]:
        self._watched_by(request)
        try:
            name = require_model(self._models.current(), model, version)
        except NotReady:
            return self._red(request)
        return {"name": name, "ready": True} if self._readiness.ready else self._red(request)

    async def metadata(self, request: Request, model: str, version: str | None = None) -> dict[str, Any]:
        self._access.require(request.scope, Role.CAMERA)
        return model_metadata(self._models.current(), model, version)

    def _watched_by(self, request: Request) -> None:
        if self._protected:
            self._access.require(request.scope, Role.CAMERA)

    def _red(self, request: Request) -> Response:
        why = self._readiness.first_problem or "draining"
        red = problem(NOT_READY, why, request.url.path, request.scope["request_id"], ready=False)
        return Response(red.body, red.status, red.headers)
