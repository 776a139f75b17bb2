"""While the service drains: pictures are judged, and each answer ends its connection."""

import httpx
from asgi_lifespan import LifespanManager

from service.app import create_app
from service.monitoring.readiness import Readiness
from service.settings import Settings
from tests.pictures import jpeg
from tests.wells import good_well


async def test_each_answer_ends_its_connection_while_the_service_drains(settings: Settings) -> None:
    readiness = Readiness()
    app = create_app(settings, readiness)
    async with LifespanManager(app, startup_timeout=60, shutdown_timeout=60):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            before = await client.post("/v1/inspect", content=jpeg(good_well(1)))
            readiness.draining = True
            judged = await client.post("/v1/inspect", content=jpeg(good_well(1)))
            alive = await client.get("/health/live")
    assert "connection" not in before.headers
    assert judged.json()["verdict"] == "no_leak"
    assert (judged.headers["connection"], alive.headers["connection"]) == ("close", "close")
