"""``leak-inspection verify``: is an artefact whole, and does it score here what it scored when it was made?"""

import argparse
from pathlib import Path

from service.commands import Commands
from service.contract.artifact import read_active
from service.judging.proving import challenge
from service.judging.serving import open_serving
from service.settings import read_settings


def add_to(commands: Commands) -> None:
    parser = commands.add_parser("verify", help="check an artefact: checksums, golden pictures, parity")
    parser.add_argument("artifact", nargs="?", type=Path, metavar="ARTEFACT", help="its folder (the active one)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what was checked; exit code 1 where a golden picture fails.

    Raises:
        ArtifactError: a checksum is wrong, or the graph cannot be opened.
    """
    settings = read_settings({})
    folder = options.artifact or settings.artifacts / read_active(settings.artifacts)
    serving = open_serving(folder, settings)
    manifest = serving.artifact.manifest
    print(f"{serving.artifact.id}: {len(manifest.files)} checksums hold")
    result = challenge(serving)
    for picture in result.pictures:
        mark = "ok  " if picture.ok else "FAIL"
        print(f"{mark} {picture.file}: {picture.verdict} {picture.score}, expected {picture.expected_score}")
    print(result.problem or f"all {len(result.pictures)} golden pictures get their scores and verdicts")
    return 0 if result.ok else 1
