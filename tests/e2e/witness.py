"""Witnesses of a shift: what the event stream told, what the page showed, which alerts fired, each with its time."""

import json
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any, Self

import httpx

from tests.e2e.running_service import RunningService
from tests.e2e.seen_when import Sighting
from tests.e2e.visitor import Visitor, chromium
from tests.e2e.watched import Watched

LOOK_EVERY_S = 0.1
SLACK_S = 2.0
PATIENCE_S = 30.0
SEEN = """() => [...document.querySelectorAll(".banner, .card, #summary-headline")].map((node) => node.textContent)"""

Json = dict[str, Any]


class Witness:
    """Looks on from threads of its own; times are seconds on the monotonic clock."""

    def __init__(self, service: RunningService, watched: Watched) -> None:
        self.events: list[tuple[float, str, Json]] = []
        self.alerts: list[tuple[float, str, str]] = []
        self.pages: list[tuple[float, list[str]]] = []
        self.complaints: list[str] = []
        self._service = service
        self._watched = watched
        self._over = threading.Event()
        looks = (self._listen, self._look_at_alerts, self._look_at_page)
        self._threads = [threading.Thread(target=look, daemon=True) for look in looks]

    def __enter__(self) -> Self:
        """Begin to look."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look away."""
        self.look_away()

    def look_away(self) -> None:
        """Look no longer."""
        self._over.set()
        for thread in self._threads:
            thread.join(30)

    @property
    def slack_s(self) -> float:
        """What this machine adds to any time: so slowly did it let the page be looked at."""
        times = [at for at, _ in self.pages]
        return SLACK_S + max(later - earlier for earlier, later in pairwise(times))

    def told(self, name: str, is_it: Callable[[Json], bool], after: float) -> float | None:
        """Seconds from ``after`` until the stream told such an event; None: it has not."""
        return next((at - after for at, kind, data in self.events if kind == name and at > after and is_it(data)), None)

    def told_of(self, name: str, key: str) -> set[object]:
        """Every value that events of that name had under a key."""
        return {data[key] for _, kind, data in self.events if kind == name}

    def shown(self, words: list[str], after: float) -> float | None:
        """Seconds from ``after`` until the page showed words together, as a card or a banner; None: it has not."""
        return next(
            (at - after for at, seen in self.pages if at > after and any(all(w in one for w in words) for one in seen)),
            None,
        )

    def fired(self, alert: str, camera_id: str, after: float) -> float | None:
        """Seconds from ``after`` until an alert fired; None: it has not."""
        return next((at - after for at, *what in self.alerts if what == [alert, camera_id] and at > after), None)

    def measured(self, expression: str, after: float) -> float | None:
        """Seconds from ``after`` until Prometheus had a result of an expression; None: it has not."""
        return self._watched.first_seen(expression, time.time() - time.monotonic() + after)

    def in_time(self, seconds: float | None, sighting: Sighting) -> None:
        """Assert that something was seen, and within the time that the runbook states."""
        assert seconds is not None, f"{sighting.name}: not seen"
        assert seconds < sighting.within_s + self.slack_s, sighting

    def all_fired(self, after: float) -> set[tuple[str, str]]:
        """Every alert that began to fire since, with its camera."""
        return {(alert, camera_id) for at, alert, camera_id in self.alerts if at > after}

    def _listen(self) -> None:
        with httpx.stream("GET", f"{self._service.address}/v1/events", timeout=PATIENCE_S) as answer:
            name = ""
            for line in answer.iter_lines():
                if self._over.is_set():
                    return
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "data" and name != "decisions":
                    self.events.append((time.monotonic(), name, json.loads(value)))

    def _look_at_alerts(self) -> None:
        firing: set[tuple[str, str]] = set()
        while not self._over.wait(LOOK_EVERY_S):
            fires = {(labels["alertname"], labels.get("camera_id", "")) for labels in self._watched.firing()}
            self.alerts += ((time.monotonic(), *alert) for alert in fires - firing)
            firing = fires

    def _look_at_page(self) -> None:
        with chromium() as browser:
            visitor = Visitor(browser, self._service.address)
            page = visitor.go()
            while not self._over.wait(LOOK_EVERY_S):
                self.pages.append((time.monotonic(), page.evaluate(SEEN)))
            self.complaints = visitor.complaints + visitor.strange_requests
            visitor.leave()


def holds(data: Json, **fields: object) -> bool:
    """Whether an event has these fields."""
    return all(data[name] == value for name, value in fields.items())


def trouble(kind: str, which: str, data: Json) -> bool:
    """Whether an event tells of a trouble."""
    return bool(data["kind"] == kind and data["payload"]["trouble"] == which)
