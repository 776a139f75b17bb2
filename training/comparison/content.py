"""What the report of a comparison says, before it has a form: plain data that survives a round trip through JSON."""

from dataclasses import dataclass, replace
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from service.contract.errors import DataError
from service.contract.manifest import Rate, Threshold
from training.evaluation.content import PartScores
from training.report.pictures import Example

Content = TypeVar("Content", bound="FitReport | ComparisonReport")


@dataclass(frozen=True, slots=True)
class FitReport:
    """One candidate fitted with one seed.

    Attributes:
        seed: of weights and order.
        threshold: as chosen on the calibration part.
        parts: scores by part ("choice", "report", "synthetic", ...), in the order in which they are shown.
        families: TPR on synthetic leaks, by family.
        disturbances: TNR on good wells under harmless disturbances, by kind.
        fit_losses: mean loss of each epoch on the wells that are fitted.
        held_out_losses: the same on wells that are not; empty where it was not measured.
        fit_s: time to fit.
        score_us: microseconds to score one picture.
        size_bytes: of ``model.onnx``; 0 where nothing can be exported.
        examples: the worst pictures, worst first.
    """

    seed: int
    threshold: Threshold
    parts: dict[str, PartScores]
    families: dict[str, Rate]
    disturbances: dict[str, Rate]
    fit_losses: tuple[float, ...]
    held_out_losses: tuple[float, ...]
    fit_s: float
    score_us: float
    size_bytes: int
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class CandidateReport:
    """One recipe with all its seeds.

    Attributes:
        name: of the recipe.
        summary: one sentence.
        merits: what the selection rule looks at, by the name of the column, in its order of weight.
        fits: one a seed.
        shown_seed: the fit whose plots are drawn; of the chosen candidate, the one that is exported.
        reference: true for a yardstick that is never exported.
    """

    name: str
    summary: str
    merits: dict[str, float]
    fits: tuple[FitReport, ...]
    shown_seed: int
    reference: bool = False

    @property
    def hardest(self) -> tuple[str, Rate] | None:
        """The disturbance under which the fewest good wells pass."""
        return min(self.shown.disturbances.items(), key=lambda item: item[1].value, default=None)

    @property
    def passed_disturbed(self) -> float:
        """The mean share of good wells passed, over all disturbances."""
        rates = [rate.value for rate in self.shown.disturbances.values()]
        return sum(rates) / max(len(rates), 1)

    @property
    def shown(self) -> FitReport:
        """The fit whose plots are drawn."""
        return next(fit for fit in self.fits if fit.seed == self.shown_seed)


@dataclass(frozen=True, slots=True)
class ComparisonReport:
    """The whole comparison: candidates best first.

    Attributes:
        title: headline of the page.
        made_at: RFC 3339 UTC.
        command: how to make it again.
        rule: the selection rule in words.
        first_words: whether another day was seen.
        half_width: of the best merit's 95 % interval over scenes: what is nearer to it counts as equal.
        chosen: name of the candidate that is exported; None where the comparison has not been finished.
        candidates: best first, references where they rank.
        groups: size of each part, in groups of equal pictures.
        notes: what the reader should know of the data (contradictions, unreadable files), a sentence each.
        versions: of libraries and machine.
    """

    title: str
    made_at: str
    command: str
    rule: str
    chosen: str | None
    candidates: tuple[CandidateReport, ...]
    groups: dict[str, int]
    notes: tuple[str, ...] = ()
    versions: dict[str, str] | None = None
    first_words: str = ""
    half_width: float = 0.0


def to_json(content: FitReport | ComparisonReport) -> bytes:
    """Serialise, for resuming a comparison or drawing its report again."""
    return TypeAdapter(type(content)).dump_json(content)


def from_json(kind: type[Content], data: bytes) -> Content:
    """Read what :func:`to_json` wrote.

    Raises:
        DataError: the bytes are something else, or from another version.
    """
    try:
        return TypeAdapter(kind).validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the file"
        raise DataError(f"this is no {kind.__name__}: {field}: {first['msg']}: run the comparison again") from error


def without_pictures(report: ComparisonReport) -> ComparisonReport:
    """Take the examples out: the form in which a report may be published."""
    candidates = tuple(
        replace(candidate, fits=tuple(replace(fit, examples=()) for fit in candidate.fits))
        for candidate in report.candidates
    )
    return replace(report, candidates=candidates)
