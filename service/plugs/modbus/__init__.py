"""Modbus TCP: the handshake of programmable controllers, in registers of which no 0 ever means that a well is good."""
