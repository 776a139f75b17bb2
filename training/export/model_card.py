"""``MODEL_CARD.md`` of an artefact: what people must know before they trust it; headings as on the Hugging Face hub."""

from dataclasses import dataclass

from service.contract.manifest import Manifest, Metrics, Rate
from training.dataset.origin import Origin
from training.evaluation.content import CorruptionRates
from training.evaluation.strategies import FITTED_TO_BOTH
from training.report.templating import environment

BLIND_BELOW = 0.9
TOUCHY_BELOW = 0.98


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What the manifest does not hold.

    Attributes:
        artifact: id of the artefact.
        origins: by class ("good", "leak"), see :func:`training.dataset.origin.describe_origin`.
        division: how good wells and leaks were divided, see :func:`training.dataset.splits.division`.
        families: TPR of the exported model on synthetic leaks, by family; empty where not measured.
        disturbances: TNR of good wells under harmless disturbances, by kind; empty where not measured.
        robustness: verdicts under corruptions, gate off and on; empty where not measured.
        warnings: what people must know of how the threshold was chosen.
        fit_s: time to fit.
        score_us: microseconds to score one picture.
        size_bytes: of ``model.onnx``.
        machine: on which the times were measured.
    """

    artifact: str
    origins: dict[str, Origin]
    division: str
    families: dict[str, Rate]
    disturbances: dict[str, Rate]
    robustness: tuple[CorruptionRates, ...]
    fit_s: float
    score_us: float
    size_bytes: int
    machine: str
    warnings: tuple[str, ...] = ()


def render_card(manifest: Manifest, facts: CardFacts) -> str:
    """Write the card; the person and day of approval stay open for people to fill in.

    Families below 90 % TPR are named as blind spots, disturbances below 98 % TNR as causes of false alarms.
    """
    card = (
        environment(FITTED_TO_BOTH)
        .get_template("model_card.md")
        .render(
            manifest=manifest,
            facts=facts,
            results={part: found for part, metrics in manifest.metrics.items() if (found := _results(metrics))},
            blind_spots=_weakest(facts.families, BLIND_BELOW),
            touchy=_weakest(facts.disturbances, TOUCHY_BELOW),
        )
    )
    return "".join(f"{line.rstrip()}\n" for line in card.splitlines())


def _weakest(rates: dict[str, Rate], below: float) -> list[tuple[str, Rate]]:
    weak = [(name, rate) for name, rate in rates.items() if rate.value < below]
    return sorted(weak, key=lambda item: item[1].value)


def _results(metrics: Metrics) -> list[tuple[str, str, float]]:
    """Type (as the hub names it), name and value of each metric that was measured."""
    found = (
        ("recall", "TPR, leaks found", metrics.tpr.value if metrics.tpr else None),
        ("specificity", "TNR, good wells passed", metrics.tnr.value if metrics.tnr else None),
        ("roc_auc", "AUROC", metrics.auroc),
    )
    return [(kind, name, value) for kind, name, value in found if value is not None]
