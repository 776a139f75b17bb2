"""From error to answer: status, problem+json (RFC 9457) and Retry-After, in one place."""

from http import HTTPStatus
from typing import NamedTuple

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from service.contract import errors

RETRY_AFTER_S = 1
CHALLENGE = 'Bearer realm="leak-inspection"'
PROBLEM_TYPE = "application/problem+json"


class Kind(NamedTuple):
    """How one class of errors is answered."""

    status: int
    slug: str
    title: str
    retry: bool = False


NOT_READY = Kind(503, "not-ready", "Not ready", retry=True)
INTERNAL = Kind(500, "internal", "Internal error")
KINDS: dict[type[errors.LeakInspectionError], Kind] = {
    errors.MalformedBody: Kind(400, "malformed-body", "The body cannot be parsed"),
    errors.Unauthenticated: Kind(401, "unauthenticated", "A key is needed"),
    errors.Forbidden: Kind(403, "forbidden", "The key is for another role"),
    errors.CrossOrigin: Kind(403, "cross-origin", "A page of another origin may not do this"),
    errors.Misdirected: Kind(421, "misdirected", "The request is for another host"),
    errors.NotFound: Kind(404, "not-found", "Not found"),
    errors.AlreadyRunning: Kind(409, "already-running", "One is at work already"),
    errors.Conflict: Kind(409, "conflict", "Something has changed meanwhile"),
    errors.CommissioningRefused: Kind(409, "commissioning-refused", "The camera may not be armed"),
    errors.BodyTooLarge: Kind(413, "too-large", "Too large"),
    errors.PictureTooLarge: Kind(413, "too-large", "Too large"),
    errors.NotAPicture: Kind(415, "not-a-picture", "Not a whole JPEG or PNG"),
    errors.MalformedField: Kind(422, "malformed-field", "A field is malformed"),
    errors.ArtifactError: Kind(422, "artifact-refused", "The artefact is refused"),
    errors.NotReady: NOT_READY,
    errors.ScoringFailed: Kind(503, "scoring-failed", "The picture could not be scored", retry=True),
    errors.Overloaded: Kind(503, "overloaded", "Every place is taken", retry=True),
    errors.ShareTaken: Kind(429, "share-taken", "Too many requests of one client", retry=True),
    errors.TooManyLogins: Kind(429, "too-many-logins", "Too many wrong keys", retry=True),
    errors.JournalUnavailable: Kind(503, "journal-unavailable", "Decisions cannot be kept", retry=True),
    errors.Unavailable: Kind(503, "unavailable", "Unavailable", retry=True),
    errors.DeadlineExceeded: Kind(504, "deadline-exceeded", "The deadline has passed"),
}
BY_STATUS = {
    408: Kind(408, "too-slow", "The request takes too long to arrive"),
    413: KINDS[errors.BodyTooLarge],
    404: Kind(404, "not-found", "Not found"),
    405: Kind(405, "method-not-allowed", "Method not allowed"),
    422: KINDS[errors.MalformedField],
}


class Problem(NamedTuple):
    """An error as it is sent: status, extra headers and the JSON body."""

    status: int
    headers: dict[str, str]
    body: bytes


def problem_of(error: BaseException, path: str, request_id: str) -> Problem:
    """Turn any exception into its answer; what is not ours is an internal error without details."""
    kind, detail = kind_of(error)
    return problem(kind, detail, path, request_id)


def kind_of(error: BaseException) -> tuple[Kind, str]:
    """Return the kind of any exception, and what the caller is told of it."""
    for cls in type(error).__mro__:
        kind = KINDS.get(cls)
        if kind is not None:
            return kind, str(error)
    return INTERNAL, "the service failed on this request: report the request id"


def problem(kind: Kind, detail: str, path: str, request_id: str, **extensions: object) -> Problem:
    """Build a problem+json answer; each says ``verdict: unknown`` and ``alarm: true``, since no decision was made."""
    body = {
        "type": f"urn:leak-inspection:problem:{kind.slug}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "instance": path,
        "verdict": "unknown",
        "alarm": True,
        "request_id": request_id,
        **extensions,
    }
    headers = {"content-type": PROBLEM_TYPE}
    if _is_open_inference(path):
        body["error"] = detail
        headers["content-type"] = "application/json"
    if kind.status == HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = CHALLENGE
    if kind.retry:
        body["retry_after_s"] = RETRY_AFTER_S
        headers["retry-after"] = str(RETRY_AFTER_S)
    return Problem(kind.status, headers, orjson.dumps(body))


def _is_open_inference(path: str) -> bool:
    """Whether a caller speaks the Open Inference Protocol, whose clients read the member ``error``, of JSON alone."""
    return path.rstrip("/").endswith("/v2") or "/v2/" in path


def only_post(path: str, request_id: str) -> Problem:
    """Refuse any other method on a path that takes POST alone."""
    refused = problem(BY_STATUS[405], "this path takes POST", path, request_id)
    return refused._replace(headers={**refused.headers, "allow": "POST"})


async def answer_problem(request: Request, error: Exception) -> Response:
    """Answer any exception that reaches the web framework."""
    return _response(problem_of(error, request.url.path, request.scope["request_id"]))


async def answer_http_exception(request: Request, error: Exception) -> Response:
    """Answer the framework's own refusals, such as an unknown path."""
    assert isinstance(error, HTTPException)  # noqa: S101  # registered for this type alone
    kind = BY_STATUS.get(error.status_code, Kind(error.status_code, "refused", "Refused"))
    refused = problem(kind, str(error.detail), request.url.path, request.scope["request_id"])
    return _response(refused._replace(headers={**dict(error.headers or {}), **refused.headers}))


async def answer_invalid_request(request: Request, error: Exception) -> Response:
    """Answer a request that FastAPI finds malformed, naming the first field."""
    assert isinstance(error, RequestValidationError)  # noqa: S101  # registered for this type alone
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    detail = f"{field}: {first['msg']}"
    if first["loc"] == ("body",) and "json" not in request.headers.get("content-type", ""):
        detail = "Content-Type: application/json is missing: send it with the JSON body"
    elif first["type"] == "json_invalid":
        detail = f"the body is no JSON ({first['ctx']['error']})"
    return _response(problem(KINDS[errors.MalformedField], detail, request.url.path, request.scope["request_id"]))


def _response(answer: Problem) -> Response:
    return Response(answer.body, answer.status, answer.headers)
