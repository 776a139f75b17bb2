"""The README's figures are written by a command, from what was measured."""

from dataclasses import replace
from typing import Any

from service.contract.artifact import Artifact, open_artifact, read_active
from service.contract.manifest import Metrics, SceneRate, ServedMetrics
from tests.readme_figures import BLOCK, FINDINGS, README, ROOT, table, with_figures
from training.evaluation.rates import rate

BENCH_RUN: dict[str, Any] = {
    "setting": {
        "processor": "Some CPU @ 3 GHz",
        "python": "3.11.7",
        "date": "2026-11-22 04:00 UTC",
        "artefact": "another-12345678",
    },
    "findings": [
        {"what": "start to ready", "value": 0.8123, "unit": " s"},
        {"what": "a ratio", "value": 0.5, "unit": ""},
    ],
}


def active() -> Artifact:
    root = ROOT / "model_artifacts"
    return open_artifact(root / read_active(root))


def test_the_readme_has_one_place_for_them() -> None:
    assert len(BLOCK.findall(README.read_text())) == 1


def test_accuracy_comes_with_its_counts_and_the_artefact() -> None:
    artifact = active()
    metrics = artifact.manifest.metrics["report"]
    leaks = (metrics.served or metrics).tpr
    assert leaks is not None
    assert f"{leaks.hits} of {leaks.total} (95 % interval: " in table(artifact, None)
    assert artifact.id in table(artifact, None)


def test_the_share_of_unseen_scenes_as_served_leads_the_table() -> None:
    good = SceneRate(scenes=54, value=0.91, low=0.84, high=0.97)
    served = ServedMetrics(tpr=rate(19, 19), tnr=rate(500, 512), tnr_by_scene=good)
    metrics = {"report": Metrics(tnr=rate(800, 830)), "site_report": Metrics(tnr=rate(511, 512), served=served)}
    artifact = active()
    manifest = artifact.manifest.model_copy(update={"metrics": metrics})
    rows = table(replace(artifact, manifest=manifest), None).splitlines()[2:]
    assert rows[0] == ("| unseen scenes passed (mean), of another day | 91.0 % of 54 (95 % interval: 84.0 to 97.0 %) |")
    assert any(row.startswith("| good wells passed of another day | 500 of 512") for row in rows)
    assert any(row.startswith("| good wells passed in the held-out part of the data | 800 of 830") for row in rows)


def test_speed_comes_with_the_machine() -> None:
    shown = table(active(), BENCH_RUN)
    assert "| start to ready | 0.812 s |" in shown
    assert "Some CPU @ 3 GHz, Python 3.11.7, 2026-11-22" in shown
    assert "ratio" not in shown


def test_speed_names_the_artefact_it_was_measured_with_where_another_is_served() -> None:
    artifact = active()
    same = BENCH_RUN | {"setting": {**BENCH_RUN["setting"], "artefact": artifact.id}}
    assert "Speed with `another-12345678` on one core" in table(artifact, BENCH_RUN)
    assert "Speed on one core" in table(artifact, same)


def test_the_bench_finds_what_the_table_shows() -> None:
    source = (ROOT / "tests" / "perf" / "findings.py").read_text()
    assert [what for what in FINDINGS if f'"{what}"' not in source] == []


def test_writing_them_twice_changes_nothing() -> None:
    shown = table(active(), BENCH_RUN)
    once = with_figures(README.read_text(), shown)
    assert shown in once
    assert with_figures(once, shown) == once
