"""What a JPEG or PNG says of itself before any pixel is decoded."""

from typing import NamedTuple

JPEG_START = b"\xff\xd8\xff"
PNG_START = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
JPEG, PNG = "image/jpeg", "image/png"


class Header(NamedTuple):
    """Media type and size in pixels, as the file states them, and what decoding it will cost.

    ``passes`` is how often a decoder goes over the picture (scans of a JPEG). ``oriented`` says that the file may have
    EXIF data, by which width and height may change places; ``deep`` that channels have 16 bits.
    """

    media_type: str
    width: int
    height: int
    passes: int = 1
    oriented: bool = False
    deep: bool = False

    @property
    def pixels(self) -> int:
        """Width times height."""
        return self.width * self.height

    @property
    def decoding_pixels(self) -> int:
        """Pixels of 3 bytes for which a decoder needs memory: what comes before takes twice as much as it becomes."""
        return self.pixels * ((3 if self.passes > 1 else 1) + self.oriented + 2 * self.deep)
