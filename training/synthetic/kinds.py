"""Synthetic pictures by family name: leaks that must be found and disturbances that must pass.

A family turns a picture of a good well, uint8 [H, W, 3] RGB with sides from 24 to 1000 px, into another of the same
shape. ``apply`` is reproducible: the same picture, family, strength and seed give the same bytes.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np

from service.contract.errors import DataError, RecipeError
from training.synthetic import covers, disturbances, emptied, leaks, other_cameras
from training.synthetic.shapes import Picture

SMALLEST_SIDE: Final = 8

Family: TypeAlias = Callable[[Picture, float, np.random.Generator], Picture]

LEAKS: Final[Mapping[str, Family]] = MappingProxyType(
    {
        "torn_metal": leaks.torn_metal,
        "molten_stream": leaks.molten_stream,
        "splash": leaks.splash,
        "crack": leaks.crack,
        "dark_hole": leaks.dark_hole,
        "dark_lump": emptied.dark_lump,
        "receded": emptied.receded,
        "emptied_whole": emptied.emptied_whole,
        "emptied_half": emptied.emptied_half,
        "emptied_crescent": emptied.emptied_crescent,
    }
)

DISTURBANCES: Final[Mapping[str, Family]] = MappingProxyType(
    {
        "light": disturbances.light,
        "colour_cast": disturbances.colour_cast,
        "shift": disturbances.shift,
        "jpeg": disturbances.jpeg,
        "blur": disturbances.blur,
        "cable": disturbances.cable,
        "tool": disturbances.tool,
        "pole": disturbances.pole,
        "sleeve": disturbances.sleeve,
        "smudge": disturbances.smudge,
        "steam": disturbances.steam,
        "glove": covers.glove,
        "post": covers.post,
        "bar": covers.bar,
        "plate": covers.plate,
        "strap": covers.strap,
        "reframed": other_cameras.reframed,
        "thick_steam": other_cameras.thick_steam,
        "transcoded": other_cameras.transcoded,
        "contrast": other_cameras.contrast,
        "sharpened": other_cameras.sharpened,
    }
)


def apply(name: str, picture: Picture, strength: float, seed: int) -> Picture:
    """Draw one synthetic picture of the family ``name``, at a strength 0..1 (1 = the clearest).

    Raises:
        RecipeError: an unknown family, or a strength outside 0..1.
        DataError: a picture of another kind, or with a side under 8 px.
    """
    family = LEAKS.get(name) or DISTURBANCES.get(name)
    if family is None:
        raise RecipeError(f"there is no synthetic family {name!r}: choose one of {', '.join((*LEAKS, *DISTURBANCES))}")
    if not 0.0 <= strength <= 1.0:
        raise RecipeError(f"strength must lie in 0..1, not {strength}: correct it")
    if picture.dtype != np.uint8 or picture.shape[2:] != (3,) or min(picture.shape[:2]) < SMALLEST_SIDE:
        raise DataError(
            f"nothing can be drawn on a picture of {picture.dtype} {picture.shape}: "
            f"take uint8 [H, W, 3] with sides of {SMALLEST_SIDE} px or more"
        )
    return family(picture, strength, np.random.default_rng([seed, *name.encode()]))
