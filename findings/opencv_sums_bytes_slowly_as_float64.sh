#!/bin/sh
# cv2.reduce sums bytes many times slower into CV_64F than into CV_32S or CV_32F, though the sums are the same.
#
# Version: opencv-python-headless 5.0.0.93 (numpy 2.4.6), Linux x86_64, Python 3.11.
#
# Nine planes of 60,480 bytes (one row each), REDUCE_SUM along the row, one thread. The sum of a row is at most 15,422,400:
# exact in all three types. CV_64F, the type one takes to be safe from overflow and rounding, costs more than ten times as
# much, also with OPENCV_CPU_DISABLE=AVX2 (18 times). Remedy: sum into CV_32S (rows up to 8,421,504 bytes).
#
# Output seen (the times differ between machines; the script asks only for a ratio above 4):
#   CV_32S 8 us, CV_32F 8 us, CV_64F 293 us: CV_64F / CV_32S = 34.5, same_sums=True
#
# Installs into a temporary folder; fails if the behaviour is another.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check opencv-python-headless==5.0.0.93 numpy==2.4.6
cat > "$folder/show.py" <<'PYTHON'
import sys
import time

import cv2
import numpy as np

cv2.setNumThreads(1)
planes = np.random.default_rng(0).integers(0, 256, size=(9, 60480), dtype=np.uint8)


def sums(kind):
    return cv2.reduce(planes, 1, cv2.REDUCE_SUM, dtype=getattr(cv2, kind)).ravel()


def seconds(kind):
    """The best of 25 rounds of 20 calls, in seconds of this thread's processor time for one call."""
    best = float("inf")
    for _ in range(25):
        start = time.thread_time()
        for _ in range(20):
            sums(kind)
        best = min(best, (time.thread_time() - start) / 20)
    return best


kinds = ("CV_32S", "CV_32F", "CV_64F")
times = {kind: seconds(kind) for kind in kinds}
same = all((sums(kind) == planes.sum(axis=1, dtype=np.int64)).all() for kind in kinds)
ratio = times["CV_64F"] / times["CV_32S"]
figures = ", ".join(f"{kind} {1e6 * times[kind]:.0f} us" for kind in kinds)
print(f"{figures}: CV_64F / CV_32S = {ratio:.1f}, same_sums={same}")
sys.exit(0 if same and ratio > 4 else "the behaviour has changed")
PYTHON
"$folder/venv/bin/python" "$folder/show.py"
