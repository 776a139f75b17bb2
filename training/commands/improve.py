"""``leak-training improve``: where reviews stand on their way to a better artefact, and the next step of it."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from service.contract.artifact import open_artifact, read_active
from service.contract.detector import open_detector
from service.contract.errors import ArtifactError, ArtifactMissing, SetupError
from training.commands import read_both
from training.commands.tables import print_whole
from training.dataset.progress import ConsoleProgress
from training.dataset.splits import split
from training.improvement.gate import judge_past
from training.improvement.round import Round
from training.improvement.service_client import ServiceClient
from training.improvement.steps import RoundStep, Situation, next_step, steps_of


def run(options: argparse.Namespace, console: Console) -> None:
    """Show all steps; with ``--go`` do the next one that needs no person, and show them again."""
    kept = Round(options.work or options.out / ".improve")
    plant = _plant(options)
    if options.again:
        kept.set_aside()
    steps = steps_of(_situation(kept, plant, options))
    coming = next_step(steps)
    if options.go and coming is not None:
        _do(coming.name, kept, plant, options, console)
        steps = steps_of(_situation(kept, plant, options))
        coming = next_step(steps)
    _show(steps)
    if coming is not None:
        print(f"next: {coming.name}; the same command{'' if options.go else ' with --go'} does it")


def _show(steps: Sequence[RoundStep]) -> None:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for name in ("step", "state", ""):
        table.add_column(name)
    for step in steps:
        table.add_row(*step)
    print_whole(table)


def _situation(kept: Round, plant: ServiceClient | None, options: argparse.Namespace) -> Situation:
    served = _active(options.out) if plant is None else plant.served()
    shadow = None if plant is None else plant.shadow()
    return Situation(kept, plant, shadow, served, options.least_judged)


def _active(out: Path) -> str:
    try:
        return read_active(out)
    except ArtifactError as error:
        text = f"nothing is served from {out} ({error}): name the folder of what is served by --out, or compare first"
        raise SetupError(text) from error


def _plant(options: argparse.Namespace) -> ServiceClient | None:
    if not options.record.startswith(("http://", "https://")):
        if not Path(options.record).is_dir():
            text = f"there is no folder {options.record}: name one of leak-inspection export-reviews"
            raise SetupError(f"{text}, or the address of a service, as in http://127.0.0.1:8000")
        return None
    return ServiceClient.at(options.record, options.key_file)


def _do(step: str, kept: Round, plant: ServiceClient | None, options: argparse.Namespace, console: Console) -> None:
    doers: dict[str, Callable[[], None]] = {
        "reviews": lambda: _take_reviews(kept, plant, options),
        "dataset": lambda: _sort(kept),
        "candidate": lambda: _compare(kept, options, console),
        "gate": lambda: _judge(kept, plant, options, console),
        "shadow": lambda: _choose(kept, plant, options),
    }
    doers[step]()


def _take_reviews(kept: Round, plant: ServiceClient | None, options: argparse.Namespace) -> None:
    export = Path(options.record)
    if plant is not None:
        export = kept.fetched
        plant.export(export)
    kept.begin(export)


def _sort(kept: Round) -> None:
    source = kept.source
    if source is not None:
        kept.import_reviews(source)


def _compared(kept: Round, options: argparse.Namespace) -> argparse.Namespace:
    """The options of ``compare``: ours, then those that stand behind ``--``."""
    sets = ["--data", str(options.data), "--site", str(kept.data), "--out", str(options.out), "--no-activate"]
    compared: argparse.Namespace = options.compare_options([*sets, *options.compare])
    compared.command_line = options.command_line
    return compared


def _compare(kept: Round, options: argparse.Namespace, console: Console) -> None:
    from training.commands.compare import compare  # noqa: PLC0415  # brings torch, which a look at the table can spare

    compared = _compared(kept, options)
    kept.keep_candidate(compare(compared, console).id, quick=compared.quick)


def _judge(kept: Round, plant: ServiceClient | None, options: argparse.Namespace, console: Console) -> None:
    candidate = kept.candidate
    if candidate is None:
        return
    names = candidate.artifact, _active(options.out) if plant is None else plant.served()
    try:
        detectors = [open_detector(open_artifact(options.out / name)) for name in names]
    except ArtifactMissing as error:
        raise SetupError(f"{error}: copy what the service serves into {options.out}") from error
    data, site = read_both(_compared(kept, options), ConsoleProgress(console))
    kept.keep_gate(judge_past(detectors[0], detectors[1], split(data, site), names))


def _choose(kept: Round, plant: ServiceClient | None, options: argparse.Namespace) -> None:
    candidate = kept.candidate
    if candidate is None or plant is None:
        return
    if options.operator is None:
        raise SetupError("--operator NAME: say who lets a shadow model judge, for the record")
    plant.choose_shadow(candidate.artifact, options.every, options.operator, "passed the gate on reviewed pictures")
