"""The README's figures are written by a command, from what was measured."""

from service.contract.artifact import Artifact, open_artifact, read_active
from tests.readme_figures import BLOCK, FINDINGS, README, ROOT, table, with_figures

BENCH_RUN = {
    "setting": {"processor": "Some CPU @ 3 GHz", "python": "3.11.7", "date": "2026-11-22 04:00 UTC"},
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
    rate = artifact.manifest.metrics["report"].tpr
    assert rate is not None
    assert f"{rate.hits} of {rate.total} (95 % interval: " in table(artifact, None)
    assert artifact.id in table(artifact, None)


def test_speed_comes_with_the_machine() -> None:
    shown = table(active(), BENCH_RUN)
    assert "| start to ready | 0.812 s |" in shown
    assert "Some CPU @ 3 GHz, Python 3.11.7, 2026-11-22" in shown
    assert "ratio" not in shown


def test_the_bench_finds_what_the_table_shows() -> None:
    source = (ROOT / "tests" / "perf" / "findings.py").read_text()
    assert [what for what in FINDINGS if f'"{what}"' not in source] == []


def test_writing_them_twice_changes_nothing() -> None:
    shown = table(active(), BENCH_RUN)
    once = with_figures(README.read_text(), shown)
    assert shown in once
    assert with_figures(once, shown) == once
