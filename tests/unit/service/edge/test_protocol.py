"""Heads and bodies on the wire."""

import asyncio

import pytest

from service.edge.protocol import OnePacket

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"


class Wire(asyncio.Transport):
    """Keeps what is sent, a packet each."""

    def __init__(self) -> None:
        super().__init__()
        self.packets: list[bytes] = []
        self.closed = False
        self.ended = False

    def write(self, data: bytes) -> None:  # type: ignore[override]  # bytes are all that is ever sent
        self.packets.append(data)

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.ended = True

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        """Nothing comes by itself."""

    resume_reading = pause_reading

    def is_closing(self) -> bool:
        return self.closed


@pytest.fixture
def wire() -> Wire:
    return Wire()


async def test_head_and_body_leave_together(wire: Wire) -> None:
    packet = OnePacket(wire, asyncio.get_running_loop())
    packet.write(HEAD)
    packet.write(b"body")
    await asyncio.sleep(0)
    assert wire.packets == [HEAD + b"body"]


async def test_a_head_that_nothing_follows_leaves_all_the_same(wire: Wire) -> None:
    OnePacket(wire, asyncio.get_running_loop()).write(HEAD)
    await asyncio.sleep(0)
    assert wire.packets == [HEAD]


async def test_what_comes_later_is_sent_as_it_comes(wire: Wire) -> None:
    packet = OnePacket(wire, asyncio.get_running_loop())
    packet.write(HEAD)
    packet.write(b"first")
    packet.write(b"second")
    assert wire.packets == [HEAD + b"first", b"second"]


async def test_closing_sends_what_waits(wire: Wire) -> None:
    packet = OnePacket(wire, asyncio.get_running_loop())
    packet.write(HEAD)
    packet.close()
    assert wire.packets == [HEAD]
    assert wire.closed


async def test_nothing_is_sent_after_the_end(wire: Wire) -> None:
    packet = OnePacket(wire, asyncio.get_running_loop())
    packet.write(HEAD)
    packet.write_eof()
    packet.write(b"late")
    assert (wire.packets, wire.ended, wire.closed) == ([HEAD], True, False)


async def test_nothing_is_sent_on_a_connection_that_is_gone(wire: Wire) -> None:
    packet = OnePacket(wire, asyncio.get_running_loop())
    packet.write(HEAD)
    wire.close()
    await asyncio.sleep(0)
    assert wire.packets == []


async def test_everything_else_is_the_transports(wire: Wire) -> None:
    assert OnePacket(wire, asyncio.get_running_loop()).closed is False
