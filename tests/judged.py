"""Shots for tests that judge without HTTP."""

from datetime import UTC, datetime
from time import perf_counter

from service.contract.artifact import sha256_hex
from service.contract.crop import Crop


def shot_of(image: bytes) -> Crop:
    """A picture as it arrives, now and without labels."""
    return Crop(image, sha256_hex(image), "test", datetime.now(UTC), perf_counter())
