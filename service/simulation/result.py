"""What became of the simulated crops: counted, timed, and summed up for a person or a program."""

from array import array
from collections import Counter
from dataclasses import dataclass, field

import numpy as np


@dataclass(slots=True)
class SimulationResult:
    """Counts of crops; times are those of requests, from the moment each was due, so that no delay hides another."""

    wanted_per_s: float
    sent: int = 0
    requests: int = 0
    held_back: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    latencies_s: "array[float]" = field(default_factory=lambda: array("d"))
    latest_start_s: float = 0.0
    elapsed_s: float = 0.0

    def summary(self) -> dict[str, object]:
        """Return the figures as JSON knows them: crops, rates in crops a second, times in milliseconds."""
        return {
            "elapsed_s": round(self.elapsed_s, 3),
            "wanted_crops_per_s": round(self.wanted_per_s, 3),
            "sent_crops_per_s": round(self.sent / self.elapsed_s, 3) if self.elapsed_s else 0.0,
            "sent": self.sent,
            "requests": self.requests,
            "verdicts": dict(self.verdicts),
            "refused": dict(self.refused),
            "held_back": self.held_back,
            "latency_ms": self._latency_ms(),
            "latest_start_ms": round(self.latest_start_s * 1000, 3),
        }

    def text(self) -> str:
        """Return the figures in a few lines."""
        counts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(self.verdicts.items())) or "none"
        refused = ", ".join(f"{count} with {code}" for code, count in sorted(self.refused.items())) or "none"
        latency = {name: "-" if value is None else f"{value} ms" for name, value in self._latency_ms().items()}
        rate = self.sent / self.elapsed_s if self.elapsed_s else 0.0
        return "\n".join(
            [
                f"sent      {self.sent} crops in {self.requests} requests",
                f"rate      {rate:.1f} crops a second of {self.wanted_per_s:.1f} wanted",
                f"verdicts  {counts}",
                f"refused   {refused}",
                f"held back {self.held_back} (too many answers outstanding)",
                f"latency   p50 {latency['p50']}, p99 {latency['p99']}, worst {latency['max']}",
                f"client    at worst {self.latest_start_s * 1000:.1f} ms behind its own schedule",
            ]
        )

    def _latency_ms(self) -> dict[str, float | None]:
        if not self.latencies_s:
            return {"p50": None, "p99": None, "max": None}
        p50, p99 = (float(value) for value in np.quantile(self.latencies_s, (0.5, 0.99)))
        return {
            name: round(value * 1000, 3) for name, value in (("p50", p50), ("p99", p99), ("max", max(self.latencies_s)))
        }
