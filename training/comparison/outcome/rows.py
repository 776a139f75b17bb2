"""A comparison as plain rows: for notebooks, spreadsheets and trackers."""

from training.comparison.content import CandidateReport, ComparisonReport, FitReport

Cell = str | int | float | bool | None
Row = dict[str, Cell]


def rows_of(report: ComparisonReport) -> list[Row]:
    """One row a candidate, best first, all with the same columns; what does not exist is None.

    ``rank``, ``candidate``, ``chosen``, ``reference``; the criteria of the choice under their names; the figures of the
    fit that is shown (:func:`figures_of`). Rates lie in 0..1.
    """
    rows = [_row(report, candidate, rank) for rank, candidate in enumerate(report.candidates, 1)]
    columns = dict.fromkeys(name for row in rows for name in row)
    return [{name: row.get(name) for name in columns} for row in rows]


def figures_of(fit: FitReport) -> Row:
    """The figures of one fit: ``seed``, ``threshold``, ``PART.tpr`` and so on, ``leak.KIND``, ``disturbance.KIND``."""
    figures: Row = {"seed": fit.seed, "threshold": fit.threshold.value, "strategy": fit.threshold.strategy}
    for part, scores in fit.parts.items():
        metrics = scores.measure(fit.threshold.value)
        for name, rate in (("tpr", metrics.tpr), ("tnr", metrics.tnr), ("tnr_by_scene", metrics.tnr_by_scene)):
            figures[f"{part}.{name}"] = None if rate is None else rate.value
        figures[f"{part}.auroc"] = metrics.auroc
    figures |= {f"leak.{kind}": rate.value for kind, rate in fit.families.items()}
    figures |= {f"disturbance.{kind}": rate.value for kind, rate in fit.disturbances.items()}
    return figures | {"fit_s": fit.fit_s, "score_us": fit.score_us, "size_bytes": fit.size_bytes}


def _row(report: ComparisonReport, candidate: CandidateReport, rank: int) -> Row:
    named: Row = {
        "rank": rank,
        "candidate": candidate.name,
        "chosen": candidate.name == report.chosen,
        "reference": candidate.reference,
    }
    return named | dict(candidate.merits) | figures_of(candidate.shown)
