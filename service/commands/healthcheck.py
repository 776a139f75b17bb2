"""``leak-inspection healthcheck``: exit code 0 while a running service is ready, for containers without curl."""

import argparse

import httpx

from service.commands import Commands
from service.settings import read_settings

TIMEOUT_S = 2.0


def add_to(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("healthcheck", help="ask a running service whether it is ready")
    parser.add_argument("--url", help="its address (from the settings)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Ask ``/health/ready``; a service that wants a key for it is healthy as soon as it answers."""
    url = options.url or f"http://127.0.0.1:{read_settings({}).port}"
    try:
        status = httpx.get(f"{url}/health/ready", timeout=TIMEOUT_S, trust_env=False).status_code
    except httpx.HTTPError as error:
        print(f"no answer from {url}: {error}")
        return 1
    print(f"{url}/health/ready answers {status}")
    return 0 if status in {httpx.codes.OK, httpx.codes.UNAUTHORIZED} else 1
