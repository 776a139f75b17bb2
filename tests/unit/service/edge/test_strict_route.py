"""What the web framework would pass over is refused."""

from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Query
from pydantic import BaseModel, ConfigDict, Field

from service.contract.errors import MalformedField
from service.edge.strict_route import StrictRoute


class Form(BaseModel):
    verdict: str


class Filter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    camera_id: str | None = None
    verdict: list[str] | None = Field(None, alias="of")


def page(limit: int = 1) -> int:
    return limit


def client() -> httpx.AsyncClient:
    router = APIRouter(route_class=StrictRoute)

    @router.get("/list")
    async def listed(
        limit: Annotated[int, Depends(page)],
        only_open: Annotated[bool, Query(alias="open")] = False,
        state: Annotated[list[str] | None, Query()] = None,
    ) -> str:
        return " ".join((str(limit), str(only_open), *(state or ())))

    @router.get("/filtered")
    async def filtered(query: Annotated[Filter, Query()]) -> str | None:
        return query.camera_id or ",".join(query.verdict or ())

    @router.post("/review")
    async def review(form: Form) -> str:
        return form.verdict

    app = FastAPI()
    app.include_router(router)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")


async def test_known_parameters_are_taken_those_of_dependencies_and_models_too() -> None:
    async with client() as caller:
        assert (await caller.get("/list?open=true&limit=3")).json() == "3 True"
        assert (await caller.get("/filtered?camera_id=c")).json() == "c"
        assert (await caller.get("/filtered?camera=c")).status_code == 422


@pytest.mark.parametrize("path", ["/list?opne=true", "/list?only_open=true", "/list?limit=1&x="])
async def test_an_unknown_parameter_is_refused_by_name(path: str) -> None:
    async with client() as caller:
        with pytest.raises(MalformedField, match="unknown field, the fields are limit, open, state"):
            await caller.get(path)
        with pytest.raises(MalformedField, match="verdict: unknown field, none is taken here"):
            await caller.post("/review?verdict=leak", json={"verdict": "no_leak"})


async def test_a_parameter_that_counts_once_is_refused_when_it_comes_twice() -> None:
    async with client() as caller:
        assert (await caller.get("/list?state=a&state=b")).json() == "1 False a b"
        assert (await caller.get("/filtered?of=a&of=b")).json() == "a,b"
        for path in ("/list?limit=1&limit=2", "/list?open=true&open=true", "/filtered?camera_id=a&camera_id=b"):
            with pytest.raises(MalformedField, match="given 2 times"):
                await caller.get(path)


async def test_a_body_that_says_two_things_is_refused() -> None:
    async with client() as caller:
        headers = {"content-type": "application/json"}
        twice = await caller.post("/review", content='{"verdict": "leak", "verdict": "no_leak"}', headers=headers)
        assert (twice.status_code, "twice" in twice.text) == (422, True)
        assert (await caller.post("/review", content="{", headers=headers)).status_code == 422
        assert (await caller.post("/review", json={"verdict": "leak"})).json() == "leak"
