"""The command ``leak-inspection``."""

import argparse
import gc
import os
import sys
from importlib import import_module

from service.contract.errors import LeakInspectionError

COMMANDS = (
    "serve", "inspect", "verify", "demo", "simulate", "layout", "record", "commission", "alarm_budget", "what_if",
    "gauge_study", "healthcheck", "doctor",
)  # fmt: skip
USAGE_ERROR = 2
UNHEARD = 141
"""What a shell shows of a program that wrote into a closed pipe; never 0, which may mean that all wells are good."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; what goes wrong is one line on standard error and exit code 2."""
    parser = argparse.ArgumentParser(prog="leak-inspection", description="Inspects the wells of casting tables.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    arguments = sys.argv[1:] if arguments is None else arguments
    gc.disable()  # what is loaded stays: looking through it again and again is a tenth of the start
    for name in _named(arguments) or COMMANDS:
        import_module(f"service.commands.{name}").add_to(commands)
    gc.freeze()
    gc.enable()
    options = parser.parse_args(arguments)
    try:
        code = int(options.run(options))
        sys.stdout.flush()
    except LeakInspectionError as error:
        print(f"leak-inspection: {error}", file=sys.stderr)
        return USAGE_ERROR
    except BrokenPipeError:  # whoever read our output has gone (``| head``)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python must not flush into the void
        return UNHEARD
    return code


def _named(arguments: list[str]) -> list[str]:
    """The command that is asked for: no other is loaded then, since each brings what it needs."""
    return [name for name in COMMANDS if arguments[:1] == [name.replace("_", "-")]]


if __name__ == "__main__":
    sys.exit(main())
