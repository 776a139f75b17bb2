"""The command ``leak-inspection``."""

import argparse
import gc
import sys
from importlib import import_module

from service.contract.errors import LeakInspectionError

COMMANDS = (
    "serve", "inspect", "verify", "demo", "simulate", "layout", "record", "commission", "alarm_budget", "healthcheck",
    "doctor",
)  # fmt: skip
USAGE_ERROR = 2


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
        return int(options.run(options))
    except LeakInspectionError as error:
        print(f"leak-inspection: {error}", file=sys.stderr)
        return USAGE_ERROR


def _named(arguments: list[str]) -> list[str]:
    """The command that is asked for: no other is loaded then, since each brings what it needs."""
    return [name for name in COMMANDS if arguments[:1] == [name.replace("_", "-")]]


if __name__ == "__main__":
    sys.exit(main())
