"""The model switch: which artefact is served, challenged with its golden pictures, and changed without a gap."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from pydantic import JsonValue

from service.contract.errors import ArtifactError, Conflict, MalformedField, NotReady, Unavailable
from service.contract.journal_entry import EventKind
from service.contract.manifest import Threshold
from service.judging.active_choice import Activated, ActiveChoice
from service.judging.manifest_pins import require_unchanged
from service.judging.moved_threshold import with_threshold
from service.judging.proving import OpenFolder, challenged, proven
from service.judging.serving import Serving
from service.monitoring.readiness import Readiness
from service.monitoring.self_test import SelfTest
from service.record.event_outbox import Note
from service.telemetry.metrics import ServiceMetrics

logger = logging.getLogger(__name__)

MODEL_CHECK = "model"
SELF_TEST_CHECK = "self_test"
REFUSED_ARTIFACT = "refused_artifact"
NOTHING_SAID: Final[Mapping[str, JsonValue]] = MappingProxyType({})

Cuts = Mapping[str, Threshold]
"""Thresholds by camera."""


class ModelSwitch:
    """Holds what is served; a new artefact is verified, warmed up and challenged beside the old one, then swapped."""

    def __init__(
        self,
        choice: ActiveChoice,
        open_folder: OpenFolder,
        readiness: Readiness,
        metrics: ServiceMetrics,
        note: Note,
    ) -> None:
        self._choice = choice
        self._open = open_folder
        self._readiness = readiness
        self._metrics = metrics
        self._note = note
        self._serving: Serving | None = None
        self.last_test: SelfTest | None = None
        self._last_refusal: str | None = None
        self._changing = asyncio.Lock()
        self.doubted = asyncio.Event()
        """Set while a self-test is wanted at once."""

    def require(self) -> Serving:
        """Return what is served.

        Raises:
            NotReady: a check of readiness is red.
        """
        self._readiness.require()
        return self.current()

    def current(self) -> Serving:
        """Return what is loaded, even while readiness is red.

        Raises:
            NotReady: nothing is loaded.
        """
        if self._serving is None:
            raise NotReady("no artefact is loaded: see /health/ready")
        return self._serving

    async def follow(self) -> None:
        """Serve what the pointers name; what is refused changes nothing, is reported, and may be tried again."""
        async with self._changing:
            try:
                wanted = await asyncio.to_thread(self._choice.wanted)
                if self._serving is None or wanted != self._serving.artifact.id:
                    fresh = await proven(self._open, self._choice.folder_of, wanted)
                    await asyncio.to_thread(self._choice.require_pinned, fresh[0].artifact)
                    await self._serve(*fresh)
                else:
                    await asyncio.to_thread(require_unchanged, self._serving.artifact)
                self._accepted()
            except (ArtifactError, Unavailable) as error:
                self._report(str(error))

    async def activate(
        self, artifact: str, why: Mapping[str, JsonValue] = NOTHING_SAID, instead_of: str | None = None
    ) -> Serving:
        """Serve another artefact from now on, and after a restart; rollback is the same call.

        Args:
            artifact: its id.
            why: who wants it and why, for the record.
            instead_of: the one that has to be served until then; None: whichever is.

        Raises:
            ArtifactError: it is refused, with the reason; nothing has changed.
            Conflict: another one than ``instead_of`` is served by now.
            Unavailable: the choice cannot be kept; nothing has changed.
        """
        async with self._changing:
            if instead_of is not None and (now := self.current().artifact.id) != instead_of:
                raise Conflict(f"{now} has been activated meanwhile: look again, and ask for it with that one")
            fresh = await proven(self._open, self._choice.folder_of, artifact)
            await asyncio.to_thread(self._choice.pins.pin, fresh[0].artifact)
            await asyncio.to_thread(self._choice.remember, artifact)
            self._accepted()
            former = None if self._serving is None else self._serving.artifact.id
            return await self._serve(*fresh, {"instead_of": former, **why})

    async def move_threshold(self, artifact: str, value: float, why: Mapping[str, JsonValue] = NOTHING_SAID) -> Serving:
        """Serve a new artefact from now on: the same graph as that of the served one, with another threshold.

        Args:
            artifact: the one that is served, as the caller knows it.
            value: the new threshold.
            why: who wants it and why, for the record.

        Raises:
            MalformedField: another artefact is served, or it has that threshold.
            Conflict: another one has been activated meanwhile.
            ArtifactError: the new one is refused; nothing has changed.
            Unavailable: it cannot be kept; nothing has changed.
        """
        serving = self.current()
        if serving.artifact.id != artifact:
            raise MalformedField(f"artifact: {serving.artifact.id} is served: look at the scores of that one first")
        if serving.threshold == value:
            raise MalformedField(f"threshold: {value:g} is the threshold already")
        made = await asyncio.to_thread(with_threshold, serving, value, self._choice.made)
        return await self.activate(made, why, instead_of=artifact)

    async def change_cuts(self, artifact_sha256: str, keep: Callable[[Serving], Awaitable[Cuts]]) -> None:
        """Judge by other thresholds of cameras from now on, as ``keep`` returns them once they are on record.

        Raises:
            Conflict: another artefact is served than the one they were chosen with.
            NotReady: nothing is loaded.
            Unavailable: they cannot be kept; nothing has changed.
        """
        async with self._changing:
            serving = self.current()
            if serving.artifact.sha256 != artifact_sha256:
                raise Conflict(f"{serving.artifact.id} has been activated meanwhile: look at the camera again")
            self._serving = replace(serving, thresholds=await keep(serving))

    async def self_test(self, *, routine: bool = False) -> SelfTest:
        """Challenge what is served; a failure makes readiness red until a later test passes.

        Args:
            routine: one of many by the clock: on record only where its result differs from the last one.

        Raises:
            NotReady: nothing is loaded.
        """
        async with self._changing:
            self.doubted.clear()
            result = await asyncio.to_thread(challenged, self.current())
            await self._tested(result, noted=not routine or self._differs(result))
            return result

    def doubts(self) -> dict[str, str]:
        """Say by file what of the choice does not agree with the record."""
        return self._choice.doubts()

    def recall(self, activated: Activated | None) -> None:
        """Know what was activated last by the record, before anything is served."""
        self._choice.recorded = activated

    def doubt(self, problem: str) -> None:
        """Give no verdict until a self-test, which is wanted at once, has passed."""
        self._readiness.set(SELF_TEST_CHECK, problem)
        self.doubted.set()

    async def _serve(self, serving: Serving, result: SelfTest, why: Mapping[str, JsonValue] = NOTHING_SAID) -> Serving:
        self._serving = serving
        await self._tested(result)
        identity = serving.identity
        self._metrics.model_changed(identity.name, identity.artifact, identity.artifact_sha256)
        self._readiness.set(MODEL_CHECK, None)
        logger.info("artefact active", extra={"artifact": identity.artifact, "threshold": serving.threshold})
        payload = {"threshold": serving.threshold, **self._choice.served(serving.artifact), **why}
        await self._note(EventKind.MODEL_ACTIVATED, payload)
        return serving

    def _differs(self, result: SelfTest) -> bool:
        last = self.last_test
        return last is None or (last.artifact, last.problem) != (result.artifact, result.problem)

    async def _tested(self, result: SelfTest, *, noted: bool = True) -> None:
        self.last_test = result
        self._metrics.self_tested(ok=result.ok)
        if not (result.ok and self.doubted.is_set()):  # what was doubted meanwhile is tested again, at once
            self._readiness.set(SELF_TEST_CHECK, None if result.ok else result.problem)
        if not noted:
            return
        if result.ok:
            await self._note(EventKind.SELF_TEST_PASSED, {"artifact": result.artifact})
        else:
            logger.error("self-test failed", extra={"problem": result.problem})
            await self._note(EventKind.SELF_TEST_FAILED, {"artifact": result.artifact, "problem": result.problem})

    def _accepted(self) -> None:
        self._last_refusal = None
        self._readiness.notice(REFUSED_ARTIFACT, None)

    def _report(self, refusal: str) -> None:
        if self._serving is None:
            self._readiness.set(MODEL_CHECK, refusal)
        else:
            self._readiness.notice(REFUSED_ARTIFACT, f"what is served stays, since another is refused: {refusal}")
        if refusal != self._last_refusal:
            logger.error("artefact refused", extra={"refusal": refusal})
        self._last_refusal = refusal
