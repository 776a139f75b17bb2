"""What each well has shown lately: no camera ever takes the same picture twice, nor one of two wells."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

MOST_WELLS = 20_000
KEPT = 16
MOST_PICTURES = 40_000
MANY_WELLS = 3

Well = tuple[str | None, str | None]
"""Camera and well."""


class Shown(NamedTuple):
    """When a picture arrived, on a monotonic clock in seconds, and when it was taken by the camera's own clock."""

    arrived: float
    captured_at: datetime | None


@dataclass(slots=True)
class _Well:
    """The last pictures of a well, each with its first showing; ``now`` is the last one."""

    pictures: dict[int, Shown] = field(default_factory=dict)
    content: int = 0
    now: Shown | None = None


class ShownPictures:
    """Remembers the last ``KEPT`` different pictures of each well, fewer where there are many wells.

    All in constant time. Of more than ``MOST_WELLS`` wells the one that has been unseen for longest is forgotten.
    """

    def __init__(self) -> None:
        self._wells: OrderedDict[Well, _Well] = OrderedDict()
        self._showing: dict[tuple[str | None, int], set[Well]] = {}

    def note(self, well: Well, content: int, shown: Shown) -> float:
        """Remember a picture; return for how many seconds it has been known, by whichever clock says more."""
        known = self._known(well)
        if known.now is None or known.content != content:
            self._hide(well, known)
            self._showing.setdefault((well[0], content), set()).add(well)
        known.content, known.now = content, shown
        first = known.pictures.get(content)
        if first is None:
            self._remember(known.pictures, content, shown)
            return 0.0
        seen_s = shown.arrived - first.arrived
        if shown.captured_at is None or first.captured_at is None:
            return seen_s
        return max(seen_s, (shown.captured_at - first.captured_at).total_seconds())

    def is_shared(self, well: Well, content: int) -> bool:
        """Say whether other wells of the camera show the picture of a well now too.

        Two wells must have come in one request, or have been taken at the same time: pictures may move on by a well
        from frame to frame, where wells are named anew. Three wells are enough by themselves.
        """
        wells = self._showing.get((well[0], content), ())
        if len(wells) < 2:  # noqa: PLR2004  # it is alone
            return False
        if len(wells) >= MANY_WELLS:
            return True
        one, other = (self._wells[each].now for each in wells)
        if one is None or other is None:
            return False
        return one.arrived == other.arrived or (one.captured_at is not None and one.captured_at == other.captured_at)

    def _known(self, well: Well) -> _Well:
        known = self._wells.get(well)
        if known is not None:
            self._wells.move_to_end(well)
            return known
        if len(self._wells) >= MOST_WELLS:
            self._hide(*self._wells.popitem(last=False))
        known = self._wells[well] = _Well()
        return known

    def _remember(self, pictures: dict[int, Shown], content: int, shown: Shown) -> None:
        most = min(KEPT, MOST_PICTURES // len(self._wells))
        while len(pictures) >= most:
            del pictures[next(iter(pictures))]
        pictures[content] = shown

    def _hide(self, well: Well, known: _Well) -> None:
        """A well shows its last picture no longer."""
        if known.now is None:
            return
        showing = self._showing[well[0], known.content]
        showing.remove(well)
        if not showing:
            del self._showing[well[0], known.content]
