"""Standard error holds nothing but JSON lines, whoever writes there."""

import subprocess
import sys

import orjson

BEGIN = """
import logging, os, sys
import cv2, numpy as np
from service.telemetry.logs import configure_logging
from service.telemetry.native_output import logged_native_output
from tests.pictures import chunk, encoded

configure_logging("info")
with logged_native_output():
"""


def lines_of(code: str) -> list[dict[str, object]]:
    """What a process says on standard error that runs ``code`` in the middle of it."""
    indented = "".join(f"    {line}\n" for line in code.strip().splitlines())
    ended = subprocess.run([sys.executable, "-c", BEGIN + indented], capture_output=True, check=True)
    return [orjson.loads(line) for line in ended.stderr.splitlines()]


def test_complaints_of_c_libraries_become_lines_of_the_log() -> None:
    lines = lines_of("""
png = encoded(np.zeros((9, 9, 3), np.uint8))
cut = png[:33] + chunk(b"IDAT", b"no pixels") + chunk(b"IEND", b"")
cv2.imdecode(np.frombuffer(cut, np.uint8), cv2.IMREAD_COLOR_RGB)
logging.getLogger("service").info("after it")
""")
    native = [line for line in lines if line["logger"] == "native"]
    assert any("libpng" in str(line["message"]) for line in native)
    assert [line["message"] for line in lines if line["logger"] == "service"] == ["after it"]


def test_a_flood_blocks_nobody() -> None:
    lines = lines_of("""
for _ in range(3000):
    try:
        os.write(2, b"x" * 999 + b"\\n")
    except BlockingIOError:
        pass
logging.getLogger("service").info("the end")
""")
    assert "the end" in {line["message"] for line in lines}


def test_afterwards_standard_error_is_what_it_was() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", BEGIN + '    logging.info("within")\nprint("plain", file=sys.stderr)'],
        capture_output=True,
        check=True,
        text=True,
    )
    within, plain = ended.stderr.splitlines()
    assert orjson.loads(within)["message"] == "within"
    assert plain == "plain"
