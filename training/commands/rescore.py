"""``leak-training rescore``: an artefact over everything that is kept."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

from rich.console import Console

from service.contract.artifact import open_artifact
from service.contract.errors import SetupError
from training.cluster.connection import LOCAL, connected
from training.dataset.progress import ConsoleProgress

if TYPE_CHECKING:
    from training.rescoring.rescore import Runner

EXTRA = "tables need the extra: pip install 'leak-inspection[training,cluster]'"


def run(options: argparse.Namespace, console: Console) -> None:
    """Judge the pictures of a place, write the table, print the counts."""
    if find_spec("pyarrow") is None:
        raise SetupError(EXTRA)
    from training.rescoring.place import open_place  # noqa: PLC0415  # its extra need not be installed
    from training.rescoring.rescore import rescore  # noqa: PLC0415  # the same

    artifact = open_artifact(options.artifact)
    place = open_place(options.place)
    with _runner(options) as runner:
        counted = rescore(artifact, place, options.out, runner, ConsoleProgress(console))
    print(f"{counted['pictures']} pictures in {counted['files']} files, judged by {artifact.id}:")
    for verdict, count in counted["verdicts"].items():
        print(f"{verdict:9} {count}")
    if counted["unreadable_files"]:
        print(f"{counted['unreadable_files']} files could not be read: the column error says why")
    print(f"{options.out} has the rows by picture, and summary.json")


@contextmanager
def _runner(options: argparse.Namespace) -> Iterator["Runner"]:
    """One process, or a cluster."""
    if not options.cluster:
        from training.rescoring.rescore import one_process  # noqa: PLC0415  # its extra need not be installed

        yield one_process
        return
    with connected(options.cluster, options.jobs):
        from training.rescoring.by_ray import judged_by_ray  # noqa: PLC0415  # Ray reads what was set

        yield partial(judged_by_ray, one_machine=options.cluster == LOCAL)
