"""The operator page at ``/``, its session, and the state of the service that it shows."""

from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from service.control_room.status import Status, status_of
from service.edge.sessions import COOKIE, SESSION_S
from service.routes.needs import (
    OPERATOR_ONLY,
    AccessNeed,
    ArchiveNeed,
    FollowersNeed,
    IncidentsNeed,
    JournalNeed,
    ModelSwitchNeed,
    ReadinessNeed,
    SettingsNeed,
)
from service.routes.record.views import KeyForm

router = APIRouter(tags=["operator page"])

PAGE = Path(__file__).parent.parent / "operator_page"
PAGE_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def mount_page(app: FastAPI) -> None:
    """Serve the files of the page below ``/page``."""
    app.mount("/page", StaticFiles(directory=PAGE), name="page")


@router.get("/", include_in_schema=False)
async def page() -> FileResponse:
    """Show the operator page; it asks for a key by itself where one is needed."""
    return FileResponse(PAGE / "index.html", headers=PAGE_HEADERS)


@router.post("/v1/session", operation_id="signIn", status_code=204)
async def sign_in(form: KeyForm, access: AccessNeed, request: Request, response: Response) -> None:
    """Exchange a key for a session cookie that no script can read."""
    session = access.sign_in(form.key.encode(), request.client.host if request.client else "")
    secure = request.url.scheme == "https"
    response.set_cookie(
        COOKIE,
        session,
        max_age=SESSION_S,
        path=_home(request),
        secure=secure,
        httponly=True,
        samesite="strict",
    )


@router.delete("/v1/session", operation_id="signOut", status_code=204)
async def sign_out(request: Request, response: Response) -> None:
    """Forget the session."""
    response.delete_cookie(COOKIE, path=_home(request), httponly=True, samesite="strict")


def _home(request: Request) -> str:
    """Where the service begins on its host: a session below a prefix is nobody else's there."""
    return f"{request.scope.get('root_path', '')}/"


@router.get("/v1/status", operation_id="getStatus", dependencies=[OPERATOR_ONLY])
async def status(
    readiness: ReadinessNeed,
    incidents: IncidentsNeed,
    models: ModelSwitchNeed,
    journal: JournalNeed,
    archive: ArchiveNeed,
    followers: FollowersNeed,
    settings: SettingsNeed,
    access: AccessNeed,
) -> Status:
    """Say how the service is: checks, troubles, model, self-test, journal, followers, changed settings, machine."""
    return status_of(readiness, incidents, models, journal, archive, followers, settings, keys_needed=not access.open)
