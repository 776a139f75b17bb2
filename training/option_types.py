"""What values of options may be: types for argparse; and what a report says of them."""

import argparse
import re
from collections.abc import Callable


def share(text: str) -> float:
    """A share above 0 and below 1."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share above 0 and below 1")
    return number


def count(least: int, most: int) -> Callable[[str], int]:
    """Whole numbers within bounds."""

    def parse(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} to {most}")
        return int(text)

    return parse


def artifact_name(text: str) -> str:
    """The name of a recipe or an artefact."""
    if not re.fullmatch("[a-z0-9_]{1,64}", text):
        raise argparse.ArgumentTypeError(f"{text!r}: up to 64 small letters, digits and underscores make a name")
    return text


def size(text: str) -> tuple[int, int]:
    """``HxW`` as height and width."""
    sides = re.fullmatch("([0-9]{1,5})x([0-9]{1,5})", text)
    if sides is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no size: write HEIGHTxWIDTH, as in 28x48")
    return int(sides[1]), int(sides[2])


def reported(word: str) -> str:
    """A word of the command line for reports, which travel with artefacts: no folders of a machine, no passwords."""
    return re.sub(r"^(--[a-z-]+=)?(sqlite:///)?/.*/(?=.)", r"\1\2", re.sub(r"://[^/@]*@", "://", word))
