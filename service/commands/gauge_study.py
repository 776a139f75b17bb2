"""``gauge-study``: agreement of reviewers and repeatability of the score, as CSV."""

import argparse
import asyncio
import sys
from datetime import UTC, datetime, timedelta
from functools import partial

from service.commands import Commands
from service.commands.options import add_folders, settings_of, time_argument
from service.commands.record import with_records
from service.contract.errors import SetupError
from service.control_room.gauge_study.study import StudyRange, study_on
from service.control_room.gauge_study.table import COLUMNS, rows_of
from service.routes.csv_table import csv_lines

USUAL_TIME = timedelta(days=31)


def add_to(commands: Commands) -> None:
    parser = commands.add_parser("gauge-study", help="agreement of reviewers and system, repeatability of the score")
    parser.add_argument(
        "--from", dest="since", type=time_argument, metavar="TIME", help="reviewed since (31 days before)"
    )
    parser.add_argument("--to", dest="until", type=time_argument, metavar="TIME", help="reviewed until (now)")
    parser.add_argument("--camera", metavar="ID", help="of this camera alone")
    parser.add_argument("--reference", metavar="NAME", help="reviewer who knows the truth")
    add_folders(parser, "data_dir")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the table of the study.

    Raises:
        SetupError: there is no record, or the time ends before it begins.
        TooBroad: there are more reviews than can be compared.
    """
    until = options.until or datetime.now(UTC)
    since = options.since or until - USUAL_TIME
    if since >= until:
        raise SetupError("--from: a time before --to is expected")
    wanted = StudyRange(since, until, options.camera, options.reference)
    study = asyncio.run(with_records(settings_of(options), partial(study_on, wanted=wanted)))
    sys.stdout.write(csv_lines([COLUMNS, *rows_of(study)]))
    return 0
