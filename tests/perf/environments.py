"""Environments of the peers: each has its own, made once from its requirements."""

import hashlib
import subprocess
import sys
from pathlib import Path

PEERS = Path(__file__).parent / "peers"
ENVIRONMENTS = Path(".venv/peers")
WITHOUT_OUR_FOLDER = {"PYTHONNOUSERSITE": "1"}


class NotInstallable(Exception):
    """A peer's requirements cannot be installed here; the message is pip's."""


def python_of(peer: str) -> Path:
    """Return the interpreter of a peer's environment, made where it is missing or its requirements have changed.

    Raises:
        NotInstallable: with pip's reason.
    """
    requirements = PEERS / peer / "requirements.txt"
    folder = ENVIRONMENTS / peer
    stamp = folder / f"installed-{hashlib.sha256(requirements.read_bytes()).hexdigest()[:8]}"
    if not stamp.exists():
        print(f"installing {peer} ...", file=sys.stderr)  # noqa: T201
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        pip = [str(folder / "bin/python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        _run([*pip, "--requirement", str(requirements)])
        stamp.touch()
    return (folder / "bin/python").absolute()


def _run(command: list[str]) -> None:
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    if result.returncode:
        errors = [line for line in result.stderr.splitlines() if line.startswith("ERROR")]
        raise NotInstallable((errors or result.stderr.splitlines() or ["no message"])[-1].removeprefix("ERROR: "))
