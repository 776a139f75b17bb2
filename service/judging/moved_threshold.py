"""The served artefact with another threshold, as a new artefact: the same graph, the same scores, another cut."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from service.contract.artifact import EXPLAIN, MANIFEST, MODEL, Artifact, artifact_id
from service.contract.detector import Detector
from service.contract.errors import ArtifactInvalid, ExportRefused, Unavailable
from service.contract.manifest import GoldenPicture, Manifest, Threshold
from service.contract.picture import decode
from service.contract.stored_files.draft import Draft, drafted
from service.judging.serving import Serving
from service.monitoring.self_test import missing_kinds

MOVED: Final = "moved"
"""The strategy of a threshold that a person chose."""

NEAR: Final = 2.0
"""So many tolerances from the threshold a golden picture may get either verdict on another machine."""

METADATA_PROPS: Final = 14
"""The number of this field in ONNX's ModelProto; a StringStringEntryProto has a key (1) and a value (2)."""

VARINT, DELIMITED = 0, 2
MORE: Final = 0x80
"""Set in each byte of a number but the last; the other seven bits are the number's."""


def with_threshold(serving: Serving, value: float, folder: Path) -> str:
    """Write the artefact that is served with another threshold below ``folder``; return its id.

    It says by ``scores_of`` whose scores its own equal. The golden pictures stay, each with the verdict that it gets
    now, but for those too near to the threshold; figures that were measured with another threshold do not.

    Args:
        serving: what is served.
        value: the new threshold, above 0.
        folder: of artefacts that were made at run time.

    Raises:
        ArtifactInvalid: at this threshold a known leak would pass, or the golden pictures could no longer challenge it;
            or the graph is no ONNX.
        Unavailable: it cannot be written.
    """
    old = serving.artifact
    lowest = old.manifest.threshold.lowest_leak
    if lowest is not None and value > max(lowest, serving.threshold):
        raise ArtifactInvalid(f"a leak is known that scores {lowest:g} and would pass: choose no threshold above that")
    threshold = old.manifest.threshold.moved_to(value).model_copy(update={"strategy": MOVED})
    golden = tuple(_golden(old, replace(serving.detector, threshold=threshold)))
    missing = missing_kinds(golden)
    if missing:
        raise ArtifactInvalid(
            f"at a threshold of {value:g} the golden pictures show no {missing.removeprefix('a ')}, so nothing could "
            f"challenge the artefact: choose one {_usable(old)}"
        )
    properties = {"leak.threshold": repr(value), "leak.threshold_strategy": MOVED}
    model = relabelled(old.model_path.read_bytes(), properties)
    manifest = old.manifest.model_copy(
        update={"threshold": threshold, "golden": golden, "metrics": {}, "scores_of": old.scores_of}
    )
    try:
        with drafted(folder) as draft:
            return _published(draft, old, manifest, model)
    except ExportRefused as error:
        raise Unavailable(f"the artefact cannot be kept: {error}") from error


def relabelled(model: bytes, properties: Mapping[str, str]) -> bytes:
    """Replace metadata of an ONNX file and leave every other byte as it is.

    Raises:
        ArtifactInvalid: it is no message of protocol buffers.
    """
    kept = b"".join(field for field, key in _fields(model) if key not in properties)
    return kept + b"".join(
        _delimited(METADATA_PROPS, _delimited(1, key.encode()) + _delimited(2, value.encode()))
        for key, value in properties.items()
    )


def _published(draft: Draft, old: Artifact, manifest: Manifest, model: bytes) -> str:
    name = artifact_id(manifest.name, model)
    draft.write(MODEL, model)
    draft.write(EXPLAIN, old.explain_path.read_bytes())
    for picture in manifest.golden:
        draft.write(picture.file, (old.folder / picture.file).read_bytes())
    draft.write("MODEL_CARD.md", _card(name, manifest).encode())
    whole = manifest.model_copy(update={"files": draft.checksums()})
    draft.write(MANIFEST, whole.model_dump_json(indent=2).encode() + b"\n")
    return draft.publish(name).name


def _golden(artifact: Artifact, detector: Detector) -> Iterator[GoldenPicture]:
    threshold, manifest = detector.threshold, artifact.manifest
    cuts = [cut for cut in (threshold.value, threshold.grey_zone_from) if cut is not None]
    for picture in manifest.golden:
        allowed = NEAR * manifest.golden_tolerance * max(picture.score, threshold.value)
        if min(abs(picture.score - cut) for cut in cuts) > allowed:
            pixels = decode((artifact.folder / picture.file).read_bytes(), levels=manifest.levels)
            yield picture.model_copy(update={"verdict": detector.judge(pixels).verdict})


def _usable(artifact: Artifact) -> str:
    scores = sorted(picture.score for picture in artifact.manifest.golden)
    return f"between {scores[0]:.4g} and {scores[-1]:.4g}" if scores else "of an artefact with golden pictures"


def _card(name: str, manifest: Manifest) -> str:
    threshold: Threshold = manifest.threshold
    return (
        f"# {name}\n\nThe graph and the scores of {manifest.scores_of} with the threshold {threshold.value!r}, which a "
        "person chose: no rate has been measured with it. The record says who activated it, when and why.\n"
    )


def _fields(message: bytes) -> Iterator[tuple[bytes, str | None]]:
    """Each field of a ModelProto as it stands, with its key where it is one of metadata."""
    at = 0
    while at < len(message):
        begin = at
        tag, at = _varint(message, at)
        number, kind = tag >> 3, tag & 7
        size, at = _varint(message, at)
        if kind not in {VARINT, DELIMITED}:
            raise ArtifactInvalid("the model is no ONNX file that this software can relabel: export again")
        content = message[at : at + size] if kind == DELIMITED else b""
        at += len(content)
        if kind == DELIMITED and len(content) != size:
            raise ArtifactInvalid("the model's file is cut off: deploy the artefact again")
        yield message[begin:at], _key(content) if number == METADATA_PROPS else None


def _key(entry: bytes) -> str:
    """The key of a StringStringEntryProto."""
    _, at = _varint(entry, 0)
    size, at = _varint(entry, at)
    return entry[at : at + size].decode(errors="replace")


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message):
        byte = message[at]
        value |= (byte & (MORE - 1)) << shift
        shift, at = shift + 7, at + 1
        if byte < MORE:
            return value, at
    raise ArtifactInvalid("the model's file is cut off: deploy the artefact again")


def _delimited(number: int, content: bytes) -> bytes:
    return _packed(number << 3 | DELIMITED) + _packed(len(content)) + content


def _packed(value: int) -> bytes:
    out = bytearray()
    while value >= MORE:
        out.append(value & (MORE - 1) | MORE)
        value >>= 7
    return bytes((*out, value))
