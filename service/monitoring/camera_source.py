"""Where the frames of a camera are pulled from: ``[cameras.X.source]`` of the cameras file."""

from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

READABLE = ("rtsp", "rtsps", "http", "https", "file", "genicam")


class CameraSource(BaseModel):
    """A stream and who may read it.

    ``frames_per_second`` are handed over at most, without it one in the camera's interval; ``credentials_file`` has
    ``user:password`` in one line. Its path, and that of a ``file:``, may be relative to the cameras file.
    ``transport`` is how RTSP brings its packets.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    frames_per_second: Annotated[float, Field(gt=0, le=60)] | None = None
    credentials_file: Path | None = None
    transport: Literal["tcp", "udp"] = "tcp"

    @property
    def extra(self) -> str:
        """What has to be installed to read it, as an extra of the distribution."""
        return "gige" if self.url.startswith("genicam:") else "streams"

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        try:
            parts = urlsplit(self.url)
            _ = parts.port
        except ValueError:
            raise ValueError(
                "url is no address: write rtsp://HOST/PATH, http://HOST/PATH, file:PATH or genicam:ADDRESS"
            ) from None
        if parts.scheme not in READABLE:
            raise ValueError(f"url must begin with one of {', '.join(f'{name}:' for name in READABLE)}")
        if parts.scheme == "genicam":
            self._require_address(parts.path)
        else:
            self._require_whole(parts)
        if self.transport != "tcp" and parts.scheme != "rtsp":
            raise ValueError("transport is that of rtsp:, leave it out")
        return self

    def _require_address(self, address: str) -> None:
        try:
            IPv4Address(address)
        except ValueError:
            raise ValueError("url of a GigE Vision camera is genicam:ADDRESS, with its IPv4 address") from None
        if self.credentials_file is not None:
            raise ValueError("GigE Vision knows no passwords: leave credentials_file out")

    def _require_whole(self, parts: SplitResult) -> None:
        if "@" in parts.netloc:
            raise ValueError("url must hold no password: write user:password into a file and name it credentials_file")
        if parts.scheme != "file" and not parts.hostname:
            raise ValueError("url names no host: write rtsp://HOST/PATH or http://HOST/PATH")
        if parts.scheme == "file" and (parts.netloc or not parts.path or self.credentials_file is not None):
            raise ValueError("url of a file is file:PATH, and takes no credentials_file")
