"""The outcome of a commissioning in words, and as an entry of the cameras file."""

from collections.abc import Iterator

from service.contract.commissioning.commissioning import Commissioning
from service.contract.commissioning.cut import Cut, Terms
from service.contract.commissioning.prediction import FACTOR, Shares, agreement
from service.contract.manifest import SceneRate

MOST_NAMED = 20


def describe(outcome: Commissioning, terms: Terms) -> Iterator[str]:
    """What was seen and is predicted, a line each."""
    yield f"{outcome.pictures} different pictures in {outcome.scenes} scenes"
    yield from _shares(f"at the artefact's own threshold {terms.threshold.value:.4g} they give", outcome.at_own)
    if outcome.cut is not None:
        yield _cut(outcome.cut, terms)
    if outcome.predicted is not None:
        yield from _shares("predicted with this cut for scenes it was not chosen on", outcome.predicted)
    if outcome.suspects:
        yield f"pictures that score as leaks do: {len(outcome.suspects)}; look at them"
        yield from (f"  {name}" for name in outcome.suspects[:MOST_NAMED])
        if len(outcome.suspects) > MOST_NAMED:
            yield "  ..."


def describe_check(predicted: Shares, seen: Shares) -> Iterator[str]:
    """Prediction and observation beside each other, a line for each share."""
    for name in Shares._fields:
        before, after = getattr(predicted, name), getattr(seen, name)
        agreed = agreement(before, after)
        within = "within" if agreed.within_factor else "NOT within"
        interval = "in" if agreed.in_interval else "OUTSIDE"
        yield (
            f"{name.replace('_', ' ')}: predicted {_rate(before)}, observed {after.value:.2%}: {agreed.ratio:.2f} times"
            f" ({within} a factor of {FACTOR:g}, {interval} the interval)"
        )


def entry(camera: str, artifact: str, outcome: Commissioning) -> Iterator[str]:
    """Lines for the cameras file; nothing where no cut was chosen."""
    if outcome.cut is None or outcome.predicted is None:
        return
    alarms, unknown = outcome.predicted.alarms, outcome.predicted.unknown
    yield f"# Commissioned on {outcome.pictures} pictures of {outcome.scenes} scenes."
    yield f"# Predicted: {alarms.value:.2%} of pictures leak, {unknown.value:.2%} unknown."
    yield f'[cameras."{camera}".threshold]'
    yield f'artifact = "{artifact}"'
    yield f"value = {outcome.cut.value:.6g}"


def _cut(cut: Cut, terms: Terms) -> str:
    if terms.lowest_leak is None:
        return f"the cut stays {cut.value:.4g}: no leak's score is known, which could let it move (--leaks)"
    allowed = f"{cut.upper:.4g}, {terms.margin:g} of the lowest known leak's score"
    return f"a cut of {cut.value:.4g} lies between {cut.lower:.4g}, which good wells need, and {allowed}"


def _shares(what: str, shares: Shares) -> Iterator[str]:
    yield f"{what}:"
    yield f"  leak     {_rate(shares.alarms)} of pictures, {_rate(shares.alarms_by_scene)} of a scene on average"
    yield f"  unknown  {_rate(shares.unknown)} of pictures, {_rate(shares.unknown_by_scene)} of a scene on average"


def _rate(rate: SceneRate) -> str:
    return f"{rate.value:.2%} ({rate.low:.2%} to {rate.high:.2%})"
