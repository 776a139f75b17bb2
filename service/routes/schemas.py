"""Request and answer models of the routes that go through FastAPI: the OpenAPI contract."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service.contract.decision import Decision
from service.contract.identifier import Id
from service.contract.manifest import Manifest
from service.routes.record.views import Comment, PersonName, ReasonForm

ArtifactName = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}-[0-9a-f]{8}$", examples=["conv_fc_ae_b-0123abcd"])]
Binary = Annotated[bytes, Field(json_schema_extra={"contentMediaType": "application/octet-stream"})]


class CropQuery(BaseModel):
    """The labels of one crop; everything is optional."""

    camera_id: Id | None = Field(None, description="Which camera took it.")
    well_id: Id | None = Field(None, description="Which crop position it shows; a well's two halves are two ids.")
    cast_id: Id | None = Field(None, description="Which cast it belongs to.")
    captured_at: AwareDatetime | None = Field(None, description="When it was taken, RFC 3339 with an offset.")


class FrameQuery(BaseModel):
    """The labels that all crops of a batch have; everything is optional."""

    camera_id: Id | None = Field(None, description="Which camera took them.")
    cast_id: Id | None = Field(None, description="Which cast they belong to.")
    captured_at: AwareDatetime | None = Field(None, description="When they were taken, RFC 3339 with an offset.")


class WholeFrameQuery(BaseModel):
    """The labels of a whole frame."""

    camera_id: Id = Field(description="Which camera took it; its layout in the cameras file cuts it.")
    cast_id: Id | None = Field(None, description="Which cast it shows.")
    captured_at: AwareDatetime | None = Field(None, description="When it was taken, RFC 3339 with an offset.")


class WholeFrameForm(BaseModel):
    """One whole frame as multipart form data; its camera stands in the query."""

    file: Binary
    cast_id: Id | None = None
    captured_at: AwareDatetime | None = None


class TrialForm(BaseModel):
    """One picture that is tried, as multipart form data."""

    file: Binary


class CropForm(CropQuery):
    """One crop as multipart form data; each label stands in the query or here, not in both."""

    file: Binary


class BatchForm(FrameQuery):
    """Many crops as multipart form data.

    ``meta`` is a JSON list of objects like the query of one crop; it may repeat a label of the whole batch, and must
    not differ from it.
    """

    files: list[Binary]
    meta: str | None = None


class BatchAnswer(BaseModel):
    """The decisions of a batch, in the order sent."""

    results: list[Decision]


class ProblemAnswer(BaseModel):
    """An error (RFC 9457): no decision was made, so the verdict is unknown and the alarm is on."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str
    verdict: Literal["unknown"]
    alarm: Literal[True]
    request_id: str
    retry_after_s: int | None = None


class Liveness(BaseModel):
    """The process turns."""

    live: Literal[True] = True


class ReadinessAnswer(BaseModel):
    """Whether verdicts are given, and what each check says."""

    ready: Literal[True] = True
    checks: dict[str, str]


class ModelAnswer(BaseModel):
    """What is served."""

    artifact: str
    artifact_sha256: str
    software_version: str
    manifest: Manifest


class Activation(BaseModel):
    """Which artefact to serve from now on."""

    model_config = ConfigDict(extra="forbid")

    artifact: ArtifactName
    operator: PersonName | None = Field(None, description="Who wants it; on record.")
    reason: Comment = Field("", description="Why; on record.")


class MovedThreshold(ReasonForm):
    """Which threshold to serve from now on, with the artefact that is served."""

    artifact: ArtifactName = Field(description="The one that is served, so that no other one's scores are cut by it.")
    threshold: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class ActivationView(BaseModel):
    """An activation on record; ``instead_of`` is the artefact to activate to undo it."""

    at: AwareDatetime
    artifact: str
    threshold: float | None = None
    instead_of: str | None = None
    operator: str | None = None
    reason: str = ""


class ActivationList(BaseModel):
    """Activations, newest first."""

    items: list[ActivationView]
