"""The OpenAPI document: what FastAPI knows of its routes, and the handlers below FastAPI that it does not see."""

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, TypeAdapter

from service.contract.decision import Decision
from service.edge.errors import PROBLEM_TYPE
from service.routes.schemas import (
    BatchAnswer,
    BatchForm,
    CropForm,
    CropQuery,
    FrameQuery,
    ProblemAnswer,
    TrialForm,
    WholeFrameForm,
    WholeFrameQuery,
)

Json = dict[str, Any]

REFERENCE = "#/components/schemas/{model}"
HANDLER_PROBLEMS = {
    400: "The multipart body cannot be parsed, or it differs from its Content-Digest.",
    413: "Too many bytes, pixels or crops.",
    415: "The content is not a whole JPEG or PNG.",
    422: "A field is malformed; the detail names it.",
    429: "This camera, or address, has its share of the places: send fewer pictures at once.",
    503: "Not ready, overloaded, or decisions cannot be kept: send the next picture after Retry-After seconds.",
    504: "The deadline passed before inference.",
}
APP_PROBLEMS = {
    404: "What was asked for does not exist, or no longer does.",
    422: "A field is malformed; the detail names it.",
    503: "Not ready, or the record cannot be read or written now: try again after Retry-After seconds.",
}
BODY_PROBLEMS = {
    400: "The body cannot be parsed.",
    408: "The body takes too long to arrive.",
    413: "The body has too many bytes.",
}
SIGN_IN_PROBLEMS = {429: "Too many wrong keys came from this address: try again after a pause."}
CONFLICTS = {409: "It is not what was shown any more: look at the camera again."}
CONFLICTING = ("armCamera", "disarmCamera")
EVERY_PROBLEM = {
    401: "A key is needed.",
    403: "The key is for another role, or a page of another origin sent this.",
    421: "Host is not a name of this service.",
    500: "The service failed on this request.",
}
HANDLER_HEADERS = (
    ("X-Deadline-Ms", {"type": "integer", "minimum": 1, "maximum": 60_000}, "Milliseconds until inference must begin."),
    ("Content-Digest", {"type": "string"}, "RFC 9530 digest of the body; a difference is refused."),
    (
        "X-Request-ID",
        {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,128}$"},
        "Comes back in answer, log and record.",
    ),
)


def mount_docs(app: FastAPI) -> None:
    """Show the document at ``/docs``, with files of the service alone, at addresses that hold below any prefix."""

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="openapi.json",
            title=app.title,
            swagger_js_url="static-offline-docs/swagger-ui-bundle.js",
            swagger_css_url="static-offline-docs/swagger-ui.css",
            swagger_favicon_url="page/icon.svg",
        )


def document(app: FastAPI) -> Json:
    """Build the whole document of an application, described once and kept on it."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schemas = schema.setdefault("components", {}).setdefault("schemas", {})
        for name in ("HTTPValidationError", "ValidationError"):  # this service answers problems instead
            schemas.pop(name, None)
        for path in schema["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)
                operation["summary"] = _summary(operation)
                _describe_problems(operation, APP_PROBLEMS)
                _describe_problems(operation, BODY_PROBLEMS if "requestBody" in operation else {})
                _describe_problems(operation, CONFLICTS if operation["operationId"] in CONFLICTING else {})
                _describe_problems(operation, SIGN_IN_PROBLEMS if operation["operationId"] == "signIn" else {})
        for model in (Decision, BatchAnswer, BatchForm, CropForm, TrialForm, WholeFrameForm, ProblemAnswer):
            _add(schemas, model)
        handlers = {
            "/v1/inspect": _inspect(),
            "/v1/inspect/batch": _batch(),
            "/v1/inspect/frame": _frame(),
            "/v1/trial": _trial(),
        }
        schema["paths"] = {path: {"post": operation} for path, operation in handlers.items()} | schema["paths"]
        for path in schema["paths"].values():
            for operation in path.values():
                _describe_problems(operation, EVERY_PROBLEM)
        app.openapi_schema = schema
    return app.openapi_schema


def _summary(operation: Json) -> str:
    """The first sentence of the description: names of functions, such as ``Live``, say nothing to who reads it."""
    description: str = operation.get("description") or operation["summary"]
    first, _, _ = description.partition("\n\n")
    return re.split(r"[:;.]\s|\.$", " ".join(first.split()), maxsplit=1)[0]


def _add(schemas: Json, model: type) -> None:
    schema = TypeAdapter(model).json_schema(ref_template=REFERENCE, mode="serialization")
    schemas.update(schema.pop("$defs", {}))
    schemas[model.__name__] = schema


def _inspect() -> Json:
    return _operation(
        operation_id="inspectWell",
        summary="Judge one crop",
        description="The picture is the raw body, or the multipart field `file`. Its type is judged by content.",
        body=_crop_body("CropForm"),
        answer="Decision",
        parameters=_query_parameters(CropQuery),
    )


def _trial() -> Json:
    return _operation(
        operation_id="tryPicture",
        summary="Try a picture",
        description="Judged and recorded with the cast `trial`, for no camera and no well; no alarm follows from it.",
        body=_crop_body("TrialForm"),
        answer="Decision",
        parameters=[],
    )


def _crop_body(form: str) -> Json:
    binary = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
    return {"image/jpeg": binary, "image/png": binary, "multipart/form-data": _schema(form)}


def _batch() -> Json:
    return _operation(
        operation_id="inspectBatch",
        summary="Judge the crops of one camera frame",
        description="One answer a crop, in the order sent; a crop that cannot be decoded is one `unknown`.",
        body={"multipart/form-data": _schema("BatchForm")},
        answer="BatchAnswer",
        parameters=_query_parameters(FrameQuery),
    )


def _frame() -> Json:
    return _operation(
        operation_id="inspectFrame",
        summary="Judge the wells of a whole camera frame",
        description=(
            "The wells are those of the camera's layout in the cameras file, one answer each. Where the frame cannot "
            "be proved to lie on its reference, all are `unknown`, reason `misaligned`."
        ),
        body=_crop_body("WholeFrameForm"),
        answer="BatchAnswer",
        parameters=_query_parameters(WholeFrameQuery),
    )


def _operation(
    operation_id: str, summary: str, description: str, body: Json, answer: str, parameters: list[Json]
) -> Json:
    headers = [
        {"name": name, "in": "header", "required": False, "schema": schema, "description": text}
        for name, schema, text in HANDLER_HEADERS
    ]
    operation: Json = {
        "tags": ["inspection"],
        "operationId": operation_id,
        "summary": summary,
        "description": description,
        "parameters": [*parameters, *headers],
        "requestBody": {"required": True, "content": body},
        "responses": {
            "200": {"description": "A decision, on record.", "content": {"application/json": _schema(answer)}}
        },
    }
    _describe_problems(operation, HANDLER_PROBLEMS)
    return operation


def _query_parameters(labels: type[BaseModel]) -> list[Json]:
    schema = labels.model_json_schema()
    required = schema.get("required", ())
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "schema": {key: value for key, value in field.items() if key not in {"title", "description"}},
            "description": field["description"],
        }
        for name, field in schema["properties"].items()
    ]


def _describe_problems(operation: Json, problems: dict[int, str]) -> None:
    content = {PROBLEM_TYPE: _schema("ProblemAnswer")}
    for status, description in problems.items():
        operation["responses"].setdefault(str(status), {"description": description, "content": content})


def _schema(name: str) -> Json:
    return {"schema": {"$ref": REFERENCE.format(model=name)}}
