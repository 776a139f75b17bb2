"""Checks of the machine: ports, data folder, disk, clock."""

import os
import shutil
import socket
import struct
import subprocess
import time
from pathlib import Path
from typing import Final

import httpx

from service.contract.stored_files.durable_file import prove_writable
from service.diagnosis.finding import Finding, failed, ok, skipped, warning
from service.plug_settings import GrpcSettings, ModbusSettings, OpcuaSettings
from service.settings import Settings

PATIENCE_S: Final = 3.0
LEAST_FREE_BYTES: Final = 64 * 2**20
MOST_OFF_S: Final = 1.0
GIB: Final = 2**30

_NTP_PORT: Final = 123
_NTP_ASKS: Final = b"\x1b" + 47 * b"\0"
_SINCE_1900_S: Final = 2_208_988_800


def check_port(settings: Settings) -> Finding:
    """Whether the service can listen, or listens already."""
    place = f"{settings.host}:{settings.port}"
    problem = _bound(settings.host, settings.port)
    if problem is None:
        return ok("port", f"{place} is free")
    answer = _asked(settings, "/health/ready")
    if answer is None or "x-request-id" not in answer.headers:
        return failed("port", f"{place}: {problem}", "stop what listens there, or set LEAK_INSPECTION_PORT")
    if answer.status_code == httpx.codes.OK:
        return ok("port", f"the service listens on {place} and is ready")
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        return ok("port", f"the service listens on {place}; its readiness is protected by a key")
    red = "; ".join(f"{name}: {text}" for name, text in _checks(answer).items() if text != "ok")
    return failed("port", f"the service listens on {place} and is not ready: {red}", "see the runbook")


def check_modbus_port(settings: Settings) -> Finding:
    """Whether controllers can be answered, where they are."""
    remedy = "set LEAK_INSPECTION_MODBUS_PORT to a free one above 1024"
    return _plug_port("modbus", settings, settings.modbus, remedy)


def check_grpc_port(settings: Settings) -> Finding:
    """Whether clients of the Open Inference Protocol can be answered over gRPC."""
    return _plug_port("grpc", settings, settings.grpc, "set LEAK_INSPECTION_GRPC_PORT to a free one")


def check_opcua_port(settings: Settings) -> Finding:
    """Whether clients of OPC UA can be answered."""
    return _plug_port("opcua", settings, settings.opcua, "set LEAK_INSPECTION_OPCUA_PORT to a free one")


def _plug_port(
    plug: str, settings: Settings, own: ModbusSettings | GrpcSettings | OpcuaSettings, remedy: str
) -> Finding:
    if not own.enabled:
        return skipped(plug, "off")
    problem = _bound(own.host, own.port)
    if problem is None:
        return ok(plug, f"{own.host}:{own.port} is free")
    if is_serving(settings):
        return ok(plug, f"{own.host}:{own.port} is taken, as it should be while the service runs")
    return failed(plug, f"{own.host}:{own.port}: {problem}", remedy)


def check_data_folder(settings: Settings) -> Finding:
    """Whether the record can be written."""
    folder = settings.data_dir
    try:
        prove_writable(folder)
    except OSError as error:
        remedy = f"let the user {os.geteuid()} write there, or set LEAK_INSPECTION_DATA_DIR"
        return failed("data folder", f"{folder} cannot be written: {error.strerror}", remedy)
    return ok("data folder", f"{folder} can be written")


def check_disk(settings: Settings) -> Finding:
    """Whether journal and pictures have the room they may take."""
    free = shutil.disk_usage(_existing(settings.data_dir)).free
    used = _size(settings.journal_path) + _tree_size(settings.pictures_folder)
    wanted = max(0, settings.journal.max_bytes + settings.archive.max_bytes - used)
    text = f"{free / GIB:.1f} GiB free, journal and pictures may take {wanted / GIB:.1f} GiB more"
    if free < LEAST_FREE_BYTES:
        return failed("disk", text, "make room: without it no decision can be kept, and none is given")
    if free < wanted:
        remedy = "make room, or lower LEAK_INSPECTION_JOURNAL_MAX_BYTES and LEAK_INSPECTION_ARCHIVE_MAX_BYTES"
        return warning("disk", text, remedy)
    return ok("disk", text)


def check_clock(server: str | None) -> Finding:
    """Whether the clock is right: by an NTP server where one is named, else by what the system says of itself."""
    if server is None:
        return _own_opinion()
    try:
        off_s = ntp_offset_s(server)
    except OSError as error:
        return warning("clock", f"{server} does not answer ({error})", "name a server that does with --ntp")
    text = f"{off_s:+.3f} s against {server}"
    if abs(off_s) > MOST_OFF_S:
        return failed("clock", text, "synchronise it (NTP): pictures are called stale or future by it")
    return ok("clock", text)


def ntp_offset_s(server: str, port: int = _NTP_PORT) -> float:
    """Seconds by which this clock is ahead of an NTP server (RFC 4330).

    Raises:
        OSError: no answer within the patience.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(PATIENCE_S)
        sent = time.time()
        asking.sendto(_NTP_ASKS, (server, port))
        answer, _ = asking.recvfrom(512)
        arrived = time.time()
    if len(answer) < len(_NTP_ASKS) or not answer[1]:  # stratum 0 is a refusal
        raise OSError("it gives no time")
    seconds, fraction = struct.unpack("!II", answer[40:48])
    return float((sent + arrived) / 2 - (seconds - _SINCE_1900_S + fraction / 2**32))


def _own_opinion() -> Finding:
    command = shutil.which("timedatectl")
    if command is None:
        return skipped("clock", "nothing here says whether it is right: name an NTP server with --ntp")
    try:
        said = subprocess.run(  # noqa: S603  # a fixed command of the system
            (command, "show", "--property=NTPSynchronized", "--value"),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return skipped("clock", "the system does not say whether it is right: name an NTP server with --ntp")
    if said == "yes":
        return ok("clock", "the system says that it is synchronised")
    return warning("clock", "the system says that it is not synchronised", "switch time synchronisation (NTP) on")


def is_serving(settings: Settings) -> bool:
    """Whether the service runs on this machine, by its own answer."""
    answer = _asked(settings, "/health/live")
    return answer is not None and "x-request-id" in answer.headers


def _bound(host: str, port: int) -> str | None:
    """Why an address cannot be listened on, None where it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        return str(error.strerror or error).partition(" (")[0]
    return None


def _asked(settings: Settings, path: str) -> httpx.Response | None:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104  # it is asked, not bound
    try:
        return httpx.get(f"http://{host}:{settings.port}{path}", timeout=PATIENCE_S, trust_env=False)
    except httpx.HTTPError:
        return None


def _checks(answer: httpx.Response) -> dict[str, str]:
    try:
        checks = answer.json().get("checks", {})
    except ValueError:
        return {}
    return checks if isinstance(checks, dict) else {}


def _existing(folder: Path) -> Path:
    return next((one for one in (folder.absolute(), *folder.absolute().parents) if one.exists()), Path("/"))


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _tree_size(folder: Path) -> int:
    return sum(_size(path) for path in folder.rglob("*")) if folder.is_dir() else 0
