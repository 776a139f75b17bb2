"""Another commit of this repository beside the working tree, in an environment of its own, to be compared with."""

import io
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

TREES = Path("build/commits")
SHOWN = 7


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit that was built; ``tree`` is the folder with its files and its environment."""

    sha: str
    tree: Path

    @property
    def name(self) -> str:
        """How tables call it."""
        return self.sha[:SHOWN]


def build(revision: str) -> Commit:
    """Lay a commit's files beside, and install its service there; what is there already stays.

    Raises:
        SystemExit: there is no such commit, or its requirements cannot be installed here.
    """
    sha = _output("git", "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
    if not sha:
        raise SystemExit(f"{revision} is no commit of this repository: name one that git log shows")
    tree = (TREES / sha).absolute()
    done = tree / ".venv" / "installed"
    if not done.exists():
        print(f"building {sha[:SHOWN]} ...", file=sys.stderr)  # noqa: T201  # the bench prints
        with tarfile.open(fileobj=io.BytesIO(_output("git", "archive", sha))) as archive:
            archive.extractall(tree, filter="data")
        _install(tree)
        done.touch()
    return Commit(sha, tree)


def _install(tree: Path) -> None:
    python = tree / ".venv/service/bin/python"
    subprocess.run([sys.executable, "-m", "venv", "--clear", python.parents[1]], check=True)
    pip: list[str | Path] = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    installed = subprocess.run(
        [*pip, "--constraint", "constraints.txt", "--editable", ".[service]"],
        check=False,
        cwd=tree,
        capture_output=True,
        text=True,
    )
    if installed.returncode:
        raise SystemExit(f"{tree.name[:SHOWN]} cannot be installed: {installed.stderr.strip().splitlines()[-1]}")


def _output(*command: str) -> bytes:
    return subprocess.run(command, check=False, capture_output=True).stdout
