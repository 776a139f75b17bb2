"""The settings of the plugs: a group each, off by default; ``settings`` holds them beside its own groups."""

from pydantic import BaseModel, ConfigDict, Field


class _PlugGroup(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OipSettings(_PlugGroup):
    """The plug for clients of the Open Inference Protocol."""

    enabled: bool = Field(False, description="Answer the Open Inference Protocol on /v2.")
