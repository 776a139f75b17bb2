"""The stack of docker-compose.yml in a real container engine: from a clean build to a counted verdict."""

import http.client
import json
from collections.abc import Iterator

import httpx
import pytest

from tests.e2e.stack import Stack, eventually
from tests.pictures import jpeg
from tests.wells import good_well

pytestmark = [pytest.mark.containers, pytest.mark.timeout(900)]

BASE = "python:3.11-slim-bookworm"
MEGABYTE = 1000 * 1000
PLUGS = {
    "grpc": "GRPC_ENABLED=true",
    "modbus": "MODBUS_WELLS=cam-1/1a",
    "mqtt": "MQTT_URL=mqtt://broker",
    "opcua": "OPCUA_ENABLED=true",
}
"""Extras of the plugs, each with what switches it on."""


@pytest.fixture(scope="module")
def stack(engine: dict[str, str]) -> Iterator[Stack]:
    with Stack(engine) as stack:
        stack.bring_up("--no-cache")
        eventually(stack.ready, "the service is ready")
        yield stack


def post(stack: Stack, picture: bytes) -> httpx.Response:
    headers = {"content-type": "image/jpeg"}
    return httpx.post(f"http://127.0.0.1:{stack.service_port}/v1/inspect", content=picture, headers=headers)


def test_a_drawn_picture_gets_a_verdict_and_is_counted_in_prometheus(stack: Stack) -> None:
    before = stack.value('leak_inspection_requests_total{code="200"}')
    answers = [post(stack, jpeg(good_well(seed))) for seed in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 5
    for answer in (answer.json() for answer in answers):
        assert answer["verdict"] in {"no_leak", "leak", "unknown"}
        assert answer["alarm"] == (answer["verdict"] != "no_leak")
    eventually(
        lambda: stack.value('leak_inspection_requests_total{code="200"}') >= before + 5,
        "Prometheus counts the five requests",
    )
    eventually(lambda: stack.value("sum(leak_inspection_decisions_total)") >= 5, "and the five decisions")


def test_prometheus_has_no_remark_on_the_metrics(stack: Stack) -> None:
    metrics = httpx.get(f"http://127.0.0.1:{stack.service_port}/metrics").text
    assert stack.inside("prometheus", "promtool", "check", "metrics", stdin=metrics) == ""


def test_garbage_gets_a_problem_that_is_an_alarm(stack: Stack) -> None:
    answer = post(stack, b"no picture at all")
    assert answer.status_code == 415
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json()["verdict"], answer.json()["alarm"]) == ("unknown", True)


def test_both_containers_become_healthy_by_their_own_checks(stack: Stack) -> None:
    eventually(lambda: stack.is_healthy("service"), "the service is healthy")
    eventually(lambda: stack.is_healthy("prometheus"), "Prometheus is healthy")


def test_ports_are_published_on_the_loopback_address_alone(stack: Stack) -> None:
    for service in ("service", "prometheus"):
        ports = stack.inspect(service)["NetworkSettings"]["Ports"]
        addresses = {binding["HostIp"] for bindings in ports.values() if bindings for binding in bindings}
        assert addresses == {"127.0.0.1"}


def test_the_image_says_what_it_is(stack: Stack) -> None:
    labels = stack.inspect("service")["Config"]["Labels"]
    assert labels["org.opencontainers.image.created"] == "2026-01-02T03:04:05Z"
    assert labels["org.opencontainers.image.revision"] == "0123456789abcdef"
    assert labels["org.opencontainers.image.version"] == stack.version
    assert labels["org.opencontainers.image.licenses"] == "Apache-2.0"


def test_the_image_adds_less_than_450_mb_to_its_base(stack: Stack) -> None:
    image = stack.inspect("service")["Image"]
    sizes = [int(stack.docker("image", "inspect", "--format", "{{.Size}}", name)) for name in (image, BASE)]
    assert sizes[0] - sizes[1] < 450 * MEGABYTE


