"""Home Assistant's discovery: each well announces itself as a sensor of a problem."""

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence

import orjson

from service.judging.serving import SOFTWARE_VERSION
from service.monitoring.cameras_file import Camera
from service.plugs.mqtt.messages import UNNAMED, Message, status_topic, well_topic

MOST_WELLS = 20_000


class Discovery:
    """Announces the wells of the cameras file, and others when they are first seen.

    Args:
        topics: the prefix under which Home Assistant looks.
        prefix: of the service's own topics.
        cameras: those of the cameras file.
    """

    def __init__(self, topics: str, prefix: str, cameras: Mapping[str, Camera]) -> None:
        self._topics = topics
        self._prefix = prefix
        self._known: dict[tuple[str | None, str | None], None] = {
            (camera_id, well_id): None for camera_id, camera in cameras.items() for well_id in camera.wells
        }

    def known(self) -> Sequence[Message]:
        """Announce every well that is known."""
        return [self._announcement(*well) for well in self._known]

    def seen(self, camera_id: str | None, well_id: str | None) -> Iterator[Message]:
        """Announce a well that was not known."""
        well = (camera_id, well_id)
        if well not in self._known and len(self._known) < MOST_WELLS:
            self._known[well] = None
            yield self._announcement(*well)

    def _announcement(self, camera_id: str | None, well_id: str | None) -> Message:
        state = well_topic(self._prefix, camera_id, well_id, "state")
        content = {
            "name": f"{camera_id or UNNAMED} {well_id or UNNAMED}",
            "unique_id": f"leak-inspection {state}",
            "device_class": "problem",
            "state_topic": state,
            "value_template": "{{ 'ON' if value_json.alarm else 'OFF' }}",
            "json_attributes_topic": state,
            "availability_topic": status_topic(self._prefix),
            "device": {
                "identifiers": [f"leak-inspection {self._prefix}"],
                "name": f"leak-inspection {self._prefix}",
                "sw_version": SOFTWARE_VERSION,
            },
        }
        object_id = f"{re.sub('[^A-Za-z0-9_-]', '_', state)}_{zlib.crc32(state.encode()):08x}"
        return Message(f"{self._topics}/binary_sensor/{object_id}/config", orjson.dumps(content), retain=True)
