"""A camera that sends H.264 over RTSP in one TCP connection, as a server of loopback; FFmpeg makes its RTP packets."""

import base64
import socket
import socketserver
import struct
import threading
from collections.abc import Sequence
from fractions import Fraction
from itertools import count
from time import time

import av
from av.video.stream import VideoStream

from service.contract.picture import Pixels

RATE = 10
KEYFRAMES_APART = 10
SINCE_1900_S = 2_208_988_800
SDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"


class RtspCamera:
    """Sends frames, ``RATE`` a second, and begins again behind the last one.

    ``lost`` are the numbers of pictures, from the first of a connection, of which no packet is sent; ``clock_off_s``
    says how far the times of its reports (RTCP) are from the right ones, None for no reports.
    """

    def __init__(
        self,
        frames: Sequence[Pixels],
        credentials: str | None = None,
        lost: frozenset[int] = frozenset(),
        clock_off_s: float | None = None,
    ) -> None:
        self.frames = frames
        self.lost = lost
        self.clock_off_s = clock_off_s
        self.closed = threading.Event()
        self._credentials = credentials
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.closed.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: str) -> str:
        """The answer to a request, as text."""
        lines = request.split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
        method, address = lines[0].split()[:2]
        more, body = "", ""
        if method == "DESCRIBE" and not self._knows(headers.get("Authorization")):
            return f'RTSP/1.0 401 Unauthorized\r\nCSeq: {headers["CSeq"]}\r\nWWW-Authenticate: Basic realm="c"\r\n\r\n'
        if method == "DESCRIBE":
            more, body = f"Content-Base: {address}\r\nContent-Type: application/sdp\r\n", SDP
        if method == "SETUP":
            more = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
        head = f"RTSP/1.0 200 OK\r\nCSeq: {headers['CSeq']}\r\nSession: 1\r\n{more}"
        return f"{head}Content-Length: {len(body)}\r\n\r\n{body}"

    def play(self, connection: socket.socket) -> None:
        """Send pictures until the peer or the camera goes."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as packets:
            packets.bind(("127.0.0.1", 0))
            packets.setblocking(False)
            with av.open(f"rtp://127.0.0.1:{packets.getsockname()[1]}", "w", format="rtp") as container:
                stream = container.add_stream("libx264", rate=RATE, options={"bf": "0", "tune": "zerolatency"})
                assert isinstance(stream, VideoStream)
                stream.height, stream.width = self.frames[0].shape[:2]
                stream.pix_fmt, stream.gop_size = "yuv420p", KEYFRAMES_APART
                stream.options |= {"crf": "18", "preset": "ultrafast", "sc_threshold": "0"}
                for number in count():
                    if self.closed.wait(1 / RATE):
                        return
                    picture = av.VideoFrame.from_ndarray(self.frames[number % len(self.frames)])
                    picture.pts, picture.time_base = number, Fraction(1, RATE)
                    container.mux(stream.encode(picture))
                    sent = _waiting(packets)
                    if number not in self.lost:
                        connection.sendall(b"".join(_framed(0, one) for one in sent))
                    if self.clock_off_s is not None:
                        connection.sendall(_framed(1, _report(sent[-1], time() + self.clock_off_s)))

    def _knows(self, header: str | None) -> bool:
        known = self._credentials
        return known is None or header == "Basic " + base64.b64encode(known.encode()).decode()

    def _handler(self) -> type[socketserver.StreamRequestHandler]:
        camera = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                request = ""
                try:
                    while line := self.rfile.readline().decode():
                        request += line
                        if line != "\r\n":
                            continue
                        self.wfile.write(camera.answer(request).encode())
                        if request.startswith("PLAY"):
                            camera.play(self.connection)
                            return
                        request = ""
                except OSError:
                    return

        return Handler


def _framed(channel: int, packet: bytes) -> bytes:
    return struct.pack("!cBH", b"$", channel, len(packet)) + packet


def _report(packet: bytes, now: float) -> bytes:
    """A sender's report (RFC 3550, 6.4.1): the time of a packet of RTP is this one of the clock."""
    stamp, source = struct.unpack_from("!II", packet, 4)
    return struct.pack("!BBHIIIIII", 0x80, 200, 6, source, int(now) + SINCE_1900_S, int(now % 1 * 2**32), stamp, 0, 0)


def _waiting(packets: socket.socket) -> list[bytes]:
    found = []
    while True:
        try:
            found.append(packets.recv(65536))
        except BlockingIOError:
            return found
