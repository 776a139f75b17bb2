"""Faults of the picture: what no camera should send, in several strengths, on wells that pass when whole."""

from collections.abc import Awaitable, Callable, Sequence
from functools import cache, partial

import cv2
import numpy as np

from service.contract.manifest import GateLimits
from service.contract.picture import Pixels
from tests.faults.fault import Fault
from tests.faults.rig import LEAK, Rig
from tests.pictures import animated, bomb, encoded, jpeg, progressive, starts_of_scans
from tests.small_artifact import SPEC, rewrite_manifest
from tests.wells import good_well, leaking_well
from training.gate.limits import learn
from training.synthetic.corruptions import blurred, cut, lit, noisy, peppered, veiled

Spoil = Callable[[Pixels], Pixels]

WELLS = [good_well(seed) for seed in (11, 12, 13)]
ANY_FAULT = tuple(
    f"200 unknown: input_{fault}"
    for fault in (
        "black", "white", "flat", "dark", "bright", "colour", "low_contrast", "blurred", "noisy", "steamed",
        "incomplete", "unlike_well", "upside_down",
    )
)  # fmt: skip


@cache
def limits() -> GateLimits:
    """The gate's limits as training learns them, from drawn wells."""
    return learn(
        [good_well(seed) for seed in range(1000, 1300)], SPEC, [leaking_well(seed) for seed in range(20)], drawn=300
    )


def spoilt(*spoils: Spoil) -> Callable[[Rig], Awaitable[None]]:
    """Send whole wells, then the same wells spoilt in each strength, alone and in one batch."""

    async def inject(rig: Rig) -> None:
        rewrite_manifest(rig.active, gate=limits().model_dump(mode="json"))
        async with rig.serving() as running:
            for well in WELLS:
                await running.passes(encoded(cv2.cvtColor(well, cv2.COLOR_RGB2BGR)))
            pictures = [jpeg(spoil(well)) for spoil in spoils for well in WELLS]
            for picture in pictures:
                await running.post(picture)
            await running.batch(*pictures)

    return inject


def sent(*bodies: bytes) -> Callable[[Rig], Awaitable[None]]:
    """Send bodies as they are."""

    async def inject(rig: Rig) -> None:
        async with rig.serving() as running:
            for body in bodies:
                await running.post(body)

    return inject


def uniform(level: int) -> Spoil:
    return lambda well: np.full_like(well, level)


def in_strengths(spoil: Callable[[Pixels, float], Pixels], strengths: Sequence[float]) -> list[Spoil]:
    return [partial(_at, spoil, strength) for strength in strengths]


def _at(spoil: Callable[[Pixels, float], Pixels], strength: float, well: Pixels) -> Pixels:
    return spoil(well, strength)


def random() -> np.random.Generator:
    return np.random.default_rng(5)


def noise(well: Pixels) -> Pixels:
    return random().integers(0, 256, well.shape, np.uint8)


