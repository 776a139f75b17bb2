"""``leak-inspection simulate``: cameras to try the service with."""

import argparse
import asyncio
import json
import ssl
from contextlib import suppress
from pathlib import Path

import httpx

from service.commands import Commands
from service.commands.options import FOREVER_S, positive
from service.contract.errors import SetupError
from service.contract.layouts.naming import Naming
from service.simulation.events import AMOUNTS, PlantEvent, parse_event
from service.simulation.gallery import Gallery
from service.simulation.plant import Plant
from service.simulation.result import SimulationResult
from service.simulation.sender import Sender, SendingRate

TIMEOUT_S = 30.0


def add_to(commands: Commands) -> None:
    parser = commands.add_parser("simulate", help="post pictures as the cameras of a plant do")
    parser.add_argument(
        "pictures", type=Path, metavar="DIR", help="crops, in a folder or archive, in any layout that training reads"
    )
    for name, what in (("good", "shows good wells"), ("leak", "shows leaks"), ("skip", "is not to be shown")):
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar="NAME", help=f"a folder that {what}; may be repeated"
        )
    parser.add_argument("--ca", type=Path, metavar="FILE", help="certificates to trust, where the service has its own")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the service (%(default)s)")
    parser.add_argument("--key", help="sent as X-API-Key")
    parser.add_argument("--cameras", type=_count, default=1, help="how many, called cam-1, cam-2, ... (%(default)s)")
    parser.add_argument(
        "--wells", type=_count, default=80, help="crops in a frame, called 1a, 1b, 2a, ... (%(default)s)"
    )
    parser.add_argument("--rate", type=positive, default=3.5, help="frames a second of each camera (%(default)s)")
    parser.add_argument("--seconds", type=positive, default=FOREVER_S, help="how long (until Ctrl-C)")
    parser.add_argument("--single", action="store_true", help="post crop by crop, not frame by frame")
    parser.add_argument(
        "--event",
        type=_event,
        action="append",
        default=[],
        metavar="KIND[=AMOUNT][:CAMERA[:WELL]]@START[+SECONDS]",
        help=f"something that goes wrong; may be repeated; kinds: {', '.join(AMOUNTS)}",
    )
    parser.add_argument("--seed", type=int, default=0, help="order of the pictures (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Simulate until the time is over or Ctrl-C, then print what became of the crops."""
    naming = Naming(tuple(options.good), tuple(options.leak), tuple(options.skip))
    gallery = Gallery.read(options.pictures, options.seed, naming)
    plant = Plant(gallery, options.cameras, options.wells, options.event)
    pace = SendingRate(options.rate, options.seconds, single=options.single)
    result = SimulationResult(pace.frames_per_s * options.cameras * options.wells)
    with suppress(KeyboardInterrupt):
        asyncio.run(_simulate(plant, pace, result, options))
    print(json.dumps(result.summary(), indent=2) if options.json else result.text())
    return 0 if result.verdicts else 1


async def _simulate(plant: Plant, pace: SendingRate, result: SimulationResult, options: argparse.Namespace) -> None:
    headers = {"x-api-key": options.key} if options.key else {}
    verify = _trusted(options.ca) if options.ca else True
    limits = httpx.Limits(max_connections=pace.outstanding, max_keepalive_connections=pace.outstanding)
    async with httpx.AsyncClient(
        base_url=options.url, headers=headers, timeout=TIMEOUT_S, limits=limits, verify=verify
    ) as client:
        await Sender(plant, pace, client, result).run()


def _trusted(certificates: Path) -> ssl.SSLContext:
    """Trust the certificates of a file alone.

    Raises:
        SetupError: the file cannot be read.
    """
    try:
        return ssl.create_default_context(cafile=certificates)
    except (OSError, ssl.SSLError) as error:
        raise SetupError(f"{certificates} cannot be read as certificates ({error}): name a PEM file") from error


def _event(text: str) -> PlantEvent:
    try:
        return parse_event(text)
    except SetupError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: a whole number of 1 or more is expected")
    return int(text)
