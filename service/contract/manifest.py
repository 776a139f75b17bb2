"""The manifest of an artefact, schema version 1."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from service.contract.decision import Reason, Verdict
from service.contract.drift_index import DRIFT_FIGURES
from service.contract.levels import Levels

SCHEMA_VERSION = 1

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
RelativePath = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$")]
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sharpen(_Part):
    """Blend of a picture with its 3 x 3 smoothing, clipped to 0..255, before the resize.

    ``factor`` 1 changes nothing, 0 gives the smoothed picture, larger values sharpen (PIL's ImageEnhance.Sharpness).
    """

    kind: Literal["sharpen"] = "sharpen"
    factor: Annotated[float, Field(ge=0, le=100)]


class InputSpec(_Part):
    """How a picture of any size becomes the graph's ``pixels``: the steps in order, then the resize."""

    height: Annotated[int, Field(ge=8, le=1024)]
    width: Annotated[int, Field(ge=8, le=1024)]
    resize: Literal["linear_or_area"] = "linear_or_area"
    steps: tuple[Sharpen, ...] = ()


class Rate(_Part):
    """``hits`` of ``total`` with the two-sided 95 % Clopper-Pearson interval."""

    hits: Annotated[int, Field(ge=0)]
    total: Annotated[int, Field(ge=0)]
    value: Share
    low: Share
    high: Share


class SceneRate(_Part):
    """Mean of a rate over scenes (for leaks: events), each weighing the same, whatever the number of its pictures.

    The two-sided 95 % interval comes from a bootstrap over whole scenes; where every scene agrees, which leaves no
    spread, it is Clopper-Pearson's of so many scenes.
    """

    scenes: Annotated[int, Field(ge=1)]
    value: Share
    low: Share
    high: Share


class ServedMetrics(_Part):
    """Verdicts as the service gives them, gate included; ``unknown`` is an alarm. Absent classes are null.

    ``tpr`` counts leaks that raise an alarm, ``called_leak`` those called ``leak``; ``tnr`` good wells that get
    ``no_leak``, ``refused`` those that get ``unknown``.
    """

    tpr: Rate | None = None
    called_leak: Rate | None = None
    tnr: Rate | None = None
    tnr_by_scene: SceneRate | None = None
    refused: Rate | None = None


class Metrics(_Part):
    """Detection measured on one part of the data; groups of equal pictures count once. Absent classes are null.

    ``tpr``, ``tnr`` and ``auroc`` come from the score alone, ``served`` from the whole service.
    """

    tpr: Rate | None = None
    tnr: Rate | None = None
    auroc: Share | None = None
    tnr_by_scene: SceneRate | None = None
    tpr_by_event: SceneRate | None = None
    served: ServedMetrics | None = None


class Threshold(_Part):
    """The cut on the score and how it was chosen; both bounds hold with 95 % confidence where they are given.

    ``lowest_leak`` is the lowest score of the leaks that it was chosen with; null where there were none.
    """

    value: Positive
    strategy: str
    parameters: dict[str, JsonValue] = {}
    grey_zone_from: Positive | None = None
    false_alarm_upper_bound: Share | None = None
    escape_upper_bound: Share | None = None
    lowest_leak: Positive | None = None

    def moved_to(self, value: float) -> "Threshold":
        """The same with another cut, for one camera; its grey zone keeps its share of the cut, no bound is proved."""
        grey = None if self.grey_zone_from is None else self.grey_zone_from * value / self.value
        return Threshold(value=value, strategy="commissioned", grey_zone_from=grey, lowest_leak=self.lowest_leak)


class Range(_Part):
    """A closed interval; an absent end is open."""

    low: Finite | None = None
    high: Finite | None = None


class GateLimits(_Part):
    """What a usable picture measures: pixels, width / height, figures by name.

    ``detectors`` tell usable pictures from corrupted ones where no figure alone can: by reason, one weight for each
    feature of ``service.contract.gate.figures`` and a constant. Their figures carry the reason's name and are measured
    in standard deviations of good wells.
    """

    width: Range = Range(low=8)
    height: Range = Range(low=8)
    aspect: Range = Range()
    figures: dict[str, Range] = {}
    detectors: dict[Reason, tuple[Finite, ...]] = {}


class DriftReference(_Part):
    """Distributions on good wells and, by window size, the drift index that is exceeded in 1 % of windows by chance."""

    bin_edges: dict[str, tuple[Finite, ...]]
    shares: dict[str, tuple[Share, ...]]
    limits_by_window: dict[int, dict[str, Positive]]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        stated = [set(self.bin_edges), set(self.shares), *(set(part) for part in self.limits_by_window.values())]
        if not self.limits_by_window or any(names != set(DRIFT_FIGURES) for names in stated):
            raise ValueError(f"bins, shares and limits must be stated for each of {', '.join(DRIFT_FIGURES)}")
        if any(len(self.shares[name]) != len(edges) + 1 for name, edges in self.bin_edges.items()):
            raise ValueError("there must be one share more than inner edges of bins")
        return self


class GoldenPicture(_Part):
    """A picture in the artefact with the score and verdict it must get, on any machine, within the tolerance."""

    file: RelativePath
    score: Finite
    verdict: Verdict


class TrainingData(_Part):
    """What the model was trained and judged on: a hash over the sorted content hashes, and counts of groups.

    ``site_sha256`` is that of what chose, calibrated or reports of a second set; null where there was none.
    """

    sha256: Sha256
    site_sha256: Sha256 | None = None
    groups: dict[str, int]
    contradictions: tuple[str, ...] = ()


class Manifest(_Part):
    """Everything the service must know of an artefact; ``files`` holds the sha256 of each other file in the folder.

    ``levels`` says how pictures of 16 bits a channel are read; null: by their upper eight bits. ``scores_of`` names the
    artefact with the same weights whose threshold was moved to make this one; null where none was.
    """

    schema_version: Literal[1] = 1
    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$")]
    input: InputSpec
    levels: Levels | None = None
    threshold: Threshold
    metrics: dict[str, Metrics] = {}
    gate: GateLimits = GateLimits()
    drift: DriftReference | None = None
    golden: tuple[GoldenPicture, ...] = ()
    golden_tolerance: Annotated[float, Field(gt=0, lt=1)] = 1e-3
    data: TrainingData
    recipe: dict[str, JsonValue] = {}
    versions: dict[str, str]
    scores_of: str | None = None
    files: dict[RelativePath, Sha256]
