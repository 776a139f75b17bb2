#!/bin/sh
# A server of grpcio sees a deadline that is later than the client's, by up to one per cent: 10 s become 10.1 s.
#
# Version: grpcio 1.85.3, Linux x86_64, Python 3.11.
#
# The protocol has room for eight digits of microseconds, but the client's core rounds what is left up to two or three
# digits before it sends the header grpc-timeout, so that few different values come up. The client itself gives up at its
# own deadline. What a server starts within the difference (a whole second of a deadline of 100 s) is for nobody, and the
# clock of a test that holds `context.time_remaining()` against the timeout it gave finds more time than it gave.
# Remedy: take the time that is left for an upper bound, not for what the caller waits.
#
# Output seen:
#   timeout 10 s: the server sees more than 10.05 s: True
#   timeout 100 s: the server sees more than 100.5 s: True
#
# Installs into a temporary folder; fails if the behaviour is another. Needs a loopback port.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check grpcio==1.85.3
cat > "$folder/show.py" <<'PYTHON'
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc

left = []


class Handler(grpc.GenericRpcHandler):
    def service(self, _details):
        return grpc.unary_unary_rpc_method_handler(lambda _body, context: left.append(context.time_remaining()) or b"")


server = grpc.server(ThreadPoolExecutor(1), handlers=(Handler(),))
port = server.add_insecure_port("127.0.0.1:0")
server.start()
with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
    ask = channel.unary_unary("/any/call")
    ask(b"", wait_for_ready=True)
    for timeout in (10, 100):
        ask(b"", timeout=timeout)
server.stop(None)
found = []
for timeout, seen in zip((10, 100), left[1:]):
    found.append(seen > timeout * 1.005)
    print(f"timeout {timeout} s: the server sees more than {timeout * 1.005:g} s: {found[-1]}")
sys.exit(None if all(found) else "the behaviour has changed")
PYTHON
"$folder/venv/bin/python" "$folder/show.py"
