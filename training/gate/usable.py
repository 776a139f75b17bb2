"""Whether the service would judge such pictures at all, before anything is fitted."""

from collections import Counter
from typing import Final

import numpy as np

from service.contract.errors import DataError
from service.contract.gate.gate import Gate
from service.contract.manifest import GateLimits, InputSpec
from training.dataset.data import small_pictures
from training.dataset.splits import Split

MOST_PICTURES: Final = 200
MOST_REFUSED: Final = 0.5
SPEC: Final = InputSpec(height=64, width=64)


def require_usable(parts: Split) -> None:
    """Judge good wells by what every gate refuses, whatever it has learnt: black, white and flat pictures.

    Raises:
        DataError: it refuses more than half of them; the commonest reason is named.
    """
    good = parts.fit_good or parts.calibration_good
    rows = np.linspace(0, len(good) - 1, min(len(good), MOST_PICTURES)).astype(int)
    gate = Gate(GateLimits(), SPEC).of_any_size()
    judged = gate.judge_all(small_pictures([good[row] for row in rows]))
    reasons = Counter(one.doubt.value for one in judged if one.doubt is not None)
    if reasons.total() > MOST_REFUSED * len(judged):
        reason, _ = reasons.most_common(1)[0]
        raise DataError(
            f"the service would refuse {reasons.total()} of {len(judged)} good pictures, most as {reason}: nothing "
            "useful can be learnt from them; look at them, and at the camera's exposure and depth"
        )
