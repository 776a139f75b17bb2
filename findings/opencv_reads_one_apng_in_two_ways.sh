#!/bin/sh
# OpenCV shows two pictures of one file: cv2.imread gives the still picture of an animated PNG, cv2.imdecode its first frame.
#
# Version: opencv-python-headless 5.0.0.93 (numpy 2.4.6), Linux x86_64, Python 3.11.
#
# A valid APNG may hold a still picture (IDAT without fcTL before it) that is no part of the animation (PNG, 3rd edition,
# section 4.9). With two or more frames the same bytes give different pixels, depending on the function that reads them.
# With one frame both functions give the still. Whoever looks at a file by one and judges it by the other sees two things.
#
# Output seen:
#   5.0.0 frames=1 imread=red imdecode=red
#   5.0.0 frames=2 imread=red imdecode=green
#   5.0.0 frames=3 imread=red imdecode=green
#
# Installs into a temporary folder; fails if the behaviour is another.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check opencv-python-headless==5.0.0.93 numpy==2.4.6
cat > "$folder/show.py" <<'PYTHON'
import struct
import sys
import zlib

import cv2
import numpy as np

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
NAMES = {RED: "red", GREEN: "green", BLUE: "blue"}


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pixels(colour):
    return zlib.compress((b"\0" + bytes(colour) * 4) * 4)


def apng(frames):
    """4 x 4 pixels: a red still, then frames in green and blue."""
    parts = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0))]
    parts += [chunk(b"acTL", struct.pack(">II", frames, 0)), chunk(b"IDAT", pixels(RED))]
    for frame in range(frames):
        parts.append(chunk(b"fcTL", struct.pack(">IIIIIHHBB", 2 * frame, 4, 4, 0, 0, 1, 10, 0, 0)))
        parts.append(chunk(b"fdAT", struct.pack(">I", 2 * frame + 1) + pixels((GREEN, BLUE)[frame % 2])))
    return b"".join([*parts, chunk(b"IEND", b"")])


def name(picture):
    return NAMES[tuple(picture[0, 0].tolist())]


seen = []
for frames in (1, 2, 3):
    data = apng(frames)
    with open(sys.argv[1], "wb") as file:
        file.write(data)
    read = name(cv2.imread(sys.argv[1], cv2.IMREAD_COLOR_RGB))
    decoded = name(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB))
    print(cv2.__version__, f"frames={frames}", f"imread={read}", f"imdecode={decoded}")
    seen.append((read, decoded))
expected = [("red", "red"), ("red", "green"), ("red", "green")]
sys.exit(0 if seen == expected else "the behaviour has changed")
PYTHON
"$folder/venv/bin/python" "$folder/show.py" "$folder/picture.png"
