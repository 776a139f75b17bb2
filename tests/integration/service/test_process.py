"""The real process: how it starts, refuses to start, and stops."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from service.settings import Settings
from tests.eventually import until
from tests.pictures import jpeg
from tests.wells import good_well

COMMAND = (sys.executable, "-m", "service.cli")


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    """The environment of a process over the small artefact; the port is free for the taking."""
    return os.environ | {
        "LEAK_INSPECTION_ARTIFACTS": str(settings.artifacts),
        "LEAK_INSPECTION_DATA_DIR": str(settings.data_dir),
        "LEAK_INSPECTION_PORT": "0",
    }


@pytest.fixture
def running(environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running service and its address, as it prints it."""
    process = subprocess.Popen(
        (*COMMAND, "serve"), env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    address = process.stdout.readline().split()[3]
    await_ready(address)
    yield process, address
    process.kill()
    process.wait()
    process.stdout.close()


def await_ready(address: str) -> None:
    """Return when the service, which listens by then, is ready."""
    until(lambda: httpx.get(f"{address}/health/ready").status_code == 200)


def refused(environment: dict[str, str], *arguments: str) -> str:
    """Run the command, which must end with code 2 and one line; return the line."""
    ended = subprocess.run(
        (*COMMAND, *arguments), env=environment, capture_output=True, check=False, text=True, timeout=60
    )
    lines = ended.stderr.strip().splitlines()
    assert (ended.returncode, len(lines)) == (2, 1), ended.stderr
    return lines[0]


def test_the_printed_curl_line_gets_a_verdict(running: tuple[subprocess.Popen[str], str]) -> None:
    process, _ = running
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("try: curl ")
    answer = subprocess.run(line.removeprefix("try: ").split(), capture_output=True, text=True, check=True).stdout
    assert '"verdict":"no_leak"' in answer


def test_requests_in_flight_are_answered_on_sigterm(running: tuple[subprocess.Popen[str], str]) -> None:
    process, address = running
    host, port = address.removeprefix("http://").split(":")
    body = jpeg(good_well(1))
    with socket.create_connection((host, int(port))) as half_sent:
        head = f"POST /v1/inspect HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n"
        half_sent.sendall(head.encode() + body[:100])
        httpx.get(f"{address}/health/live")
        process.send_signal(signal.SIGTERM)
        half_sent.sendall(body[100:])
        answer = b"".join(iter(lambda: half_sent.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200")
    assert b'"verdict":"no_leak"' in answer
    assert process.wait(timeout=10) in {0, -signal.SIGTERM}


def test_many_clients_at_once_are_all_answered(running: tuple[subprocess.Popen[str], str]) -> None:
    _, address = running
    body = jpeg(good_well(1))
    with httpx.Client() as client, ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: client.post(f"{address}/v1/inspect", content=body).json(), range(200)))
    assert {answer["verdict"] for answer in answers} == {"no_leak"}
    assert len({answer["decision_id"] for answer in answers}) == 200


def test_healthcheck_says_whether_it_is_ready(
    running: tuple[subprocess.Popen[str], str], environment: dict[str, str]
) -> None:
    _, address = running
    ask = (*COMMAND, "healthcheck", "--url")
    assert subprocess.run((*ask, address), env=environment, capture_output=True, check=False).returncode == 0
    for nowhere in ("http://127.0.0.1:9", "no address"):
        asked = subprocess.run((*ask, nowhere), env=environment, capture_output=True, check=False)
        assert (asked.returncode, asked.stderr) == (1, b"")


def test_healthcheck_loads_none_of_what_the_service_needs() -> None:
    program = "import sys; from service.cli import main; main(['healthcheck', '--url', 'http://127.0.0.1:9']);"
    asked = subprocess.run(
        (sys.executable, "-c", program + "print(*sorted(sys.modules))"), capture_output=True, text=True, check=True
    )
    assert {"numpy", "cv2", "onnxruntime", "fastapi", "pydantic", "httpx"}.isdisjoint(asked.stdout.split())


def test_a_taken_port_is_one_clear_line(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"127.0.0.1:{port}" in refused(environment, "serve", "--port", str(port))


def test_a_data_folder_of_another_service_is_one_clear_line(
    running: tuple[subprocess.Popen[str], str], environment: dict[str, str]
) -> None:
    assert running[0].poll() is None
    assert "another service writes" in refused(environment, "serve")


@pytest.fixture
def broken_journal(settings: Settings) -> bytes:
    """The content of a file that stands in the journal's place before the start."""
    content = b"not a journal " * 1000
    (settings.data_dir / "journal.sqlite3").write_bytes(content)
    return content


def test_a_broken_journal_is_set_aside_and_told_and_pictures_are_inspected(
    broken_journal: bytes, running: tuple[subprocess.Popen[str], str], settings: Settings
) -> None:
    (aside,) = settings.data_dir.glob("journal-damaged-*")
    assert aside.read_bytes() == broken_journal
    assert httpx.post(f"{running[1]}/v1/inspect", content=jpeg(good_well(1))).json()["verdict"] == "no_leak"
    until(lambda: "journal_damaged" in httpx.get(f"{running[1]}/v1/status").text)


def test_without_an_artefact_it_starts_and_says_why_it_is_not_ready(
    environment: dict[str, str], tmp_path: Path
) -> None:
    nothing = {"LEAK_INSPECTION_ARTIFACTS": str(tmp_path / "nothing")}
    process = subprocess.Popen(
        (*COMMAND, "serve"), env=environment | nothing, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    with process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
        process.kill()
    assert "listens on" in lines[0]
    assert lines[1].startswith("not ready: ")
