"""The command ``leak-inspection``."""

import argparse
import sys
from importlib import import_module

from service.contract.errors import LeakInspectionError

COMMANDS = ("serve", "inspect", "verify", "simulate", "record", "alarm_budget", "healthcheck")
LIGHT = "healthcheck"
USAGE_ERROR = 2


def main(arguments: list[str] | None = None) -> int:
    """Run one command; what goes wrong is one line on standard error and exit code 2."""
    parser = argparse.ArgumentParser(prog="leak-inspection", description="Inspects the wells of casting tables.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    arguments = sys.argv[1:] if arguments is None else arguments
    # The check runs every few seconds in a container: what all the others need is not loaded for it.
    for name in (LIGHT,) if arguments[:1] == [LIGHT] else COMMANDS:
        import_module(f"service.commands.{name}").add_to(commands)
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except LeakInspectionError as error:
        print(f"leak-inspection: {error}", file=sys.stderr)
        return USAGE_ERROR


if __name__ == "__main__":
    sys.exit(main())
