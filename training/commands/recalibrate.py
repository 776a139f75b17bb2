"""``leak-training recalibrate``: the same weights with another threshold, as a new artefact."""

import argparse

from rich.console import Console

from service.contract.artifact import open_artifact
from training.commands import finish, read_data, rule_of
from training.dataset.progress import ConsoleProgress
from training.export.recalibrate import recalibrate
from training.recipe.parts import ThresholdRule


def run(options: argparse.Namespace, console: Console) -> None:
    """Choose the threshold anew, write the artefact and activate it."""
    artifact = open_artifact(options.artifact)
    budget = {} if options.budget is None else {"budget": options.budget}
    rule = ThresholdRule(strategy=options.strategy, parameters=budget)
    data = read_data(options, ConsoleProgress(console), rule_of(artifact))
    finish(recalibrate(artifact, rule, data, options.out or artifact.folder.parent), options)
