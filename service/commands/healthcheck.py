"""``leak-inspection healthcheck``: exit code 0 while a running service is ready, for containers without curl.

It runs every few seconds beside the service, so it loads nothing but the standard library.
"""

import argparse
import os
from http import HTTPStatus
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from service.commands import Commands

TIMEOUT_S = 2.0


def add_to(commands: Commands) -> None:
    parser = commands.add_parser("healthcheck", help="ask a running service whether it is ready")
    parser.add_argument("--url", help="its address (from LEAK_INSPECTION_PORT)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Ask ``/health/ready``; a service that wants a key for it is healthy as soon as it answers."""
    url = options.url or f"http://127.0.0.1:{os.environ.get('LEAK_INSPECTION_PORT', '8000')}"
    try:
        status = _status(f"{url}/health/ready")
    except (URLError, OSError, ValueError) as error:  # the last where it is no address
        print(f"no answer from {url}: {error}")
        return 1
    print(f"{url}/health/ready answers {status}")
    return 0 if status in {HTTPStatus.OK, HTTPStatus.UNAUTHORIZED} else 1


def _status(url: str) -> int:
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=TIMEOUT_S) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code
