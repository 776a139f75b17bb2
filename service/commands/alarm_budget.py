"""``leak-inspection alarm-budget``: how many false alarms a rule of confirmation lets through."""

import argparse

from service.commands import Commands
from service.contract.errors import SetupError
from service.monitoring.alarms.budget import alarms_per_hour
from service.setting_groups import AlarmRule

SECONDS_PER_HOUR = 3600
LARGEST_WINDOW = 10


def add_to(commands: Commands) -> None:
    parser = commands.add_parser("alarm-budget", help="false alarms per camera and hour for a rule of confirmation")
    parser.add_argument("-k", type=int, default=2, help="leaks or unknowns that raise an alarm (2)")
    parser.add_argument("-n", type=int, default=3, help="... among this many pictures of a well (3)")
    parser.add_argument("--rate", type=float, default=0.001, help="share of good pictures judged wrongly (0.001)")
    parser.add_argument("--wells", type=int, default=80, help="wells of a camera (80)")
    parser.add_argument("--frames", type=float, default=3.5, help="frames a second (3.5)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the expected false alarms; for pictures that err independently, which is the best case.

    Raises:
        SetupError: the numbers make no rule.
    """
    if not 1 <= options.k <= options.n <= LARGEST_WINDOW:
        raise SetupError(f"1 <= k <= n <= {LARGEST_WINDOW} is expected")
    if not 0 <= options.rate <= 1 or options.wells < 1 or options.frames <= 0:
        raise SetupError("a rate of 0 to 1, one well or more and a positive number of frames are expected")
    rule = AlarmRule(confirmations=options.k, window=options.n)
    pictures = options.frames * SECONDS_PER_HOUR
    hourly = options.wells * alarms_per_hour(rule, options.rate, pictures)
    confirmed = f"{options.k} of {options.n} at {options.rate:.3%} wrong verdicts"
    print(f"{confirmed}: {hourly:.3g} false alarms per camera and hour")
    print(f"without confirmation: {options.wells * options.rate * pictures:.3g}")
    print("pictures of one well resemble each other, so errors come in runs and a plant sees more: measure yours")
    return 0
