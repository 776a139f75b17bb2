"""The scans of a JPEG: decoders invent what a missing one would bring (zeros), and say nothing of it."""

from collections.abc import Sequence
from typing import NamedTuple, Self

from service.contract.errors import NotAPicture, PictureTooLarge

COEFFICIENTS = 64
NOTHING_YET = 16
MOST_SCANS = 64
"""Ordinary encoders write ten; a decoder goes over all pixels for each, however few bytes it has."""

INCOMPLETE = "the picture is truncated, a scan is missing: send the whole file"


class Scan(NamedTuple):
    """A scan's header: which coefficients of which components it brings, and down to which bit.

    ``refined_from`` is the bit down to which they were there before, 0 for those that are new.
    """

    components: bytes
    first: int
    last: int
    refined_from: int
    low_bit: int

    @classmethod
    def read(cls, data: bytes, at: int) -> Self:
        """Read the header whose marker stands at ``at``.

        Raises:
            NotAPicture: it is cut, or states coefficients that do not exist.
        """
        count = int.from_bytes(data[at + 4 : at + 5])
        end = at + 5 + 2 * count
        if count == 0 or end + 3 > len(data) or not data[end] <= data[end + 1] < COEFFICIENTS:
            raise NotAPicture("the JPEG has a malformed scan: send it again")
        return cls(data[at + 5 : end : 2], data[end], data[end + 1], data[end + 2] >> 4, data[end + 2] & 0x0F)


def check_scans(scans: Sequence[Scan], components: bytes, *, progressive: bool) -> None:
    """Check that the scans bring every component whole.

    Args:
        scans: in the order of the file.
        components: identifiers of the frame's components.
        progressive: whether a scan may bring some coefficients, or their upper bits, alone.

    Raises:
        NotAPicture: something is missing.
        PictureTooLarge: there are more than ``MOST_SCANS``.
    """
    if len(scans) > MOST_SCANS:
        raise PictureTooLarge(f"the JPEG has {len(scans)} scans, more than the {MOST_SCANS} allowed: send a plain one")
    if progressive:
        is_whole = all(_all_bits_of(component, scans) for component in components)
    else:
        brought = {component for scan in scans for component in scan.components}
        is_whole = set(components) <= brought
    if not is_whole:
        raise NotAPicture(INCOMPLETE)


def _all_bits_of(component: int, scans: Sequence[Scan]) -> bool:
    low_bits = [NOTHING_YET] * COEFFICIENTS
    for scan in scans:
        if component in scan.components:
            brought = slice(scan.first, scan.last + 1)
            if any(bit != (scan.refined_from or NOTHING_YET) for bit in low_bits[brought]):
                return False
            low_bits[brought] = [scan.low_bit] * (scan.last + 1 - scan.first)
    return not any(low_bits)
