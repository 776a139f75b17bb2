"""What Sparkplug 3.0 demands of an edge node's messages, held against what a foreign decoder has read of them.

Each rule names its clause in the specification (chapters 4 to 6).
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

MONTH_MS = 31 * 24 * 3600 * 1000


class Told(NamedTuple):
    """A metric."""

    name: str
    datatype: str
    value: object
    timestamp: int
    historical: bool


@dataclass
class Spoken:
    """One message of an edge node."""

    topic: str
    kind: str
    quality: int
    retained: bool
    seq: int | None
    timestamp: int
    metrics: list[Told]

    @property
    def device(self) -> str | None:
        return self.topic.partition(self.kind)[2].partition("/")[2].partition("/")[2] or None

    def values(self, *, historical: bool = False) -> dict[str, object]:
        return {one.name: one.value for one in self.metrics if one.historical is historical}


@dataclass
class Rules:
    """Follows the messages of one edge node from its first birth on."""

    group: str
    node: str
    bd_seq: int | None = None
    seq: int = -1
    alive: bool = False
    devices: dict[str, dict[str, Told]] = field(default_factory=dict)
    own: dict[str, Told] = field(default_factory=dict)

    def hold(self, messages: Sequence[Spoken]) -> None:
        for message in messages:
            place = [self.group, message.kind, self.node, *([message.device] if message.device else [])]
            assert message.topic == "/".join(["spBv1.0", *place])  # tck-id-topic-structure
            assert abs(message.timestamp - time.time() * 1000) < MONTH_MS  # payloads-timestamp-in-UTC
            assert not message.retained
            getattr(self, message.kind.lower())(message)

    def nbirth(self, message: Spoken) -> None:
        assert (message.quality, message.seq) == (0, 0)  # topics-nbirth-mqtt, -seq-num
        self.own = {one.name: one for one in message.metrics}
        assert (self.own["bdSeq"].datatype, self.own["bdSeq"].historical) == ("INT64", False)  # -bdseq-included
        number = self.own["bdSeq"].value
        assert isinstance(number, int)
        if not self.alive and self.bd_seq is not None:
            assert number == (self.bd_seq + 1) % 256  # topics-nbirth-bdseq-increment
        if self.alive:
            assert number == self.bd_seq  # operational-behavior-data-commands-rebirth-action-3
        rebirth = self.own["Node Control/Rebirth"]
        assert (rebirth.datatype, rebirth.value) == ("BOOLEAN", False)  # payloads-nbirth-rebirth-req
        self.alive, self.bd_seq, self.seq = True, number, 0
        self.devices = {}

    def dbirth(self, message: Spoken) -> None:
        self._counts(message)  # message-flow-device-birth-publish-nbirth-wait
        assert message.device is not None
        names = [one.name for one in message.metrics]
        assert len(set(names)) == len(names)
        assert all(one.datatype != "UNKNOWN" for one in message.metrics)  # payloads-metric-datatype-req
        self.devices[message.device] = {one.name: one for one in message.metrics}

    def ddata(self, message: Spoken) -> None:
        self._counts(message)
        assert message.device in self.devices  # payloads-ddata-order
        self._data(message, self.devices[message.device])

    def ndata(self, message: Spoken) -> None:
        self._counts(message)
        self._data(message, self.own)

    def ddeath(self, message: Spoken) -> None:
        self._counts(message)  # payloads-ddeath-seq-inc
        assert message.device is not None
        del self.devices[message.device]

    def ndeath(self, message: Spoken) -> None:
        assert message.seq is None  # payloads-ndeath-seq
        assert message.quality == 1  # payloads-ndeath-will-message-qos
        assert message.values() == {"bdSeq": self.bd_seq}  # payloads-ndeath-bdseq
        self.alive, self.devices = False, {}

    def _counts(self, message: Spoken) -> None:
        assert self.alive, "a message before the birth"
        assert message.quality == 0
        self.seq = (self.seq + 1) % 256
        assert message.seq == self.seq  # payloads-sequence-num-incrementing

    def _data(self, message: Spoken, known: dict[str, Told]) -> None:
        for one in message.metrics:
            assert one.name in known, one  # operational-behavior-data-publish-dbirth
            if not one.historical:
                before = known[one.name]
                assert one.value != before.value, one  # operational-behavior-data-publish-dbirth-change
                assert one.timestamp >= before.timestamp, one  # operational-behavior-data-publish-dbirth-order
                known[one.name] = one
