"""The tally of a shadow model: verdicts of pictures that both artefacts judged, and those on which they differ."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

import numpy as np
from pydantic import BaseModel

from service.contract.decision import Decision, Verdict
from service.contract.scenes.rates import wilson

MOST_FLIPS: Final = 200
MOST_CAMERAS: Final = 200
MOST_WELLS: Final = 2000
POOLED: Final = ""
"""Where pictures without an id are counted, and those of wells beyond the most."""


class Flip(BaseModel):
    """A picture that gets another verdict from the shadow; ratios are score by threshold, each artefact's own."""

    decision_id: str
    at: datetime
    camera_id: str | None
    well_id: str | None
    served: Verdict
    served_ratio: float | None
    shadow: Verdict
    shadow_ratio: float | None

    @classmethod
    def of(cls, served: Decision, shadow: Decision) -> Self:
        return cls(
            decision_id=served.decision_id,
            at=served.received_at,
            camera_id=served.camera_id,
            well_id=served.well_id,
            served=served.verdict,
            served_ratio=served.score_ratio,
            shadow=shadow.verdict,
            shadow_ratio=shadow.score_ratio,
        )


@dataclass(frozen=True, slots=True)
class VerdictAgreement:
    """Share of pictures with the same verdict, with its 95 % interval over so many wells."""

    value: float
    low: float
    high: float
    wells: int


class ShadowTally(BaseModel):
    """What became of pictures that both judged, while ``against`` was served; bounded, whatever callers name.

    ``verdicts`` counts by camera, then by the served verdict, then by the shadow's; ``wells`` holds how many pictures
    of each well there were and how many of them got the same verdict twice.
    """

    against: str
    judged: int = 0
    verdicts: dict[str, dict[Verdict, dict[Verdict, int]]] = {}
    wells: dict[str, tuple[int, int]] = {}
    flips: deque[Flip] = deque(maxlen=MOST_FLIPS)

    def model_post_init(self, _context: object) -> None:
        self.flips = deque(self.flips, MOST_FLIPS)

    def add(self, served: Decision, shadow: Decision) -> bool:
        """Count a picture; tell whether the verdicts differ."""
        self.judged += 1
        camera = served.camera_id or POOLED
        if camera not in self.verdicts and len(self.verdicts) >= MOST_CAMERAS:
            camera = POOLED
        row = self.verdicts.setdefault(camera, {}).setdefault(served.verdict, {})
        row[shadow.verdict] = row.get(shadow.verdict, 0) + 1
        same = served.verdict is shadow.verdict
        well = f"{served.camera_id}/{served.well_id}"
        if well not in self.wells and len(self.wells) >= MOST_WELLS:
            well = POOLED
        pictures, agreed = self.wells.get(well, (0, 0))
        self.wells[well] = pictures + 1, agreed + same
        if not same:
            self.flips.append(Flip.of(served, shadow))
        return not same

    @property
    def flipped(self) -> int:
        """How many pictures got two verdicts, those no longer listed too."""
        return sum(pictures - agreed for pictures, agreed in self.wells.values())

    def agreement(self) -> VerdictAgreement | None:
        """How often both say the same; None before the first picture.

        Pictures of one well are nearly equal and no proofs of their own. So the interval is Wilson's with the number of
        pictures divided by the design effect of whole wells (Kish 1965, section 5.4); where all wells agree alike,
        which leaves no spread to measure, it is that of so many wells.
        """
        if not self.judged:
            return None
        counts = np.array(list(self.wells.values()), np.float64)
        share = float(counts[:, 1].sum() / counts[:, 0].sum())
        return VerdictAgreement(share, *wilson(share, _independent(counts, share)), len(counts))


def _independent(counts: np.ndarray[tuple[int, int], np.dtype[np.float64]], share: float) -> float:
    """How many independent pictures those of all wells, [W, (pictures, agreed)], are worth: W at least in doubt."""
    wells, pictures = len(counts), float(counts[:, 0].sum())
    residuals = counts[:, 1] - share * counts[:, 0]
    variance = wells / max(wells - 1, 1) * float((residuals**2).sum()) / pictures**2
    if wells == 1 or variance == 0:
        return float(wells)
    return min(pictures, share * (1 - share) / variance)
