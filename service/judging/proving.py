"""Proving: an artefact is opened, verified, warmed up and challenged before it may score anything."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from service.contract.errors import ArtifactError, ArtifactInvalid
from service.judging.judge import challenge
from service.judging.serving import Serving
from service.monitoring.self_test import SelfTest, failed_self_test

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


def _opened(open_folder: OpenFolder, folder: Path) -> Serving:
    try:
        return open_folder(folder)
    except ArtifactError:
        raise
    except Exception as error:  # whatever an artefact provokes, it is refused and what is served stays
        raise ArtifactInvalid(f"{folder.name} cannot be opened ({error}): export again") from error
