"""Proving: an artefact is opened, verified, warmed up and challenged before it may score anything."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from service.contract.artifact import sha256_hex
from service.contract.crop import Crop
from service.contract.decision import Verdict
from service.contract.errors import ArtifactError, ArtifactInvalid
from service.judging.judge import judge
from service.judging.serving import Serving
from service.monitoring.self_test import SelfTest, failed_self_test, run_self_test

logger = logging.getLogger(__name__)

OpenFolder = Callable[[Path], Serving]


async def proven(open_folder: OpenFolder, folder_of: Callable[[str], Path], artifact: str) -> tuple[Serving, SelfTest]:
    """Open the artefact that ``folder_of`` finds and send its golden pictures through it, in another thread.

    Raises:
        ArtifactError: it is refused, with the reason.
    """
    if Path(artifact).name != artifact:
        raise ArtifactInvalid(f"{artifact!r:.80} is not the name of an artefact: see the folder of artefacts")
    serving = await asyncio.to_thread(_opened, open_folder, folder_of(artifact))
    result = await asyncio.to_thread(challenged, serving)
    if not result.ok:
        raise ArtifactInvalid(f"{artifact}: {result.problem}")
    return serving, result


def challenged(serving: Serving) -> SelfTest:
    """Send the golden pictures through the real path; whatever goes wrong is a failed test."""
    try:
        return challenge(serving)
    except Exception as error:  # whatever it is, nothing shows that pictures are scored right
        logger.exception("self-test impossible")
        return failed_self_test(serving.identity.artifact, f"the golden pictures cannot be judged: {error}")


def challenge(serving: Serving) -> SelfTest:
    """Send the artefact's golden pictures through the real path."""

    def judged(file: str) -> tuple[float | None, Verdict]:
        image = (serving.artifact.folder / file).read_bytes()
        crop = Crop(image, sha256_hex(image), "self-test", datetime.now(UTC), perf_counter())
        decision = judge(serving, crop)
        return decision.score, decision.verdict

    manifest = serving.artifact.manifest
    return run_self_test(
        serving.identity.artifact, manifest.golden, serving.threshold, manifest.golden_tolerance, judged
    )


def _opened(open_folder: OpenFolder, folder: Path) -> Serving:
    try:
        return open_folder(folder)
    except ArtifactError:
        raise
    except Exception as error:  # whatever an artefact provokes, it is refused and what is served stays
        raise ArtifactInvalid(f"{folder.name} cannot be opened ({error}): export again") from error
