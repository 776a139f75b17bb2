"""A camera that sends MJPEG over HTTP, as a server of loopback: multipart/x-mixed-replace, drawn pictures."""

import base64
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle

import numpy as np

from service.contract.picture import Pixels
from tests.pictures import jpeg

INTERVAL_S = 0.05
TYPE = 'multipart/x-mixed-replace; boundary="--frame"'
PART = "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {size}\r\n\r\n"


def showing(frame: Pixels) -> Callable[[], bytes]:
    """Files of a frame, each with the noise of its own exposure, as a camera would send it."""
    random = np.random.default_rng(4)
    noisy = [np.clip(frame + random.normal(0, 1.5, frame.shape), 0, 255).astype(np.uint8) for _ in range(12)]
    files = cycle([jpeg(one) for one in noisy])
    return lambda: next(files)


class MjpegCamera:
    """Sends what ``picture`` gives, ``INTERVAL_S`` apart, to whoever knows user and password.

    Args:
        picture: gives the next file.
        port: to listen on, 0 for a free one.
        credentials: ``user:password``, or None where anybody may look.
        content_type: of the whole answer.
        part: what stands before each file, with its ``size``.
    """

    def __init__(
        self,
        picture: Callable[[], bytes],
        port: int = 0,
        credentials: str | None = None,
        content_type: str = TYPE,
        part: str = PART,
    ) -> None:
        self.picture = picture
        self.content_type = content_type
        self.part = part
        self.running = threading.Event()
        self.running.set()
        self._closed = threading.Event()
        self._credentials = credentials
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stall(self) -> None:
        """Keep the connection, and send nothing until ``running`` is set again."""
        self.running.clear()

    def close(self) -> None:
        """Break the connections and listen no more."""
        self._closed.set()
        self.running.set()
        self._server.shutdown()
        self._server.server_close()

    def _knows(self, header: str | None) -> bool:
        if self._credentials is None:
            return True
        return header == "Basic " + base64.b64encode(self._credentials.encode()).decode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        camera = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # the name that http.server asks for
                if not camera._knows(self.headers["Authorization"]):
                    self.send_response(401)
                    self.send_header("WWW-Authenticate", 'Basic realm="camera"')
                    self.end_headers()
                    return
                self.send_response(200)
                self.send_header("Content-Type", camera.content_type)
                self.end_headers()
                while not camera._closed.wait(INTERVAL_S):
                    camera.running.wait()
                    data = camera.picture()
                    try:
                        self.wfile.write(camera.part.format(size=len(data)).encode() + data + b"\r\n")
                    except OSError:
                        return

            def log_message(self, *_: object) -> None:
                return

        return Handler
