"""The study as one table: a line a figure, for spreadsheets."""

from collections.abc import Iterator

from service.control_room.gauge_study.agreement import Appraiser
from service.control_room.gauge_study.rates import Kappa, Share
from service.control_room.gauge_study.repeatability import Repeatability
from service.control_room.gauge_study.study import GaugeStudy

COLUMNS = ("section", "name", "figure", "count", "of", "value", "low", "high", "why")
OWN_FIGURES = ("mean", "grr_percent", "tolerance_percent", "categories", "nearest_well", "nearest_sigmas")

Row = tuple[object, ...]


def rows_of(study: GaugeStudy) -> Iterator[Row]:
    """Give the lines in the order of ``COLUMNS``; None where there is nothing to say."""
    agreement = study.agreement
    for figure in ("pictures", "reference_leak", "reference_good", "unanswered"):
        yield _plain("study", agreement.reference, figure, getattr(agreement, figure))
    for appraiser in (*agreement.reviewers, agreement.system):
        yield from _appraiser(appraiser)
    for pair in agreement.pairs:
        name = f"{pair.first} / {pair.second}"
        yield _share("pair", name, "agreement", pair.agreement)
        yield _kappa("pair", name, pair.kappa)
    yield _share("between", None, "agreement", agreement.between)
    if agreement.kappa is not None:
        yield _kappa("between", None, agreement.kappa)
    for camera in study.repeatability:
        yield from _camera(camera)


def _appraiser(appraiser: Appraiser) -> Iterator[Row]:
    section = "system" if appraiser.reviewer is None else "reviewer"
    for figure in ("pictures", "answers", "undecided"):
        yield _plain(section, appraiser.reviewer, figure, getattr(appraiser, figure))
    for figure in ("within", "effectiveness", "misses", "false_alarms"):
        share = getattr(appraiser, figure)
        if share is not None:
            yield _share(section, appraiser.reviewer, figure, share)
    if appraiser.kappa is not None:
        yield _kappa(section, appraiser.reviewer, appraiser.kappa)


def _camera(camera: Repeatability) -> Iterator[Row]:
    name = f"{camera.camera_id or '~'} / {camera.artifact}"
    for figure in ("wells", "pictures", "differences"):
        yield _plain("score", name, figure, getattr(camera, figure))
    yield ("score", name, "sigma", None, None, camera.sigma, camera.sigma_low, camera.sigma_high, None)
    for figure in OWN_FIGURES:
        yield ("score", name, figure, None, None, getattr(camera, figure), None, None, None)


def _plain(section: str, name: str | None, figure: str, count: int) -> Row:
    return (section, name, figure, count, None, None, None, None, None)


def _share(section: str, name: str | None, figure: str, share: Share) -> Row:
    return (section, name, figure, share.count, share.of, share.value, share.low, share.high, None)


def _kappa(section: str, name: str | None, kappa: Kappa) -> Row:
    return (section, name, "kappa", None, kappa.pictures, kappa.value, kappa.low, kappa.high, kappa.why)
