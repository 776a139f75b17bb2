"""docker/alertmanager/start.sh with a real Alertmanager: what it writes is accepted, and alerts reach somebody."""

import asyncio
import json
import os
import shutil
import subprocess
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.ports import free_port

START = Path(__file__).resolve().parents[2] / "docker" / "alertmanager" / "start.sh"
PROGRAM = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager") or ""
MAIL = {"ALERT_MAIL_TO": "shift@plant", "ALERT_MAIL_FROM": "alerts@plant", "ALERT_MAIL_SERVER": "mail.plant:25"}
ALERT = ("alertname=LeakInspectionNotReady", "severity=page", "--annotation=summary=every picture is refused")
PATIENCE_S = 30.0

needs_alertmanager = pytest.mark.skipif(
    not PROGRAM or shutil.which("amtool") is None, reason="needs prometheus-alertmanager: make system-packages"
)


def environment(folder: Path, program: str, settings: dict[str, str]) -> dict[str, str]:
    places = {"ALERT_CONFIGURATION": str(folder / "alertmanager.yml"), "ALERT_STORAGE": str(folder)}
    return {"PATH": os.environ["PATH"], "ALERTMANAGER": program} | places | settings


def configure(folder: Path, settings: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Write the configuration, and start nothing."""
    return subprocess.run(
        ["sh", START], env=environment(folder, "true", settings), capture_output=True, text=True, check=False
    )


class Receiver:
    """Takes alerts as JSON over HTTP, and as mail; ``got`` holds what came."""

    def __init__(self) -> None:
        self.got: asyncio.Queue[str] = asyncio.Queue()

    async def hear_http(self, reader: StreamReader, writer: StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        body = await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n")[0]))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()
        self.got.put_nowait(body.decode())

    async def hear_mail(self, reader: StreamReader, writer: StreamWriter) -> None:
        writer.write(b"220 plant\r\n")
        while not (command := (await reader.readline()).upper()).startswith(b"DATA"):
            writer.write(b"250 plant\r\n")
            if not command:
                return
        writer.write(b"354 go on\r\n")
        mail = await reader.readuntil(b"\r\n.\r\n")
        writer.write(b"250 taken\r\n")
        await reader.readline()
        writer.write(b"221 plant\r\n")
        writer.close()
        self.got.put_nowait(mail.decode())


@asynccontextmanager
async def alertmanager(folder: Path, **settings: str) -> AsyncIterator[str]:
    """Run Alertmanager as the container does; yields its address."""
    address = f"127.0.0.1:{free_port()}"
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *("sh", START, f"--web.listen-address={address}"),
            env=environment(folder, PROGRAM, {"ALERT_GROUP_WAIT": "0s", **settings}),
            stderr=log,
            stdout=log,
        )
    try:
        yield address
    finally:
        process.terminate()
        await process.wait()


async def tell(address: str, folder: Path) -> None:
    """Raise an alert as soon as Alertmanager listens."""
    command = ("amtool", f"--alertmanager.url=http://{address}", "alert", "add", *ALERT)
    while True:
        amtool = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
        _, errors = await amtool.communicate()
        if amtool.returncode == 0:
            return
        assert b"connection refused" in errors, errors + (folder / "log").read_bytes()


@pytest.mark.parametrize(
    "settings",
    [
        {"ALERT_WEBHOOK_URL": "https://plant/alerts?key=it's"},
        MAIL,
        MAIL | {"ALERT_MAIL_USER": "alerts", "ALERT_MAIL_PASSWORD": "it's: #secret", "ALERT_MAIL_TLS": "false"},
        MAIL | {"ALERT_WEBHOOK_URL": "https://plant/alerts"},
    ],
    ids=["webhook", "mail", "mail with a password", "both"],
)
@needs_alertmanager
def test_alertmanager_accepts_what_is_written(tmp_path: Path, settings: dict[str, str]) -> None:
    assert configure(tmp_path, settings).returncode == 0
    written = tmp_path / "alertmanager.yml"
    done = subprocess.run(["amtool", "check-config", written], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 receivers" in done.stdout
    assert written.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({}, "ALERT_WEBHOOK_URL"),
        ({"ALERT_MAIL_TO": "shift@plant"}, "ALERT_MAIL_FROM"),
        (MAIL | {"ALERT_MAIL_SERVER": ""}, "ALERT_MAIL_SERVER"),
    ],
    ids=["nobody", "no sender", "no server"],
)
def test_alerts_that_would_reach_nobody_end_the_start_with_one_line(
    tmp_path: Path, settings: dict[str, str], named: str
) -> None:
    done = configure(tmp_path, settings)
    assert done.returncode == 2
    assert named in done.stderr
    assert done.stderr.count("\n") == 1


@needs_alertmanager
async def test_an_alert_reaches_the_webhook(tmp_path: Path) -> None:
    receiver, port = Receiver(), free_port()
    async with (
        await asyncio.start_server(receiver.hear_http, "127.0.0.1", port),
        alertmanager(tmp_path, ALERT_WEBHOOK_URL=f"http://127.0.0.1:{port}/alerts") as address,
        asyncio.timeout(PATIENCE_S),
    ):
        await tell(address, tmp_path)
        told = json.loads(await receiver.got.get())
    assert told["status"] == "firing"
    assert [alert["labels"]["alertname"] for alert in told["alerts"]] == ["LeakInspectionNotReady"]


@needs_alertmanager
async def test_an_alert_reaches_a_mailbox(tmp_path: Path) -> None:
    receiver, port = Receiver(), free_port()
    settings = MAIL | {"ALERT_MAIL_SERVER": f"127.0.0.1:{port}", "ALERT_MAIL_TLS": "false"}
    async with (
        await asyncio.start_server(receiver.hear_mail, "127.0.0.1", port),
        alertmanager(tmp_path, **settings) as address,
        asyncio.timeout(PATIENCE_S),
    ):
        await tell(address, tmp_path)
        mail = await receiver.got.get()
    assert "To: shift@plant" in mail
    assert "LeakInspectionNotReady" in mail
