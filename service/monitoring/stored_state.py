"""The small files of the data folder that are gone, damaged, or say another thing than the record: an incident."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Gauge

STORED_STATE: Final = "stored_state"
"""The kind of the incident."""

logger = logging.getLogger(__name__)

Doubts = Callable[[], Mapping[str, str]]
"""By the name of a file, one sentence that says what is wrong with it and what counts meanwhile."""


class StoredState:
    """Gathers what is wrong with stored files; each is logged once, counted, and stands until it is well again."""

    def __init__(self, registry: CollectorRegistry, sources: Sequence[Doubts]) -> None:
        self._sources = sources
        self._told: dict[str, str] = {}
        lost = Gauge(
            "leak_inspection_lost_state_files",
            "Small files of the data folder that are gone, damaged, or say another thing than the record.",
            registry=registry,
        )
        lost.set_function(lambda: len(self.doubts()))

    def doubts(self) -> dict[str, str]:
        """Say by file what is wrong with it."""
        return {name: text for source in self._sources for name, text in source().items()}

    def problems(self) -> dict[str, str]:
        """Say all of it, as an incident."""
        found = self.doubts()
        for name, text in found.items():
            if name not in self._told:
                logger.error("a stored file is in doubt", extra={"file": name, "problem": text})
        self._told = found
        return {STORED_STATE: "; ".join(f"{name}: {text}" for name, text in found.items())} if found else {}