def checkerboard(well: Pixels) -> Pixels:
    height, width = well.shape[:2]
    board = (np.add.outer(np.arange(height) // 4, np.arange(width) // 4) % 2 * 255).astype(np.uint8)
    return np.repeat(board[..., None], 3, axis=2)


def cut_short(picture: bytes, percent: int) -> bytes:
    """The first part of a JPEG with an end marker: most decoders fill the rest with grey and do not complain."""
    return picture[: len(picture) * percent // 100] + b"\xff\xd9"


def parts_of(well: Pixels) -> list[bytes]:
    """What is left of a JPEG of a well when its end, or some of its scans, is lost on the way."""
    whole, scans = jpeg(well), progressive(well)
    return [
        *(cut_short(whole, percent) for percent in (60, 80, 90, 95, 99)),
        *(cut_short(scans, percent) for percent in (60, 80, 95)),
        *(scans[:start] + b"\xff\xd9" for start in starts_of_scans(scans)[1:]),
    ]


async def cut_jpegs(rig: Rig) -> None:
    async with rig.serving() as running:
        for well in WELLS:
            for whole in (jpeg(well), progressive(well)):
                await running.passes(whole)
            for part in parts_of(well):
                await running.post(part)
            await running.batch(*parts_of(well))


async def huge_in_a_small_file(rig: Rig) -> None:
    """Headers promise 25 million pixels, which the gate has no use for: nothing is decoded."""
    rewrite_manifest(rig.active, gate=limits().model_dump(mode="json"))
    small = jpeg(WELLS[0])
    frame = small.find(b"\xff\xc0")
    promise = small[: frame + 5] + (5000).to_bytes(2) * 2 + small[frame + 9 :]
    async with rig.serving() as running:
        for picture in (bomb(5000, 5000), promise):
            await running.post(picture)
        await running.batch(*[bomb(5000, 5000), promise] * 4)


def many_scans() -> bytes:
    """A JPEG that sends its pixels again and again."""
    whole = jpeg(WELLS[0])
    scan = whole[whole.find(b"\xff\xda") : -2]
    return whole[:-2] + scan * 100 + b"\xff\xd9"


def with_another(first: bytes, second: bytes) -> tuple[bytes, ...]:
    """Two pictures in one body, in either order."""
    return first + second, second + first


PICTURE_FAULTS = (
    Fault("black", "black at levels 0 to 15", ("200 unknown: input_black",), spoilt(*map(uniform, (0, 5, 15)))),
    Fault("white", "white at levels 241 to 255", ("200 unknown: input_white",), spoilt(*map(uniform, (241, 255)))),
    Fault("flat", "one grey at levels 60 to 200", ("200 unknown: input_flat",), spoilt(*map(uniform, (60, 120, 200)))),
    Fault("blur", "Gaussian blur of 2, 3, 4 px", ANY_FAULT, spoilt(*in_strengths(blurred, (2, 3, 4)))),
    Fault("lamp", "lamp at 40, 25, 15 %", ANY_FAULT, spoilt(*in_strengths(lit, (0.4, 0.25, 0.15)))),
    Fault("glare", "light 2.5 and 4 times", ANY_FAULT, spoilt(*in_strengths(lit, (2.5, 4.0)))),
    Fault(
        "steam",
        "a white veil of 60 to 90 %",
        ANY_FAULT,
        spoilt(*in_strengths(lambda well, share: veiled(well, share, 220.0), (0.6, 0.75, 0.9))),
    ),
    Fault(
        "sensor noise",
        "noise of 20 and 40 grey levels",
        ANY_FAULT,
        spoilt(*in_strengths(lambda well, sigma: noisy(well, sigma, random()), (20, 40))),
    ),
    Fault(
        "dead pixels",
        "5 and 20 % of pixels black or white",
        ANY_FAULT,
        spoilt(*in_strengths(lambda well, share: peppered(well, share, random()), (0.05, 0.2))),
    ),
    Fault("nothing but noise", "random pixels", ANY_FAULT, spoilt(noise)),
    Fault("checkerboard", "a test pattern", ANY_FAULT, spoilt(checkerboard)),
    Fault("BGR for RGB", "red and blue swapped", ANY_FAULT, spoilt(lambda well: well[..., ::-1].copy())),
    Fault(
        "half a picture",
        "half of the rows grey or black",
        ANY_FAULT,
        spoilt(*(lambda well, fill=fill: cut(well, 0.5, 0, fill) for fill in (0, 128))),
    ),
    Fault(
        "part of a JPEG",
        "cut at 60 to 99 % or between two scans, with an end marker",
        ("415 not-a-picture", "200 unknown: input_undecodable"),
        cut_jpegs,
    ),
    Fault(
        "two pictures in one body",
        "a good well and a leak behind each other",
        ("415 not-a-picture",),
        sent(*with_another(jpeg(WELLS[0]), LEAK), *with_another(encoded(WELLS[0]), encoded(leaking_well(3)))),
    ),
    Fault(
        "animation",
        "an APNG: the still is a leak, the animation a good well, and the other way round",
        ("415 not-a-picture",),
        sent(animated(leaking_well(3), WELLS[0]), animated(WELLS[0], leaking_well(3))),
    ),
    Fault(
        "wrong size",
        "one pixel, a strip, a tower",
        ("200 unknown: input_size",),
        spoilt(
            lambda well: well[:1, :1].copy(),
            lambda well: cv2.resize(well, (400, 8)),  # type: ignore[arg-type, return-value]
            lambda well: cv2.resize(well, (8, 400)),  # type: ignore[arg-type, return-value]
        ),
    ),
    Fault(
        "small file, huge picture",
        "JPEGs and PNGs of a few bytes, 25 million pixels by their headers",
        ("200 unknown: input_size",),
        huge_in_a_small_file,
    ),
    Fault("endless scans", "a JPEG of a hundred scans", ("413 too-large",), sent(many_scans())),
    Fault(
        "no picture",
        "nothing, text, a GIF, a truncated JPEG and PNG",
        ("415 not-a-picture",),
        sent(b"", b"no leak", b"GIF89a" + bytes(99), jpeg(WELLS[0])[:300], encoded(WELLS[0])[:-20]),
    ),
    Fault(
        "decompression bomb",
        "a small PNG of 3.6 thousand million pixels",
        ("413 too-large",),
        sent(bomb(60_000, 60_000)),
    ),
)
