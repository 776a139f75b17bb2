"""The files of the operator page, its security headers and its session."""

import re
from pathlib import Path

import pytest

from service.routes.operator import PAGE
from tests.answers import assert_problem
from tests.conftest import Serve

KEYS = {"camera": "camera-key-0123456789", "operator": "operator-key-0123456789", "admin": "admin-key-0123456789"}
FILES = sorted(path.name for path in PAGE.iterdir())


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    path = tmp_path / "keys.txt"
    path.write_text("".join(f"{role} {key}\n" for role, key in KEYS.items()))
    return path


async def test_the_page_runs_only_its_own_scripts(serve: Serve) -> None:
    async with serve() as client:
        response = await client.get("/")
    policy = response.headers["content-security-policy"]
    assert response.headers["content-type"].startswith("text/html")
    assert "default-src 'none'; script-src 'self'" in policy
    assert "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"\sstyle=|\son\w+=|<script(?! (type=\"module\" )?src)", response.text)


@pytest.mark.parametrize("name", FILES)
async def test_every_file_is_served_as_what_it_is(serve: Serve, name: str) -> None:
    async with serve() as client:
        response = await client.get(f"/page/{name}")
    kind = {".js": "javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}[Path(name).suffix]
    assert kind in response.headers["content-type"]
    assert response.content == (PAGE / name).read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_no_file_names_another_host_or_writes_markup(name: str) -> None:
    text = (PAGE / name).read_text(encoding="utf-8")
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text) == []
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text) == []


async def test_nothing_outside_the_page_is_served(serve: Serve) -> None:
    async with serve() as client:
        for path in ("/page/../app.py", "/page/%2e%2e/app.py", "/page/", "/page/.hidden"):
            assert_problem(await client.get(path), 404)


async def test_the_page_is_open_and_the_record_is_not(serve: Serve, keys_file: Path) -> None:
    async with serve(keys_file=keys_file) as client:
        assert (await client.get("/")).status_code == 200
        for path in ("/v1/wells", "/v1/decisions", "/v1/alarms", "/v1/events", "/v1/status"):
            assert_problem(await client.get(path), 401)
            assert_problem(await client.get(path, headers={"x-api-key": KEYS["camera"]}), 403)
        assert (await client.get("/v1/wells", headers={"x-api-key": KEYS["admin"]})).status_code == 200


async def test_a_key_is_exchanged_for_a_session_that_ends_with_signing_out(serve: Serve, keys_file: Path) -> None:
    async with serve(keys_file=keys_file) as client:
        assert_problem(await client.post("/v1/session", json={"key": "wrong-key-0123456789"}), 401)
        assert_problem(await client.post("/v1/session", json={"key": KEYS["camera"]}), 403)
        assert_problem(await client.post("/v1/session", json={"key": ""}), 422)
        entered = await client.post("/v1/session", json={"key": KEYS["operator"]})
        assert entered.status_code == 204
        cookie = entered.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert KEYS["operator"] not in cookie
        assert (await client.get("/v1/wells")).status_code == 200
        assert_problem(await client.post("/v1/model/activate", json={"artifact": "small-01234567"}), 403)
        await client.delete("/v1/session")
        assert_problem(await client.get("/v1/wells"), 401)


@pytest.mark.parametrize(("trusted", "stays"), [("127.0.0.0/8", True), ("10.213.17.0/24", False)])
async def test_a_session_behind_a_proxy_stays_on_tls_where_the_proxy_is_trusted(
    serve: Serve, keys_file: Path, trusted: str, stays: bool
) -> None:
    async with serve(keys_file=keys_file, trusted_proxies=trusted) as client:
        form, proxied = {"key": KEYS["operator"]}, {"x-forwarded-proto": "https"}
        entered = await client.post("/v1/session", json=form, headers=proxied)
    assert ("; Secure" in entered.headers["set-cookie"]) is stays


async def test_a_session_cookie_over_https_stays_on_https(serve: Serve, keys_file: Path) -> None:
    async with serve(keys_file=keys_file) as client:
        client.base_url = "https://service"
        entered = await client.post("/v1/session", json={"key": KEYS["operator"]})
    assert "secure" in entered.headers["set-cookie"].lower()


async def test_a_session_below_a_prefix_is_sent_to_nothing_else_on_that_host(serve: Serve, keys_file: Path) -> None:
    async with serve(keys_file=keys_file) as client:
        client.headers["x-forwarded-prefix"] = "/inspection"
        entered = await client.post("/v1/session", json={"key": KEYS["operator"]})
        left = await client.delete("/v1/session")
    assert "; Path=/inspection/;" in entered.headers["set-cookie"]
    assert "; Path=/inspection/;" in left.headers["set-cookie"]


@pytest.mark.parametrize("cut_off", [True, False], ids=["cut off", "left in the path"])
async def test_everything_answers_below_a_prefix(serve: Serve, cut_off: bool) -> None:
    below = "" if cut_off else "/inspection"
    async with serve() as client:
        client.headers["x-forwarded-prefix"] = "/inspection"
        for path in ("/", "/page/main.js", "/docs", "/static-offline-docs/swagger-ui.css", "/v1/wells", "/health/live"):
            assert (await client.get(below + path)).status_code == 200, path
        judged = await client.post(f"{below}/v1/inspect", content=b"")
        assert assert_problem(judged, 415)["instance"] == "/inspection/v1/inspect"
        assert (await client.get(f"{below}/openapi.json")).json()["servers"] == [{"url": "/inspection"}]


async def test_no_address_of_the_page_or_the_documentation_is_absolute(serve: Serve) -> None:
    async with serve() as client:
        for path in ("/", "/docs"):
            text = (await client.get(path)).text
            assert re.findall(r"(?:href|src|url)\s*[=:]\s*[\"']/", text) == []
    for name in FILES:
        assert not re.search(r"[\"'`]/(v1|page|health|metrics)\b", (PAGE / name).read_text(encoding="utf-8")), name
