"""The command ``leak-inspection``."""

import argparse
import sys

from service.commands import alarm_budget, healthcheck, inspect, record, serve, simulate, verify
from service.contract.errors import LeakInspectionError

COMMANDS = (serve, inspect, verify, simulate, record, alarm_budget, healthcheck)
USAGE_ERROR = 2


def main(arguments: list[str] | None = None) -> int:
    """Run one command; what goes wrong is one line on standard error and exit code 2."""
    parser = argparse.ArgumentParser(prog="leak-inspection", description="Inspects the wells of casting tables.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_to(commands)
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except LeakInspectionError as error:
        print(f"leak-inspection: {error}", file=sys.stderr)
        return USAGE_ERROR


if __name__ == "__main__":
    sys.exit(main())
