"""The README's first lines, as a reader types them."""

import re
import subprocess
from pathlib import Path

from tests.e2e.running_service import RunningService

ROOT = Path(__file__).parents[2]


def test_the_curl_line_gets_a_verdict(service: RunningService) -> None:
    (line,) = re.findall(r"^curl .*$", (ROOT / "README.md").read_text(), re.MULTILINE)
    here = line.replace("http://127.0.0.1:8000", service.address)
    answer = subprocess.run(here, shell=True, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S602  # a reader's shell
    assert '"verdict":' in answer.stdout
