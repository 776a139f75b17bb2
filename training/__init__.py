"""Offline training of autoencoders on crops of good wells.

For notebooks: ``from training import load_artifact, read_comparison, read_picture``; nothing is loaded before that.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.notebook import LoadedArtifact, load_artifact, read_comparison, read_picture

__all__ = ["LoadedArtifact", "load_artifact", "read_comparison", "read_picture"]


def __getattr__(name: str) -> object:
    if name in __all__:
        return getattr(import_module("training.notebook"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted((*globals(), *__all__))
