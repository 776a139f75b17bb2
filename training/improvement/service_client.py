"""A running service as training sees it: reviewed pictures come from it, and it judges with a candidate as shadow."""

import json
import re
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final, Self
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from service.contract.errors import SetupError
from training.dataset.reviews import LINES, PICTURES
from training.dataset.whole_file import replacing

PATIENCE_S: Final = 30.0
SHA256: Final = re.compile("[0-9a-f]{64}")
PAGE: Final = 200
GONE: Final = 404
SUFFIXES: Final = {"image/jpeg": ".jpg", "image/png": ".png"}
FIELDS: Final = (
    "decision_id",
    "camera_id",
    "well_id",
    "captured_at",
    "received_at",
    "verdict",
    "score",
    "threshold",
    "image_sha256",
)

Json = dict[str, Any]


class ServiceClient:
    """Calls a service; every failure says which call, and what to do."""

    def __init__(self, url: str, key: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._headers = {"Accept": "application/json"} | ({} if key is None else {"X-API-Key": key})

    @classmethod
    def at(cls, url: str, key_file: Path | None) -> Self:
        """The service at an address, with the key that a file holds."""
        try:
            return cls(url, None if key_file is None else key_file.read_text(encoding="utf-8").strip())
        except OSError as error:
            raise SetupError(f"{key_file} cannot be read ({error.strerror}): name the file of a key") from error

    def served(self) -> str:
        """Which artefact answers."""
        return str(self._json("v1/model")["artifact"])

    def shadow(self) -> Json | None:
        """The shadow model, None where there is none."""
        shadow: Json | None = self._json("v1/model/shadow")["shadow"]
        return shadow

    def choose_shadow(self, artifact: str, every: int, operator: str, reason: str) -> None:
        """Let an artefact judge beside the served one; needs a key with the role admin."""
        form = {"artifact": artifact, "every": every, "operator": operator, "reason": reason}
        self._call("v1/model/shadow", json.dumps(form).encode())

    def export(self, folder: Path) -> int:
        """Write what ``leak-inspection export-reviews`` would: pictures first, the lines when all are there.

        Returns:
            How many reviewed decisions there are. Pictures that an interrupted call has written are not read again.
        """
        pictures = folder / PICTURES
        pictures.mkdir(parents=True, exist_ok=True)
        count = 0
        with replacing(folder / LINES) as draft, draft.open("w", encoding="utf-8") as lines:
            for decision in self._reviewed():
                path = f"v1/decisions/{quote(decision['decision_id'])}"
                reviews = self._json(f"{path}/review")["items"]
                said = [
                    {"at": one["created_at"], **{name: one[name] for name in ("verdict", "reviewer", "comment")}}
                    for one in reversed(reviews)
                ]
                if not SHA256.fullmatch(decision["image_sha256"]):  # it becomes the name of a file
                    raise SetupError(f"{self.url} gives {decision['image_sha256']!r:.80} for a sha256")
                line = {name: decision[name] for name in FIELDS} | {"artifact": decision["model"]["artifact"]}
                line |= {"picture": self._picture(path, decision["image_sha256"], pictures), "reviews": said}
                lines.write(json.dumps(line) + "\n")
                count += 1
        return count

    def _reviewed(self) -> Iterator[Json]:
        query = {"reviewed": "true", "limit": PAGE}
        while True:
            page = self._json(f"v1/decisions?{urlencode(query)}")
            yield from page["items"]
            if page["next_cursor"] is None:
                return
            query["cursor"] = page["next_cursor"]

    def _picture(self, path: str, sha256: str, folder: Path) -> str | None:
        for suffix in SUFFIXES.values():
            if (folder / f"{sha256}{suffix}").exists():
                return f"{sha256}{suffix}"
        try:
            data, media_type = self._call(f"{path}/picture")
        except FileNotFoundError:
            return None
        name = f"{sha256}{SUFFIXES.get(media_type, '.bin')}"
        with replacing(folder / name) as draft:
            draft.write_bytes(data)
        return name

    def _json(self, path: str) -> Json:
        try:
            answer: Json = json.loads(self._call(path)[0])
        except FileNotFoundError as error:
            raise SetupError(f"{self.url}/{path} is not there: is it a service of this version?") from error
        except ValueError as error:
            raise SetupError(f"{self.url}/{path} answers no JSON: is it the address of a service?") from error
        return answer

    def _call(self, path: str, body: bytes | None = None) -> tuple[bytes, str]:
        headers = self._headers | ({} if body is None else {"Content-Type": "application/json"})
        request = Request(f"{self.url}/{path}", body, headers)  # noqa: S310  # the command takes http and https alone
        try:
            with urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
                return answer.read(), answer.headers.get_content_type()
        except HTTPError as error:
            if error.code == GONE:
                raise FileNotFoundError(path) from error
            raise SetupError(f"{self.url}/{path} answers {error.code}: {_detail(error)}") from error
        except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
            raise SetupError(f"{self.url} cannot be reached ({error}): is the service running there?") from error


def _detail(error: HTTPError) -> str:
    try:
        return str(json.loads(error.read())["detail"])
    except (ValueError, KeyError, TypeError, OSError):
        return str(error.reason)
