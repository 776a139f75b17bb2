"""Connections of controllers, bounded: pymodbus keeps each for ever, also of one whose power has failed."""

import asyncio
import socket

from pymodbus.server import ModbusTcpServer
from pymodbus.server.requesthandler import ServerRequestHandler

MOST_CONNECTIONS = 200
PROBES = ((socket.TCP_KEEPIDLE, 20), (socket.TCP_KEEPINTVL, 5), (socket.TCP_KEEPCNT, 4))
"""A peer that has vanished without a word is given up after 40 s."""


class BoundedModbusServer(ModbusTcpServer):
    """Refuses connections beyond ``MOST_CONNECTIONS``."""

    def callback_new_connection(self) -> ServerRequestHandler:
        """Make what serves one connection."""
        return ProbedConnection(self, self.trace_packet, self.trace_pdu, self.trace_connect)

    @property
    def full(self) -> bool:
        """Whether there are more connections than there is room for."""
        return len(self.active_connections) > MOST_CONNECTIONS


class ProbedConnection(ServerRequestHandler):
    """One connection, of which the system asks now and then whether the peer is still there."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to serve, or close at once where there is no room."""
        super().connection_made(transport)
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in PROBES:
            connection.setsockopt(socket.IPPROTO_TCP, option, value)
        if self.server.full:
            self.close()
