"""Reads a stream of RTP over a network that loses packets: ``python -m tests.lossy_reader FOLDER``, in a namespace.

Prints how far each picture that was handed over is from the one that was sent, and how many gaps were noticed.
"""

import json
import sys
import threading
from pathlib import Path

from service.contract.picture import decode
from service.streams.newest import ArrivedFrame
from service.streams.order import Order
from service.streams.reader import read
from tests.collected_frames import Collected
from tests.gstreamer_camera import GstreamerCamera
from tests.numbered_pictures import FILM, numbered, wrong_by
from tests.pictures import jpeg
from tests.ports import free_port

RATE = 50
LONGEST_S = 60.0
ENOUGH = 20


class UntilLost(Collected):
    """Breaks the stream off once there are pictures enough, and gaps among them."""

    def put(self, arrival: ArrivedFrame) -> None:
        super().put(arrival)
        if self.lost and len(self.files) >= ENOUGH:
            raise EOFError


def main() -> None:
    camera = GstreamerCamera(Path(sys.argv[1]), [jpeg(numbered(number)) for number in range(FILM)], free_port(), RATE)
    collected = UntilLost(10_000)
    last = threading.Timer(LONGEST_S, camera.close)
    last.start()
    read(Order(f"rtsp://127.0.0.1:{camera.port}/live", 100.0, 100_000, 1_000_000, "udp"), collected)
    last.cancel()
    camera.close()
    wrong = [wrong_by(decode(file)) for file in collected.files]
    print(json.dumps({"wrong": wrong, "lost": collected.lost, "errors": collected.errors}))


if __name__ == "__main__":
    main()
