"""The files of docker/nginx in a real nginx: who gets a request, what counts against a replica, how nginx refuses."""

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from service.edge.errors import PROBLEM_TYPE
from service.routes.schemas import ProblemAnswer
from tests.nginx_server import NginxServer, NoNginx
from tests.ports import free_port

CAMERAS = [f"CAM_{number}" for number in range(12)]
INSPECT = "/v1/inspect"


class Replica:
    """Answers like one replica: counts what it gets by camera, and refuses with ``status`` while that is not 200."""

    def __init__(self) -> None:
        self.status = 200
        self.paths: list[str] = []
        replica = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                replica.paths.append(self.path)
                self.send_response(replica.status)
                self.end_headers()
                self.wfile.write(b"as the replica says it")

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.fall()

    def fall(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    @property
    def cameras(self) -> set[str]:
        """Who was heard here."""
        return {parse_qs(urlsplit(path).query)["camera_id"][0] for path in self.paths}


class Fleet:
    """Replicas, the nginx before them and a client of it."""

    def __init__(self, replicas: list[Replica], nginx: NginxServer, client: httpx.Client) -> None:
        self.replicas = replicas
        self.nginx = nginx
        self.client = client

    def post(self, query: str = "", content: bytes = b"picture", **headers: str) -> httpx.Response:
        """Send a picture; a query given as httpx's own parameters would get other escapes."""
        return self.client.post(httpx.URL(f"{self.nginx.url}{INSPECT}?{query}"), content=content, headers=headers)

    def owners(self) -> dict[str, Replica]:
        """By camera, the replica that gets its pictures."""
        for replica in self.replicas:
            replica.paths.clear()
        for camera in CAMERAS:
            self.post(f"camera_id={camera}")
        return {camera: replica for replica in self.replicas for camera in replica.cameras}


@contextmanager
def running(
    ports: Sequence[int], replicas: Sequence[Replica] = (), changes: Mapping[str, str] | None = None
) -> Iterator[Fleet]:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        nginx = NginxServer(ports, changes=changes)
    except NoNginx as reason:
        pytest.skip(str(reason))
    with nginx, httpx.Client(base_url=nginx.url, verify=context) as client:
        yield Fleet(list(replicas), nginx, client)


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    with Replica() as first, Replica() as second, Replica() as third:
        replicas = (first, second, third)
        with running([replica.port for replica in replicas], replicas) as fleet:
            yield fleet


@pytest.fixture
def deserted() -> Iterator[Fleet]:
    """No replica listens."""
    with running([free_port() for _ in range(3)]) as fleet:
        yield fleet


def assert_problem(response: httpx.Response, status: int) -> ProblemAnswer:
    assert response.status_code == status
    assert response.headers["content-type"] == PROBLEM_TYPE
    problem = ProblemAnswer.model_validate_json(response.content)
    assert (problem.status, problem.verdict, problem.alarm) == (status, "unknown", True)
    assert problem.type.startswith("urn:leak-inspection:problem:")
    assert response.headers["x-request-id"] == problem.request_id
    assert response.headers.get("retry-after") == ("1" if problem.retry_after_s == 1 else None)
    return problem


def test_each_camera_stays_with_one_replica_and_each_replica_has_some(fleet: Fleet) -> None:
    first = fleet.owners()
    assert set(first.values()) == set(fleet.replicas)
    assert fleet.owners() == first


@pytest.mark.parametrize(
    "spell",
    [
        lambda camera: f"camera_id={camera.replace('_', '%5F')}",
        lambda camera: f"camera_id={camera.replace('_', '%5f')}&captured_at=2026-05-04T10%3A11%3A12%2B02%3A00",
        lambda camera: f"well_id=1&camera%5Fid={camera}",
        lambda camera: "cast_id=a%3Ab&camera_id=" + "".join(f"%{ord(character):02X}" for character in camera),
    ],
    ids=["underscore", "lower case, among others", "name of the field", "every character"],
)
def test_a_camera_written_with_escapes_is_the_same_camera(fleet: Fleet, spell: Callable[[str], str]) -> None:
    owners = fleet.owners()
    for camera in CAMERAS:
        owners[camera].paths.clear()
        query = spell(camera)
        assert fleet.post(query).status_code == 200
        assert owners[camera].paths == [f"{INSPECT}?{query}"]


@pytest.mark.parametrize(
    "query", ["camera_id=%2e%2e", "camera_id=..%2F..%2Fv1", "camera_id=%zz", "%00=1", "%26camera_id=%"]
)
def test_a_strange_query_reaches_a_replica_as_it_was_sent(fleet: Fleet, query: str) -> None:
    assert fleet.post(query).status_code == 200
    assert [path for replica in fleet.replicas for path in replica.paths] == [f"{INSPECT}?{query}"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_refusal_is_the_cameras_answer_and_takes_no_replica_out(fleet: Fleet, status: int) -> None:
    owners = fleet.owners()
    for replica in fleet.replicas:
        replica.status = status
    for camera in CAMERAS * 3:
        refused = fleet.post(f"camera_id={camera}")
        assert (refused.status_code, refused.text) == (status, "as the replica says it")
    assert fleet.owners() == owners
    assert "while connecting" not in fleet.nginx.log


def test_a_replica_that_cannot_be_reached_loses_its_cameras_and_no_picture(fleet: Fleet) -> None:
    owners = fleet.owners()
    fallen = fleet.replicas.pop()
    fallen.fall()
    for camera in CAMERAS:
        assert fleet.post(f"camera_id={camera}").status_code == 200
        assert fleet.post(f"camera_id={camera.replace('_', '%5F')}").status_code == 200
    kept = {camera: replica for camera, replica in owners.items() if replica is not fallen}
    assert fleet.owners().items() >= kept.items()


def test_without_any_replica_nginx_says_unknown_and_alarm(deserted: Fleet) -> None:
    for query in ("", "camera_id=CAM_2", "camera_id=CAM%5F2"):
        problem = assert_problem(deserted.post(query), 502)
        assert problem.retry_after_s == 1
        assert problem.instance == INSPECT


def test_a_replica_that_hangs_ends_in_unknown_and_alarm() -> None:
    quick = {"proxy_read_timeout 15s": "proxy_read_timeout 100ms"}
    with ExitStack() as stack:
        silent = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3)]
        fleet = stack.enter_context(running([listener.getsockname()[1] for listener in silent], changes=quick))
        assert_problem(fleet.post("camera_id=CAM_2"), 504)


