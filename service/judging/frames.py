"""From a whole frame to the crops of its wells: decode once, align, cut. Pure computation, safe in any thread."""

from collections.abc import Iterator, Mapping

from service.contract.alignment.aligner import Aligner, Found
from service.contract.alignment.alignment import Alignment
from service.contract.alignment.cutting import cut
from service.contract.artifact import sha256_hex
from service.contract.crop import Crop
from service.contract.decision import FrameFacts, Reason
from service.contract.header.header import PNG, Header
from service.contract.levels import Levels
from service.contract.lossless import png_of
from service.contract.picture import Pixels, decode, read_header


def crops_of(frame: Crop, aligner: Aligner, levels: Levels | None = None) -> tuple[list[Crop], str | None]:
    """Decode a frame, whose size has to be the reference's, and cut its wells out.

    Args:
        frame: the whole file, with the labels of all its wells.
        aligner: of its camera.
        levels: of a frame with 16 bits a channel, as the artefact states them.

    Returns:
        A crop a well, in the order of the layout, and why none of them may be judged, or None.

    Raises:
        PictureError: it cannot be decoded.
    """
    header = frame.header or read_header(frame.image)
    frame = frame._replace(header=header)
    if not may_fit(header, aligner):
        return _of_another_size(frame, (header.width, header.height), aligner)
    return crops_of_picture(frame, decode(frame.image, header.pixels, header, levels), aligner)


def may_fit(header: Header, aligner: Aligner) -> bool:
    """Whether a frame has the size of its reference, or may have once its EXIF data have turned it."""
    size = header.width, header.height
    return size == aligner.size or (header.oriented and size[::-1] == aligner.size)


def crops_of_picture(frame: Crop, picture: Pixels, aligner: Aligner) -> tuple[list[Crop], str | None]:
    """Align uint8 [H, W, 3] RGB, and cut its wells out; see ``crops_of``."""
    height, width = picture.shape[:2]
    if (width, height) != aligner.size:
        return _of_another_size(frame, (width, height), aligner)
    found = aligner.align(picture)
    alignment = found.alignment
    facts = _facts(frame, alignment)
    if alignment.problem is not None:
        return _all_misaligned(frame, aligner, facts), alignment.problem
    wells = cut(picture, aligner.layout.wells, alignment.matrix)
    return list(_crops(frame, wells, found, facts)), None


def _of_another_size(frame: Crop, size: tuple[int, int], aligner: Aligner) -> tuple[list[Crop], str]:
    said = "the frame has {} x {} pixels, its reference {} x {}".format(*size, *aligner.size)
    return _all_misaligned(frame, aligner, FrameFacts(frame.sha256)), said


def _all_misaligned(frame: Crop, aligner: Aligner, facts: FrameFacts) -> list[Crop]:
    """All wells of a frame on which none was found; the picture of each is the whole frame."""
    return [_misaligned(frame, name, facts) for name in aligner.layout.wells]


def _misaligned(frame: Crop, name: str, facts: FrameFacts) -> Crop:
    return frame._replace(well_id=name, frame=facts, doubt=Reason.MISALIGNED)


def _crops(frame: Crop, wells: Mapping[str, Pixels | None], found: Found, facts: FrameFacts) -> Iterator[Crop]:
    for (name, pixels), in_sight in zip(wells.items(), found.in_sight.tolist(), strict=True):
        if pixels is None:
            yield _misaligned(frame, name, facts)
            continue
        image = png_of(pixels)
        yield frame._replace(
            image=image,
            sha256=sha256_hex(image),
            well_id=name,
            header=Header(PNG, pixels.shape[1], pixels.shape[0]),
            pixels=pixels,
            frame=facts,
            doubt=None if in_sight else Reason.COVERED,
        )


def _facts(frame: Crop, alignment: Alignment) -> FrameFacts:
    figures = (alignment.shift_px, alignment.turn_degrees, alignment.residual_px, alignment.proof)
    return FrameFacts(frame.sha256, *(round(figure, 3) for figure in figures))
