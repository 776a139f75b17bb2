"""Incidents: whatever keeps the service from its work, from when it begins until it ends, each told once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from service.contract.journal_entry import Event, EventKind, new_id

PATIENCE_S = 1.0
"""What is over sooner is told nobody."""

Source = Callable[[], Mapping[str, str]]
"""What is wrong now: by kind, one sentence that says what it means or what to do."""


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident that lasts: its kind, since when, and in one sentence what it is.

    Kinds are ``overload``, the checks of readiness (``model``, ``self_test``, ``journal``), ``refused_artifact``,
    ``stored_state``, ``shadow``, the followers of the journal (``postgresql``, ``webhook``), plugs (``mqtt``,
    ``modbus``, ``opcua``), and cameras (``commissioning``, ``misaligned``, ``stream``); more may be added at any time.
    """

    kind: str
    since: datetime
    text: str


class IncidentMonitor:
    """Looks at its sources again and again, and turns what they say into events; for the event loop's thread alone."""

    def __init__(self, sources: Sequence[Source], clock: Callable[[], float] = monotonic) -> None:
        self._sources = [*sources]
        self._clock = clock
        self._seen: dict[str, float] = {}
        self._standing: dict[str, Incident] = {}

    @property
    def standing(self) -> list[Incident]:
        """The incidents that have begun and not ended, the longest first."""
        return list(self._standing.values())

    def add(self, source: Source) -> None:
        self._sources.append(source)

    def look(self) -> list[Event]:
        """Return what has changed since the last look: incidents that have ended, then those that have begun."""
        found = {kind: text for source in self._sources for kind, text in source().items()}
        ended = [self._standing.pop(kind) for kind in [*self._standing] if kind not in found]
        now = self._clock()
        self._seen = {kind: self._seen.get(kind, now) for kind in found}
        lasting = {kind: text for kind, text in found.items() if now - self._seen[kind] >= PATIENCE_S}
        begun = [kind for kind in lasting if kind not in self._standing]
        for kind, text in lasting.items():
            known = self._standing.get(kind)
            self._standing[kind] = Incident(kind, known.since if known else datetime.now(UTC), text)
        return [
            *(_event(EventKind.TROUBLE_ENDED, incident) for incident in ended),
            *(_event(EventKind.TROUBLE_BEGAN, self._standing[kind]) for kind in begun),
        ]


def _event(kind: EventKind, incident: Incident) -> Event:
    since = incident.since.isoformat().replace("+00:00", "Z")
    payload = {"trouble": incident.kind, "since": since, "text": incident.text}
    return Event(new_id(), kind, datetime.now(UTC), payload=payload)
