"""What the commands print."""

from collections.abc import Iterable, Mapping

from rich.table import Table

from service.contract.artifact import Artifact
from service.contract.manifest import Metrics, Rate
from training.dataset.data import Dataset
from training.dataset.layout import ANNOTATION, Label
from training.evaluation.content import CorruptionRates


def describe_data(data: Dataset) -> list[str]:
    """Say in lines what was read, dropped and not found."""
    files = sum(len(group.files) for group in data.groups)
    good, leak = (len(data.select(label)) for label in (Label.GOOD, Label.LEAK))
    sealed = sum(group.sealed for group in data.groups)
    lines = [f"{files} files with {len(data.groups)} different pictures: {good} good, {leak} leak, {sealed} in test"]
    if data.contradictions:
        lines.append("dropped, labelled both good and leak: " + ", ".join(data.contradictions))
    lines += [f"skipped {reason}" for reason in data.skipped]
    if not data.has_test:
        lines.append(f"no sealed test part (test/imgs with test/{ANNOTATION}): figures come from held-out pictures")
    return lines


def metrics_table(title: str, parts: Mapping[str, Metrics]) -> Table:
    """A row a part: TPR and TNR with 95 % intervals and counts, AUROC."""
    table = Table("part", "TPR (leaks found)", "TNR (good passed)", "AUROC", title=title)
    for name, metrics in parts.items():
        area = "-" if metrics.auroc is None else f"{metrics.auroc:.4f}"
        table.add_row(name, describe_rate(metrics.tpr), describe_rate(metrics.tnr), area)
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


def describe_artifact(artifact: Artifact) -> str:
    """One line: id, threshold, how it was chosen, and what it promises."""
    threshold = artifact.manifest.threshold
    chosen = "".join(f", {name} {value}" for name, value in threshold.parameters.items())
    bounds = (("false alarms", threshold.false_alarm_upper_bound), ("escapes", threshold.escape_upper_bound))
    promises = "".join(f"; {name} below {bound:.1%}" for name, bound in bounds if bound is not None)
    return f"{artifact.id}: threshold {threshold.value:.6g} by {threshold.strategy}{chosen}{promises}"
