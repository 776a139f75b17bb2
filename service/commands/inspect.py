"""``leak-inspection inspect``: verdicts for files, without a service."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import orjson

from service.commands import Commands
from service.commands.options import add_folders, settings_of
from service.contract.artifact import read_active, sha256_hex
from service.contract.crop import Crop
from service.contract.decision import Decision, Verdict
from service.contract.errors import SetupError
from service.judging.judge import judge_batch
from service.judging.serving import Serving, open_serving


def add_to(commands: Commands) -> None:
    parser = commands.add_parser("inspect", help="judge pictures in files")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    add_folders(parser, "artifacts")
    parser.add_argument("--json", action="store_true", help="one JSON decision a line")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print one verdict a file; exit code 1 where any is not ``no_leak``.

    Raises:
        ArtifactError: there is no artefact that can be used.
        SetupError: a file cannot be read.
    """
    settings = settings_of(options)
    serving = open_serving(settings.artifacts / read_active(settings.artifacts), settings)
    worst = 0
    for file in options.files:
        decision = _inspect(serving, file)
        if options.json:
            sys.stdout.buffer.write(orjson.dumps({"file": str(file)} | _fields(decision)) + b"\n")
        else:
            ratio = "-" if decision.score_ratio is None else f"{decision.score_ratio:.3f}"
            print(f"{decision.verdict:8} {ratio:>8} x threshold  {decision.reason}  {file}")
        worst |= decision.verdict is not Verdict.NO_LEAK
    return int(worst)


def _inspect(serving: Serving, file: Path) -> Decision:
    try:
        image = file.read_bytes()
    except OSError as error:
        raise SetupError(f"{file} cannot be read: {error.strerror}") from error
    crop = Crop(image, sha256_hex(image), "command-line", datetime.now(UTC), perf_counter())
    return judge_batch(serving, [crop])[0]


def _fields(decision: Decision) -> dict[str, object]:
    fields: dict[str, object] = orjson.loads(orjson.dumps(decision, option=orjson.OPT_UTC_Z))
    return fields
