"""A trained candidate as a file: recipe, weights and training curve together."""

import io
import pickle
from pathlib import Path

import torch

from service.contract.errors import DataError
from training.dataset.whole_file import replacing
from training.fitting.fit import Fitted
from training.models.scoring import ScoringGraph
from training.recipe.recipe import Recipe


def to_bytes(fitted: Fitted) -> bytes:
    """The candidate as the content of a file."""
    content = {
        "recipe": fitted.recipe.model_dump_json(),
        "weights": fitted.graph.state_dict(),
        "losses": list(fitted.losses),
        "held_out_losses": list(fitted.held_out_losses),
        "duration_s": fitted.duration_s,
    }
    buffer = io.BytesIO()  # torch ends in a RuntimeError where it meets a full disk itself
    torch.save(content, buffer)
    return buffer.getvalue()


def save(fitted: Fitted, path: Path) -> None:
    """Write the candidate, whole or not at all."""
    with replacing(path) as draft:
        draft.write_bytes(to_bytes(fitted))


def load(path: Path) -> Fitted:
    """Read a candidate.

    Raises:
        DataError: no such file, or not one that ``save`` wrote.
    """
    try:
        content = torch.load(path, weights_only=True)
        recipe = Recipe.model_validate_json(content["recipe"])
        graph = ScoringGraph(recipe)
        graph.load_state_dict(content["weights"])
    except FileNotFoundError as error:
        raise DataError(f"{path} does not exist: fit a recipe first") from error
    except (pickle.UnpicklingError, RuntimeError, ValueError, KeyError, TypeError, EOFError, OSError) as error:
        raise DataError(f"{path} holds no weights of this version: fit the recipe again") from error
    curves = (tuple(content["losses"]), tuple(content["held_out_losses"]))
    return Fitted(recipe, graph.eval(), *curves, content["duration_s"])
