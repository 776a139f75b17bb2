"""Options that several commands share: folders, times, numbers above 0."""

import argparse
import math
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from service.contract.errors import MalformedField
from service.edge.request.labels import time_of
from service.settings import Settings, read_settings

FOREVER_S: Final = 10 * 365 * 86_400.0
FOLDERS: Final = {
    "artifacts": "folder of artefacts (model_artifacts)",
    "data_dir": "folder the service writes (data)",
}


def add_folders(parser: argparse.ArgumentParser, *names: str) -> None:
    """Let the command line name some of ``FOLDERS``."""
    for name in names:
        parser.add_argument(f"--{name.replace('_', '-')}", type=Path, metavar="DIR", help=FOLDERS[name])


def settings_of(options: argparse.Namespace, *more: str) -> Settings:
    """The settings, with the folders that the command line names, and ``more`` of its options."""
    named = {name: getattr(options, name, None) for name in (*FOLDERS, *more)}
    return read_settings({name: value for name, value in named.items() if value is not None})


def time_argument(text: str) -> datetime:
    """Parse the time that an option names.

    Raises:
        argparse.ArgumentTypeError: it is not RFC 3339 with an offset.
    """
    try:
        return time_of(text, "TIME")
    except MalformedField as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def positive(text: str) -> float:
    """Parse a finite number above 0.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    with suppress(ValueError):
        if 0 < float(text) < math.inf:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text!r}: a number above 0 is expected")
