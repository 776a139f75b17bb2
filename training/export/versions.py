"""The software that scores depend on."""

import platform
from importlib import metadata

LIBRARIES = ("leak-inspection", "torch", "onnx", "onnxscript", "onnxruntime", "numpy", "opencv-python-headless")


def versions() -> dict[str, str]:
    """Versions by name."""
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in LIBRARIES}
