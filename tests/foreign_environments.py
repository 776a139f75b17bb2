"""Environments of clients that cannot live in ours, each made once: for Python below .venv/foreign, for Node too."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / ".venv" / "foreign"
LONGEST_S = 400


def python_with(requirement: str) -> Path:
    """The interpreter of an environment with one package; skips the test where it cannot be installed."""
    folder = FOLDER / requirement
    if not (folder / "installed").exists():
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        pip = [str(folder / "bin/python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        _run([*pip, requirement])
        (folder / "installed").touch()
    return folder / "bin/python"


def node_with(package: str) -> Path:
    """A folder in which Node finds one package; skips the test where it cannot be installed."""
    folder = FOLDER / package.replace("@", "==")
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node or npm is not installed: make system-packages")
    if not (folder / "installed").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _run([npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--silent", package])
        (folder / "installed").touch()
    return folder


def _run(command: list[str]) -> None:
    try:
        result = subprocess.run(command, check=False, capture_output=True, text=True, timeout=LONGEST_S)
    except subprocess.TimeoutExpired:
        pytest.skip(f"{command[-1]} could not be installed within {LONGEST_S} s")
    if result.returncode:
        last = (result.stderr.splitlines() or ["no message"])[-1]
        pytest.skip(f"{command[-1]} cannot be installed: {last}")
