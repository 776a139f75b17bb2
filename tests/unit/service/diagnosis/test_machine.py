"""Checks of the machine, against real sockets and folders."""

import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from service.diagnosis.finding import Finding, State
from service.diagnosis.machine import (
    check_data_folder,
    check_disk,
    check_grpc_port,
    check_modbus_port,
    check_opcua_port,
    check_port,
    ntp_offset_s,
)
from service.settings import Settings
from tests.ports import free_port

SINCE_1900_S = 2_208_988_800


@contextmanager
def time_server(ahead_s: float, stratum: int = 2) -> Iterator[int]:
    """An NTP server for one question; gives its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def answer() -> None:
            question, address = server.recvfrom(512)
            whole, part = divmod(time.time() + ahead_s + SINCE_1900_S, 1)
            head = bytes((0x1C, stratum)) + bytes(38)
            server.sendto(head + struct.pack("!II", int(whole), int(part * 2**32)) + question[:0], address)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)


def test_a_clock_is_compared_with_a_time_server() -> None:
    with time_server(ahead_s=-90) as port:
        assert ntp_offset_s("127.0.0.1", port) == pytest.approx(90, abs=1)


def test_a_time_server_that_refuses_gives_no_time() -> None:
    with time_server(ahead_s=0, stratum=0) as port, pytest.raises(OSError, match="gives no time"):
        ntp_offset_s("127.0.0.1", port)


def test_a_free_port_is_fine_and_one_that_something_else_has_is_not(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        threading.Thread(target=_hang_up, args=(other,), daemon=True).start()
        taken = check_port(settings.model_copy(update={"port": port}))
    free = check_port(settings.model_copy(update={"port": 0}))
    assert (free.state, taken.state) == (State.OK, State.FAILED)
    assert "LEAK_INSPECTION_PORT" in taken.remedy


def test_a_full_disk_and_a_small_one_are_told_apart(settings: Settings) -> None:
    small = settings.journal.model_copy(update={"max_bytes": 2**60})
    assert check_disk(settings.model_copy(update={"journal": small})).state is State.WARNING
    tiny = settings.journal.model_copy(update={"max_bytes": 0})
    none = settings.archive.model_copy(update={"max_bytes": 0})
    assert check_disk(settings.model_copy(update={"journal": tiny, "archive": none})).state is State.OK


def test_a_data_folder_that_cannot_be_made_is_told(settings: Settings) -> None:
    (settings.data_dir / "file").touch()
    found = check_data_folder(settings.model_copy(update={"data_dir": settings.data_dir / "file" / "data"}))
    assert found.state is State.FAILED
    assert f"user {os.geteuid()}" in found.remedy
    assert check_data_folder(settings).state is State.OK


def _hang_up(server: socket.socket) -> None:
    with server.accept()[0] as connection:
        connection.recv(1024)


@pytest.mark.parametrize(
    ("plug", "check"), [("modbus", check_modbus_port), ("grpc", check_grpc_port), ("opcua", check_opcua_port)]
)
def test_the_port_of_a_plug_is_free_or_named(plug: str, check: Callable[[Settings], Finding]) -> None:
    assert check(Settings()).state is State.SKIPPED
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        nobody = {"port": free_port(), plug: {"enabled": True, "port": port}}
        found = check(Settings.model_validate(nobody))
        assert found.state is State.FAILED
        assert str(port) in found.text
    assert check(Settings.model_validate(nobody)).state is State.OK
