"""The processes of a comparison, seen from outside."""

import subprocess
import sys
from pathlib import Path

from tests.eventually import until

MAIN = """
import sys
from pathlib import Path
from tests.dying import stay
from training.fitting.worker_pool import worker_pool

with worker_pool(1) as pool:
    pool.submit(stay, Path(sys.argv[1])).result()
"""


def runs(pid: str) -> bool:
    """A process that has ended and that nobody asks about any more counts as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_workers_of_a_comparison_that_was_killed_end_with_it(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    with subprocess.Popen([sys.executable, "-c", MAIN, str(mark)]) as comparison:
        worker = until(lambda: mark.read_text() if mark.exists() else "")
        comparison.kill()
    until(lambda: not runs(worker))
