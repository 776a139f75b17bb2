"""What the commands print."""

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table

from service.contract.artifact import Artifact
from service.contract.layouts.label_list import ANNOTATION
from service.contract.manifest import Metrics, Rate, SceneRate, ServedMetrics
from training.dataset.data import Dataset
from training.dataset.layout import Label
from training.evaluation.content import CorruptionRates
from training.evaluation.thresholds import warnings_of

WIDEST = 1000


def print_whole(table: Table) -> None:
    """Print a table as wide as it is: a narrow terminal folds its lines, but no figure and no name is cut."""
    width = Console(width=WIDEST).measure(table).maximum
    Console(width=max(width, Console().width)).print(table)


def describe_data(data: Dataset) -> list[str]:
    """Say in lines what was read, dropped and not found."""
    files = sum(len(group.files) for group in data.groups)
    good, leak, test_good, test_leak = (
        len(data.select(label, sealed=sealed)) for sealed in (False, True) for label in (Label.GOOD, Label.LEAK)
    )
    lines = [f"{files} files with {len(data.groups)} different pictures: {good} good, {leak} leak"]
    if data.has_test:
        lines[0] += f"; in test {test_good} good, {test_leak} leak"
    if data.contradictions:
        lines.append("dropped, labelled both good and leak: " + ", ".join(data.contradictions))
    lines += [*data.notes, *(f"skipped {reason}" for reason in data.skipped)]
    if not data.has_test:
        lines.append(f"no sealed test part (test/imgs with test/{ANNOTATION}): figures come from held-out pictures")
    return lines


def metrics_table(title: str, parts: Mapping[str, Metrics]) -> Table:
    """A row a part, by the score alone: TPR and TNR with 95 % intervals and counts, TNR over scenes, AUROC."""
    table = Table("part", "TPR (leaks found)", "TNR (good passed)", "TNR, mean over scenes", "AUROC", title=title)
    for name, metrics in parts.items():
        area = "-" if metrics.auroc is None else f"{metrics.auroc:.4f}"
        by_scene = describe_scene_rate(metrics.tnr_by_scene)
        table.add_row(name, describe_rate(metrics.tpr), describe_rate(metrics.tnr), by_scene, area)
    return table


def served_table(parts: Mapping[str, ServedMetrics]) -> Table:
    """A row a part, as served: what the gate refuses is an alarm, and no good well that passed."""
    table = Table("part", "leaks alarmed", "called leak", "good passed", "mean over scenes", "good refused")
    table.title = "as served, gate included"
    for name, served in parts.items():
        by_picture = [describe_rate(rate) for rate in (served.tpr, served.called_leak, served.tnr)]
        table.add_row(name, *by_picture, describe_scene_rate(served.tnr_by_scene), describe_rate(served.refused))
    return table


def robustness_table(robustness: Iterable[CorruptionRates]) -> Table:
    """A row a corruption: good wells called ``no_leak`` and leaks that raise an alarm, without the gate and with it."""
    table = Table("corruption", "good passed", "with gate", "leaks found", "with gate", title="under corruptions")
    for row in robustness:
        rates = (row.good_passed, row.good_passed_gated, row.leaks_found, row.leaks_found_gated)
        table.add_row(row.corruption, *(f"{rate.value:.4f} {rate.hits}/{rate.total}" for rate in rates))
    return table


def describe_rate(rate: Rate | None) -> str:
    """``0.983 [0.908, 1.000] 57/58``, or a dash where the class is absent."""
    if rate is None:
        return "-"
    return f"{rate.value:.3f} [{rate.low:.3f}, {rate.high:.3f}] {rate.hits}/{rate.total}"


def describe_scene_rate(rate: SceneRate | None) -> str:
    """``0.893 [0.812, 0.955] of 54``, or a dash where it is not known."""
    return "-" if rate is None else f"{rate.value:.3f} [{rate.low:.3f}, {rate.high:.3f}] of {rate.scenes}"


def describe_artifact(artifact: Artifact) -> str:
    """One line: id, threshold, how it was chosen, and what it promises."""
    threshold = artifact.manifest.threshold
    chosen = "".join(f", {name} {value}" for name, value in threshold.parameters.items())
    bounds = (("false alarms", threshold.false_alarm_upper_bound), ("escapes", threshold.escape_upper_bound))
    promises = "".join(f"; {name} below {bound:.1%}" for name, bound in bounds if bound is not None)
    promises += "".join(f"; {warning}" for warning in warnings_of(threshold))
    return f"{artifact.id}: threshold {threshold.value:.6g} by {threshold.strategy}{chosen}{promises}"
