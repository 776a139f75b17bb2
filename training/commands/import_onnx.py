"""``leak-training import-onnx``: a model that was trained elsewhere, as an artefact."""

import argparse
import re

from rich.console import Console

from service.contract.errors import ExportRefused
from training.commands import finish, read_both
from training.comparison.activation import against
from training.dataset.progress import ConsoleProgress
from training.dataset.splits import split
from training.export.foreign.import_onnx import import_onnx
from training.export.foreign.model import NORMALISATIONS, Wish, read_foreign
from training.recipe.parts import ThresholdRule


def run(options: argparse.Namespace, console: Console) -> None:
    """Wrap the model, calibrate it on the data, write the artefact and activate it if it is better."""
    name = options.name or _name_of(options.model.stem)
    mean, std = NORMALISATIONS[options.normalise]
    wish = Wish(
        input=options.input,
        output=options.output,
        output_is=options.output_is,
        size=options.size,
        layout=options.layout,
        channels=options.channels,
        mean=tuple(options.mean or mean),
        std=tuple(options.std or std),
    )
    model = read_foreign(options.model, wish)
    data, site = read_both(options, ConsoleProgress(console))
    parts = split(data, site)
    rule = ThresholdRule(strategy=options.strategy)
    print(f"{model.input} takes {model.layout} {model.spec.height}x{model.spec.width} {model.channels}")
    print(f"{model.output} gives a {model.output_is}")
    artifact = import_onnx(options.model, model, name, rule, data, parts, options.out)
    finish(artifact, options, against(artifact, options.out, parts, {}, asked=options.activate or options.no_activate))


def _name_of(stem: str) -> str:
    """A file's name as that of an artefact: small letters, digits and underscores."""
    name = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")[:64]
    if not name:
        raise ExportRefused("the file's name makes no name of an artefact: say one with --name")
    return name