def test_what_nginx_refuses_by_itself_says_unknown_and_alarm(fleet: Fleet) -> None:
    client = fleet.client
    assert_problem(client.get("/metrics"), 404)
    assert_problem(client.get("/.problem"), 404)
    assert_problem(client.request("TRACE", "/"), 405)
    assert_problem(client.get("/", headers={"x-long": "x" * 40_000}), 431)
    assert_problem(client.get(f"/{'x' * 40_000}"), 414)
    assert_problem(client.post(INSPECT, content=b"x", headers={"expect": "what", "host": "a b"}), 400)
    assert_problem(httpx.get(fleet.nginx.url.replace("https", "http")), 400)
    assert_problem(fleet.post(content=bytes(65 * 1024 * 1024)), 413)
    assert [path for replica in fleet.replicas for path in replica.paths] == []


def test_the_problem_holds_nothing_that_a_caller_wrote_unless_it_is_plain(deserted: Fleet) -> None:
    quoted = deserted.client.get(httpx.URL(deserted.nginx.url).copy_with(raw_path=b'/a"b'))
    assert assert_problem(quoted, 502).instance == ""
    named = deserted.client.get("/", headers={"x-request-id": "cast-7"})
    assert assert_problem(named, 502).request_id == "cast-7"
    injected = deserted.client.get("/", headers={"x-request-id": '"x'})
    assert assert_problem(injected, 502).request_id != '"x'


@pytest.fixture
def errors() -> Iterator[httpx.Client]:
    """What the ingress asks for its own errors."""
    try:
        nginx = NginxServer(main="errors.conf")
    except NoNginx as reason:
        pytest.skip(str(reason))
    with nginx, httpx.Client(base_url=nginx.url) as client:
        yield client


@pytest.mark.parametrize("status", [413, 414, 502, 504])
def test_what_the_ingress_refuses_says_unknown_and_alarm(errors: httpx.Client, status: int) -> None:
    asked = {"x-code": str(status), "x-original-uri": f"{INSPECT}?camera_id=CAM_2"}
    assert assert_problem(errors.post("/", content=b"picture", headers=asked), status).instance == INSPECT


def test_where_no_replica_is_ready_the_ingress_says_unknown_and_alarm(errors: httpx.Client) -> None:
    assert assert_problem(errors.post(INSPECT, content=b"picture"), 503).retry_after_s == 1
    assert_problem(errors.get("/", headers={"x-code": "200"}), 503)
