"""The groups of settings of the service's own parts; ``settings`` holds them, and a part gets its group as it is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.contract.decision import Verdict

MIB = 1024 * 1024
GIB = 1024 * MIB


class RetentionPolicy(NamedTuple):
    """How long something stays, by verdict, and how many bytes of it, None for no cap; leaks go last.

    ``event_days`` are those of reviews and events, None for as many as a leak has.
    """

    days: Mapping[Verdict, float]
    max_bytes: int | None = None
    event_days: float | None = None


class SettingsGroup(BaseModel):
    """Settings of one part; what is no setting of it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LogSettings(SettingsGroup):
    """What is logged."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    good_share: float = Field(0.001, ge=0, le=1, description="Share of requests for good wells that is logged.")


class SelfTestSettings(SettingsGroup):
    """When the golden pictures are run."""

    interval_s: float = Field(60.0, gt=0, le=86_400, description="How often the golden pictures are run.")
    retry_s: float = Field(5.0, gt=0, le=3600, description="How often they are run while they fail.")


class ShadowSettings(SettingsGroup):
    """What a shadow model may cost."""

    cpu_share: float = Field(0.1, gt=0, le=1, description="Share of one core that a shadow model may take.")
    queue: int = Field(64, ge=1, le=10_000, description="Pictures that may wait for it; one more is not judged by it.")
    inference_limit_s: float = Field(5.0, gt=0, le=600, description="Longest inference of it; it is ended then.")


class ShiftSettings(SettingsGroup):
    """When the scores of a camera's good wells are said to have shifted."""

    period_s: float = Field(
        28_800.0, ge=60, le=2_592_000, description="Time that gives one number a camera; see the runbook."
    )
    alpha: float = Field(
        0.001, gt=0, lt=1, description="Probability that a camera ever gets a false alarm of a shift, over all watches."
    )


class JournalSettings(SettingsGroup):
    """When the journal writes, and how much it keeps."""

    strict: bool = Field(False, description="Every decision is on disk before its answer, also no_leak.")
    linger_s: float = Field(0.1, ge=0, le=10, description="Longest wait of a no_leak to be written in a group.")
    most_pending: int = Field(10_000, ge=1, le=10_000_000, description="Entries that may wait to be written.")
    max_bytes: int = Field(20 * GIB, ge=16 * MIB, description="Bytes of the journal; leaks go last.")
    no_leak_days: float = Field(90, gt=0, le=36_500, description="Days a no_leak stays on record.")
    unknown_days: float = Field(365, gt=0, le=36_500, description="Days an unknown stays on record.")
    leak_days: float = Field(1825, gt=0, le=36_500, description="Days a leak, review or event stays on record.")

    @property
    def retention(self) -> RetentionPolicy:
        return _policy(self)


class ArchiveSettings(SettingsGroup):
    """Which pictures are kept, where and how long."""

    dir: Path | None = Field(None, description="Folder of kept pictures; replicas may share it.")
    good_share: float = Field(0.01, ge=0, le=1, description="Share of no_leak pictures that are kept.")
    max_bytes: int = Field(20 * GIB, ge=MIB, description="Bytes of kept pictures; leaks go last.")
    no_leak_days: float = Field(30, gt=0, le=36_500, description="Days a kept no_leak picture stays.")
    unknown_days: float = Field(90, gt=0, le=36_500, description="Days an unknown picture stays.")
    leak_days: float = Field(1825, gt=0, le=36_500, description="Days a leak picture stays.")

    @property
    def retention(self) -> RetentionPolicy:
        return _policy(self)


class AlarmRule(SettingsGroup):
    """An alarm takes ``confirmations`` leaks or unknowns among the last ``window`` pictures of a well.

    A score of ``sure_ratio`` times the threshold or more alarms at once, and so does a leak without a well id, since
    nothing ties it to the pictures before it.
    """

    confirmations: int = Field(2, ge=1, le=10, description="How many leaks or unknowns of a well raise its alarm.")
    window: int = Field(3, ge=1, le=10, description="Among how many of its latest pictures they are counted.")
    sure_ratio: float = Field(3.0, gt=1, description="Score over threshold that alarms at once.")
    longest_shelf_s: float = Field(
        28_800, gt=0, le=86_400, description="Longest time an alarm may be shelved; it comes back then."
    )

    @model_validator(mode="after")
    def _can_be_fulfilled(self) -> Self:
        if self.confirmations > self.window:
            raise ValueError("LEAK_INSPECTION_ALARM_CONFIRMATIONS must not be larger than LEAK_INSPECTION_ALARM_WINDOW")
        return self


def _policy(kept: JournalSettings | ArchiveSettings) -> RetentionPolicy:
    days = {Verdict.NO_LEAK: kept.no_leak_days, Verdict.UNKNOWN: kept.unknown_days, Verdict.LEAK: kept.leak_days}
    return RetentionPolicy(days, kept.max_bytes)
