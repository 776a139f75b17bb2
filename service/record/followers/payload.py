"""What a webhook gets of an event: its JSON as it is, or one of the receiver's shape with the event's fields."""

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path
from string import Template

import orjson
from pydantic import JsonValue

from service.contract.errors import SetupError
from service.contract.journal_entry import Event

FIELDS = (
    "event_id",
    "kind",
    "at",
    "camera_id",
    "well_id",
    "decision_id",
    "verdict",
    "score_ratio",
    "state",
    "operator",
)


class PayloadTemplate:
    """A JSON value in whose texts ``${camera_id}`` and the like stand for an event's fields (``FIELDS``).

    The texts are filled after the JSON has been read, so no field can break out of its text. What an event has not
    got is empty.
    """

    def __init__(self, shape: JsonValue) -> None:
        self._shape = shape

    def fill(self, event: Event) -> JsonValue:
        """Return the shape with the event's fields."""
        given = orjson.loads(orjson.dumps(event, option=orjson.OPT_UTC_Z))
        fields = {**given, **event.payload}
        return _filled(self._shape, {name: _text(fields.get(name)) for name in FIELDS})


def read_template(path: Path) -> PayloadTemplate:
    """Read a template.

    Raises:
        SetupError: it cannot be read, is no JSON, or names a field that no event has.
    """
    try:
        shape = orjson.loads(path.read_bytes())
        _filled(shape, dict.fromkeys(FIELDS, ""))
    except OSError as error:
        raise SetupError(f"the webhook's template {path} cannot be read: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise SetupError(f"the webhook's template {path} is no JSON: {error}") from error
    except (KeyError, ValueError) as error:
        raise SetupError(f"the webhook's template {path}: {error}: known are {', '.join(FIELDS)}; $$ is $") from error
    return PayloadTemplate(shape)


def signature(secret: bytes, body: bytes) -> str:
    """Sign a body: ``sha256=`` and the HMAC-SHA256 in hexadecimal digits."""
    return f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}"


def _filled(shape: JsonValue, fields: Mapping[str, str]) -> JsonValue:
    if isinstance(shape, str):
        return Template(shape).substitute(fields)
    if isinstance(shape, list):
        return [_filled(each, fields) for each in shape]
    return {name: _filled(each, fields) for name, each in shape.items()} if isinstance(shape, dict) else shape


def _text(value: JsonValue) -> str:
    return "" if value is None else str(value)
