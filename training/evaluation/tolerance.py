"""What held-out good wells can promise of false alarms, whatever the distribution of their scores."""

import math

from pydantic import JsonValue
from scipy.stats import binom

from service.contract.errors import RecipeError, TooFewPictures
from training.evaluation.rates import CONFIDENCE, Array, upper_bound

FLOAT32_NOISE = 5e-7


def groups_needed(budget: float) -> int:
    """How many groups of good wells a budget needs: 299 for 1 %, 598 for 0.5 %.

    Raises:
        RecipeError: the budget is not above 0 and below 1.
    """
    require_share("budget", budget)
    return math.ceil(math.log(1 - CONFIDENCE) / math.log1p(-budget))


def tolerance_limit(good: Array, budget: float) -> tuple[float, float]:
    """A cut and the bound that it keeps, whatever the distribution (Wilks, Ann. Math. Stat. 12, 1941).

    Equality is a leak, so the cut lies above the order statistic, by what float32 scores of one picture differ between
    batches and machines: its own score, however often it occurs, passes.
    """
    needed = groups_needed(budget)
    if good.size < needed:
        raise TooFewPictures(
            f"a false-alarm budget of {budget:g} needs {needed} groups of good wells that the model was not trained on,"
            f" and there are {good.size}: keep more for calibration or allow a larger budget"
        )
    alarms = int(binom.ppf(1 - CONFIDENCE, good.size, budget)) - 1
    return float(good[good.size - 1 - alarms]) * (1 + FLOAT32_NOISE), upper_bound(alarms, good.size)


def require_share(name: str, value: JsonValue) -> None:
    """Refuse what is no number above 0 and below 1.

    Raises:
        RecipeError: it is none.
    """
    if not isinstance(value, float | int) or not 0 < value < 1:
        raise RecipeError(f"{name} must be above 0 and below 1, not {value!r}: correct it")
