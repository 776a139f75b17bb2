"""A server that speaks as much of S3 as a reader needs: objects of a folder, a bucket each subfolder."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, root: Path, *given: Any) -> None:  # noqa: ANN401  # the server's
        self._root = root
        super().__init__(*given)

    def do_GET(self) -> None:  # the server's name
        address = urlsplit(self.path)
        asked = parse_qs(address.query, keep_blank_values=True)
        path = self._root / unquote(address.path).strip("/")
        if path.is_dir() and "list-type" in asked:
            self._answer(200, self._listing(path, asked).encode())
        elif path.is_file():
            self._answer(200, path.read_bytes())
        else:
            self._answer(404, f"{HEAD}<Error><Code>NoSuchBucket</Code><Message>none</Message></Error>".encode())

    do_HEAD = do_GET  # noqa: N815  # the server's name

    def _listing(self, bucket: Path, asked: dict[str, list[str]]) -> str:
        prefix = asked.get("prefix", [""])[0]
        keys = sorted(str(path.relative_to(bucket)) for path in bucket.rglob("*") if path.is_file())
        entries = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{(bucket / key).stat().st_size}</Size>"
            "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
            for key in keys
            if key.startswith(prefix)
        )
        return f"{HEAD}<ListBucketResult><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>"

    def _answer(self, status: int, content: bytes) -> None:
        first, last = 0, len(content) - 1
        if status == 200 and (wanted := self.headers.get("Range")):
            first, last = (int(part) for part in wanted.removeprefix("bytes=").split("-"))
            last = min(last, len(content) - 1)
            status = 206
        self.send_response(status)
        self.send_header("Content-Length", str(last - first + 1))
        if status == 206:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
        self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content[first : last + 1])

    def log_message(self, *_given: object) -> None:
        """Say nothing."""


@contextmanager
def object_store(root: Path) -> Iterator[str]:
    """Serve the folders of ``root`` as buckets; yields HOST:PORT."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, root)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
