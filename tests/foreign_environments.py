"""Environments of clients that cannot live in ours, each made once: for Python below .venv/foreign, for Node too."""

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / ".venv" / "foreign"
LONGEST_S = 400


def python_with(requirement: str) -> Path:
    """The interpreter of an environment with one package; skips the test where it cannot be installed."""
    folder = FOLDER / requirement
    with _made_by_one(folder) as missing:
        if missing:
            _run([sys.executable, "-m", "venv", "--clear", str(folder)])
            pip = [str(folder / "bin/python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
            _run([*pip, requirement])
    return folder / "bin/python"


def node_with(package: str) -> Path:
    """A folder in which Node finds one package; skips the test where it cannot be installed."""
    folder = FOLDER / package.replace("@", "==")
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node or npm is not installed: make system-packages")
    with _made_by_one(folder) as missing:
        if missing:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            _run([npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--silent", package])
    return folder


@contextmanager
def _made_by_one(folder: Path) -> Iterator[bool]:
    """Whether it is still to be made; other processes of the tests wait until it is."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not (folder / "installed").exists()
        (folder / "installed").touch()


def _run(command: list[str]) -> None:
    try:
        result = subprocess.run(command, check=False, capture_output=True, text=True, timeout=LONGEST_S)
    except subprocess.TimeoutExpired:
        pytest.skip(f"{command[-1]} could not be installed within {LONGEST_S} s")
    if result.returncode:
        last = (result.stderr.splitlines() or ["no message"])[-1]
        pytest.skip(f"{command[-1]} cannot be installed: {last}")
