"""Ray, for as long as a command lasts: a private instance of this machine, or a cluster that is there.

A token is asked for in both. What Ray is told by environment variables it reads when it is imported, so nothing here
imports it before they are set.
"""

import logging
import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from service.contract.errors import SetupError

LOCAL: Final = "local"
TOKEN: Final = "RAY_AUTH_TOKEN"  # noqa: S105  # names a variable
TOKEN_FILE: Final = "RAY_AUTH_TOKEN_PATH"  # noqa: S105  # names a variable
NICENESS: Final = "RAY_worker_niceness"
TAKEN, REFUSED = "", "AuthenticationError"
CONNECT_S: Final = 5.0
ANSWER_S: Final = 60.0
EXTRA: Final = "Ray is not installed: install the extra, as in pip install 'leak-inspection[training,cluster]'"


@contextmanager
def connected(address: str, processes: int) -> Iterator[None]:
    """Connect to Ray, and leave it at the end.

    Args:
        address: ``local``, or ``HOST:PORT`` of a head.
        processes: of a local instance.

    Raises:
        SetupError: Ray is not installed, there is no token, nobody answers there, or it is not what we need.
    """
    if find_spec("ray") is None:
        raise SetupError(EXTRA)
    os.environ |= {"RAY_AUTH_MODE": "token", "RAY_USAGE_STATS_ENABLED": "0"}
    with _private_instance(processes) if address == LOCAL else _cluster(address):
        yield


@contextmanager
def _private_instance(processes: int) -> Iterator[None]:
    """Start one that listens on loopback alone, with a token that nobody else learns, in a folder of its own."""
    # Without it Ray takes 127.0.0.1 for the address of this machine in its network, and listens there.
    os.environ |= {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", TOKEN: _private_token()}
    # Ray's own 15 would make it several times as slow as plain processes wherever others use the processors too.
    os.environ.setdefault(NICENESS, "0")
    with tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as folder:
        inner = str(Path(folder) / "r")  # Ray lets everybody into the folder that it is given
        with _session(address=LOCAL, num_cpus=processes, include_dashboard=False, _temp_dir=inner):
            yield


@contextmanager
def _cluster(address: str) -> Iterator[None]:
    _require_token()
    _require_head(address)
    with _session(address=address):
        yield


@contextmanager
def _session(address: str, **options: Any) -> Iterator[None]:  # noqa: ANN401  # Ray's own
    import ray  # noqa: PLC0415  # reads the variables

    try:
        ray.init(address, log_to_driver=False, logging_level=logging.ERROR, **options)
    except Exception as error:  # where a node starts too slowly Ray raises just that
        reason = " ".join(str(error).split())
        raise SetupError(f"Ray at {address} cannot be used: {reason}") from error
    try:
        yield
    finally:
        ray.shutdown()


@cache
def _private_token() -> str:
    """One a process: Ray reads it once."""
    return secrets.token_hex(32)


def _require_token() -> None:
    places = (os.environ.get(TOKEN_FILE, ""), "~/.ray/auth_token")
    if not os.environ.get(TOKEN) and not any(place and Path(place).expanduser().is_file() for place in places):
        raise SetupError(
            f"there is no token for the cluster: copy that of its head to ~/.ray/auth_token (mode 600), or set {TOKEN}"
        )


def _require_head(address: str) -> None:
    """Find out before Ray, which tries for a quarter of an hour, that it cannot work.

    Raises:
        SetupError: nobody answers there, or the cluster is open to everybody, or closed to us.
    """
    if not (parts := re.fullmatch(r"([^\s/:]+):([0-9]{1,5})", address)):
        raise SetupError(f"{address!r} is no address of a cluster: write {LOCAL}, or HOST:PORT of its head")
    try:
        socket.create_connection((parts[1], int(parts[2])), CONNECT_S).close()
    except (OSError, OverflowError) as error:
        raise SetupError(f"nobody answers at {address} ({error}): name the head of the cluster") from error
    without = {name: value for name, value in os.environ.items() if not name.startswith("RAY_AUTH")}
    if (answer := _asked(address, without)) == TAKEN:
        raise SetupError(f"the cluster at {address} asks for no token: start it with RAY_AUTH_MODE=token")
    if REFUSED not in answer:
        raise SetupError(f"{address} does not answer as the head of a Ray cluster does: name that")
    if _asked(address, os.environ) != TAKEN:
        raise SetupError(f"the cluster at {address} does not take our token: copy its own to ~/.ray/auth_token")


def _asked(address: str, environment: Mapping[str, str]) -> str:
    """What a head says when it is asked how it is: ``TAKEN``, or an error; in a process that can be ended."""
    command = [sys.executable, "-m", "ray.scripts.scripts", "health-check", "--address", address]
    try:
        answer = subprocess.run(  # noqa: S603  # our own interpreter
            command, env=environment, capture_output=True, text=True, timeout=ANSWER_S, check=False
        )
    except subprocess.TimeoutExpired:
        return "no answer"
    return answer.stderr + answer.stdout if answer.returncode else TAKEN
