"""What shapes a fit or a drawing beside recipe and data: the sources at hand and the libraries below them."""

import hashlib
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable

from training.export.versions import versions

SOURCES = (
    "service.contract/picture.py",
    "service.contract/header",
    "training.dataset",
    "training.recipe",
    "training.synthetic",
    "training.models",
    "training.fitting",
    "training.export/block_graph.py",
    "training.export/onnx_graph.py",
    "training.comparison/job.py",
    "training.comparison/pca.py",
    "training.comparison/picture_sets.py",
    "training.comparison/result.py",
)
"""Packages, or files and folders in them; whoever changes one of them fits anew."""


def sources() -> dict[str, Traversable]:
    """Where each of them lies."""
    named = {source: source.partition("/") for source in SOURCES}
    return {source: resources.files(package).joinpath(inner) for source, (package, _, inner) in named.items()}


def fingerprint(places: Mapping[str, Traversable]) -> str:
    """The sha256 over the text of all Python files in these places, and the versions of libraries and Python."""
    digest = hashlib.sha256(repr(sorted(versions().items())).encode())
    for source, place in places.items():
        for name, file in _python_files(source, place):
            digest.update(name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _python_files(name: str, place: Traversable) -> Iterator[tuple[str, Traversable]]:
    if place.is_dir():
        for entry in sorted(place.iterdir(), key=lambda one: one.name):
            yield from _python_files(f"{name}/{entry.name}", entry)
    elif place.name.endswith(".py"):
        yield name, place
