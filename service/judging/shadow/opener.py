"""Opens an artefact as shadow: verified and challenged like a served one, with a limit of its own on each inference."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from service.contract.artifact import Artifact
from service.contract.run_limit import RunLimit
from service.judging.manifest_pins import changed
from service.judging.proving import proven
from service.judging.serving import Serving


class Opened(NamedTuple):
    """An artefact that is ready to judge; ``limit`` is to be closed in the end."""

    serving: Serving
    limit: RunLimit


class ShadowOpener:
    """Opens artefacts; what ends a process that hangs looks after the limit of the served one, not after these.

    Args:
        folder_of: says where an artefact lies.
        open_folder: opens it with one thread an inference and that limit.
        limit_s: the longest inference.
    """

    def __init__(
        self, folder_of: Callable[[str], Path], open_folder: Callable[[Path, RunLimit], Serving], limit_s: float
    ) -> None:
        self._folder_of = folder_of
        self._open_folder = open_folder
        self._limit_s = limit_s

    async def open(self, artifact: str, sha256: str | None = None) -> Opened:
        """Open an artefact, whose manifest has to have that sha256 where one is given.

        Raises:
            ArtifactError: it is refused, with the reason.
        """
        limit = RunLimit(self._limit_s)
        limit.start()
        try:
            serving, _ = await proven(lambda folder: self._open_folder(folder, limit), self._folder_of, artifact)
            _require(serving.artifact, sha256)
        except BaseException:
            limit.close()
            raise
        return Opened(serving, limit)


def _require(artifact: Artifact, sha256: str | None) -> None:
    if sha256 not in {None, artifact.sha256}:
        raise changed(artifact.id)
