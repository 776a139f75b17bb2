"""The gates of all cameras: limits of their own laid over the artefact's."""

from collections.abc import Mapping, Sequence

from service.contract.gate.gate import Gate, Gated
from service.contract.manifest import GateLimits, InputSpec
from service.contract.picture import Pixels


class Gates:
    """The gate of each camera: the artefact's limits, and for some cameras limits of their own."""

    def __init__(self, limits: GateLimits, spec: InputSpec, overrides: Mapping[str, GateLimits] | None = None) -> None:
        self._common = Gate(limits, spec)
        self._own = {camera: Gate(merge(limits, own), spec) for camera, own in (overrides or {}).items()}

    def of(self, camera_id: str | None) -> Gate:
        """Return the gate for a camera; unknown and unnamed cameras share the artefact's."""
        return self._own.get(camera_id, self._common) if camera_id is not None else self._common

    def judge_all(self, pictures: Sequence[Pixels], cameras: Sequence[str | None]) -> list[Gated]:
        """Judge pictures in their order, each by the limits of its camera."""
        if not self._own:
            return self._common.judge_all(pictures)
        by_gate: dict[Gate, list[int]] = {}
        for place, camera_id in enumerate(cameras):
            by_gate.setdefault(self.of(camera_id), []).append(place)
        judged: dict[int, Gated] = {}
        for gate, places in by_gate.items():
            judged |= zip(places, gate.judge_all([pictures[place] for place in places]), strict=True)
        return [judged[place] for place in range(len(pictures))]


def merge(limits: GateLimits, override: GateLimits) -> GateLimits:
    """Lay a camera's own limits over the artefact's: what the override states wins, figure by figure.

    >>> from service.contract.manifest import Range
    >>> camera = GateLimits.model_validate({"figures": {"brightness": {"low": 40}}})
    >>> merge(GateLimits(figures={"contrast": Range(low=4)}), camera).figures["contrast"].low
    4.0
    """
    stated = {name: getattr(override, name) for name in override.model_fields_set}
    for name in ("figures", "detectors"):
        if name in stated:
            stated[name] = {**getattr(limits, name), **stated[name]}
    return limits.model_copy(update=stated)
