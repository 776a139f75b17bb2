"""Whether a worker runs the code that the command runs: with other code, results would be others without a word."""

import hashlib
from functools import cache
from importlib import resources

from service.contract.errors import SetupError
from training.export.versions import versions

PACKAGES = ("service.contract", "training")


@cache
def code() -> str:
    """The sha256 over our sources and the versions of what they stand on."""
    digest = hashlib.sha256(repr(sorted(versions().items())).encode())
    for package in PACKAGES:
        with resources.as_file(resources.files(package)) as root:
            for path in sorted(root.rglob("*.py")):
                digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def require(expected: str) -> None:
    """Do nothing where the code is the same.

    Raises:
        SetupError: it is not.
    """
    if code() != expected:
        raise SetupError("a worker of the cluster has another version of this software: give all nodes the same image")