def test_the_service_is_an_ordinary_user_without_privileges(stack: Stack) -> None:
    assert stack.inside("service", "id", "-u") == "10001"
    status = stack.inside("service", "cat", "/proc/self/status")
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert int(fields["CapEff"], 16) == int(fields["CapBnd"], 16) == 0
    assert fields["NoNewPrivs"] == "1"


def test_memory_and_processors_are_limited(stack: Stack) -> None:
    for service in ("service", "prometheus"):
        limits = stack.inspect(service)["HostConfig"]
        assert limits["Memory"] == 512 * 1024 * 1024
        assert limits["CpuQuota"] > 0
        assert limits["PidsLimit"] == 256


def test_nothing_can_be_written_but_data_and_tmp(stack: Stack) -> None:
    for service in ("service", "prometheus"):
        assert "Read-only file system" in stack.inside(service, "touch", "/new")
    assert "Read-only file system" in stack.inside("service", "touch", "/model_artifacts/new")
    for folder in ("/data", "/tmp"):  # noqa: S108  # the tmpfs under test
        assert stack.inside("service", "touch", f"{folder}/new") == ""


def test_the_image_has_no_torch_and_no_training(stack: Stack) -> None:
    program = (
        "import importlib.util, json;"
        "names = ['torch', 'sklearn', 'matplotlib', 'onnx', 'scipy', 'training', 'service'];"
        "print(json.dumps([name for name in names if importlib.util.find_spec(name)]))"
    )
    assert json.loads(stack.inside("service", "python", "-c", program)) == ["service"]


def test_an_image_with_extras_holds_what_every_plug_needs(stack: Stack) -> None:
    image = f"leak-inspection-plugs:{stack.version}"
    extras = f"EXTRAS={' '.join(PLUGS)}"
    stack.docker("build", "--quiet", "--file", "docker/service.Dockerfile", "--build-arg", extras, "--tag", image, ".")
    on = [option for setting in PLUGS.values() for option in ("--env", f"LEAK_INSPECTION_{setting}")]
    program = "from service.app import create_app; from service.settings import Settings; create_app(Settings())"
    run = ("run", "--rm", "--env", "LEAK_INSPECTION_UNPROTECTED=true", *on, "--entrypoint", "python")
    stack.docker(*run, image, "-c", program)
    with pytest.raises(AssertionError, match="is not installed"):
        stack.docker(*run, stack.inspect("service")["Image"], "-c", program)


def test_a_stopped_service_answers_the_request_in_flight_and_ends_cleanly(stack: Stack) -> None:
    picture = jpeg(good_well(99))
    connection = http.client.HTTPConnection("127.0.0.1", stack.service_port, timeout=30)
    connection.putrequest("POST", "/v1/inspect")
    connection.putheader("content-type", "image/jpeg")
    connection.putheader("content-length", str(len(picture)))
    connection.endheaders(picture[:100])
    counted = "the service works on the request"
    eventually(lambda: in_flight(stack) >= 2, counted)  # the half-sent picture, and the reading of the metrics itself
    stopping = stack.begin("stop", stack.container("service"))
    eventually(lambda: not accepts(stack), "the service takes no new connection")
    connection.send(picture[100:])
    assert connection.getresponse().status == 200
    connection.close()
    assert stopping.wait(30) == 0
    assert stack.inspect("service")["State"]["ExitCode"] in {0, 143}  # by itself, or by the signal; 137 is a kill
    stack.compose("start", "service")
    eventually(stack.ready, "the service is ready again")


def in_flight(stack: Stack) -> float:
    metrics = httpx.get(f"http://127.0.0.1:{stack.service_port}/metrics").text
    line = next(line for line in metrics.splitlines() if line.startswith("leak_inspection_in_flight_requests "))
    return float(line.split()[1])


def accepts(stack: Stack) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{stack.service_port}/health/live").is_success
    except httpx.TransportError:
        return False
