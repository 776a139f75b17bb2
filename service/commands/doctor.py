"""``leak-inspection doctor``: what is wrong here, and what to do."""

import argparse
from dataclasses import asdict

import orjson

from service.commands import Commands
from service.commands.options import add_folders, settings_of
from service.diagnosis.diagnosis import diagnose
from service.diagnosis.finding import Finding, State

MARKS = {State.OK: "ok     ", State.WARNING: "WARNING", State.FAILED: "FAILED ", State.SKIPPED: "-      "}


def add_to(commands: Commands) -> None:
    parser = commands.add_parser("doctor", help="what is wrong here, and what to do")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--ntp", metavar="HOST", help="NTP server to compare the clock with")
    parser.add_argument("--prometheus", metavar="URL", help="Prometheus that should watch the service")
    add_folders(parser, "artifacts", "data_dir")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print one line a check, with the settings that the service would have; exit code 1 where one has failed.

    Raises:
        SetupError: a setting is refused, so there is nothing to check.
    """
    findings = []
    for finding in diagnose(settings_of(options), options.ntp, options.prometheus):
        findings.append(finding)
        if not options.json:
            print(_line(finding), flush=True)
    sound = all(finding.state is not State.FAILED for finding in findings)
    if options.json:
        print(orjson.dumps({"healthy": sound, "checks": [asdict(finding) for finding in findings]}).decode())
    return 0 if sound else 1


def _line(finding: Finding) -> str:
    todo = f": {finding.remedy}" if finding.remedy else ""
    return f"{MARKS[finding.state]} {finding.check}: {finding.text}{todo}"
