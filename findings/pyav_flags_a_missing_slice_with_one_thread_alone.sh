#!/bin/sh
# FFmpeg does not flag a picture of which a slice is missing, unless it decodes with one thread: there stands what an
# older picture left in the buffer, frame.is_corrupt is False, and nothing is logged. With thread_count = 1 the gap is
# concealed and flagged.
#
# Version: PyAV 18.1.0 (FFmpeg 8.1.2, numpy 2.4.6), Linux x86_64, Python 3.11, two cores and more.
#
# Slices are lost where packets of RTP are. PyAV's default, thread type SLICE with a thread a core, switches off FFmpeg's
# error concealment, and with it the only thing that sets decode_error_flags, which is_corrupt tells. Pictures that refer
# to the wrong one are flagged in neither way.
#
# Output seen (the film's second keyframe is without the second of its two slices; mean of its lower half, 120 is right):
#   threads=default is_corrupt=False lower=80
#   threads=1 is_corrupt=True lower=119
#
# Installs into a temporary folder; fails if the behaviour is another.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check av==18.1.0 numpy==2.4.6
cat > "$folder/show.py" <<'PYTHON'
import sys

import av
import numpy as np

RIGHT = 120
with av.open(sys.argv[1], "w") as film:
    options = {"g": "5", "bf": "0", "slices": "2", "sc_threshold": "0"}
    stream = film.add_stream("libx264", rate=10, options=options)
    stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
    for number in range(10):
        film.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((96, 160, 3), 20 + 20 * number, np.uint8))))
    film.mux(stream.encode())


def without_last_unit(packet):
    data, units = bytes(packet), []
    while data:
        end = 4 + int.from_bytes(data[:4], "big")
        units.append(data[:end])
        data = data[end:]
    left = av.Packet(b"".join(units[:-1]))
    left.pts, left.dts, left.time_base, left.is_keyframe = packet.pts, packet.dts, packet.time_base, packet.is_keyframe
    return left


def decoded(threads):
    with av.open(sys.argv[1]) as film:
        stream = film.streams.video[0]
        if threads:
            stream.codec_context.thread_count = threads
        for number, packet in enumerate(film.demux(stream)):
            frames = stream.codec_context.decode(without_last_unit(packet) if number == 5 else packet)
            if number == 5:
                return frames[0].is_corrupt, int(frames[0].to_ndarray(format="rgb24")[56:].mean())


seen = {}
for threads in (0, 1):
    seen[threads] = corrupt, lower = decoded(threads)
    print(f"threads={threads or 'default'} is_corrupt={corrupt} lower={lower}")
sys.exit(0 if not seen[0][0] and seen[1][0] and seen[0][1] != RIGHT else "the behaviour has changed")
PYTHON
"$folder/venv/bin/python" "$folder/show.py" "$folder/film.mkv"
