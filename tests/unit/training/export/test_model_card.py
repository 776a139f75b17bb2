import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from service.contract.manifest import InputSpec, Manifest, Metrics, Sharpen, Threshold, TrainingData
from training.dataset.origin import Origin
from training.evaluation.content import CorruptionRates
from training.evaluation.rates import rate
from training.export.model_card import CardFacts, render_card

SECTIONS = (
    "Model details",
    "Uses",
    "Data and capture conditions",
    "Threshold",
    "Bias, risks and limitations",
    "Training details",
    "Evaluation",
    "Environmental impact",
    "Technical specifications",
    "Approval",
    "Contact",
)


@pytest.fixture
def manifest() -> Manifest:
    return Manifest(
        name="conv_fc_ae_b",
        input=InputSpec(height=32, width=48, steps=(Sharpen(factor=5),)),
        threshold=Threshold(
            value=0.00129,
            strategy="false_alarm_budget",
            parameters={"budget": 0.01},
            false_alarm_upper_bound=0.0093,
            escape_upper_bound=0.0503,
        ),
        metrics={"report": Metrics(tpr=rate(57, 58), tnr=rate(825, 830), auroc=0.9965), "choice": Metrics()},
        data=TrainingData(sha256="0" * 64, groups={"fit_good": 5805}, contradictions=("train/a.jpg",)),
        recipe={"summary": "System B's network.", "seed": 3},
        versions={"torch": "2.13.0"},
        files={},
    )


@pytest.fixture
def facts() -> CardFacts:
    leaks = Origin(151, 116, (47, 51), (27, 30), (115, 125), ("C",), (date(2023, 3, 1),), 0)
    return CardFacts(
        artifact="conv_fc_ae_b-68301b91",
        origins={"leak": leaks},
        division="Leaks were divided by time.",
        families={"torn_metal": rate(99, 100), "crack": rate(40, 100), "crescent": rate(12, 100)},
        disturbances={"shift": rate(999, 1000), "blur": rate(970, 1000)},
        robustness=(CorruptionRates("veil 40 %", rate(90, 100), rate(0, 100), rate(3, 100), rate(100, 100)),),
        fit_s=21.4,
        score_us=118,
        size_bytes=213_000,
        machine="4 cores",
    )


def test_the_head_is_yaml_as_the_hub_reads_it(manifest: Manifest, facts: CardFacts) -> None:
    yaml: Any = pytest.importorskip("yaml")
    head = yaml.safe_load(render_card(manifest, facts).split("---\n")[1])
    assert (head["license"], head["library_name"]) == ("apache-2.0", "onnx")
    (model,) = head["model-index"]
    assert model["name"] == "conv_fc_ae_b-68301b91"
    assert {metric["type"] for metric in model["results"][0]["metrics"]} == {"recall", "specificity", "roc_auc"}
    assert len(model["results"]) == 1, "a part without figures has no result"


def test_every_section_is_there_in_order(manifest: Manifest, facts: CardFacts) -> None:
    assert tuple(re.findall(r"^## (.+)$", render_card(manifest, facts), re.MULTILINE)) == SECTIONS


def test_the_card_warns_against_sole_protection_before_anything_else(manifest: Manifest, facts: CardFacts) -> None:
    card = render_card(manifest, facts)
    assert card.index("Not a sole protection") < card.index("## Model details")


def test_the_threshold_stands_with_both_bounds(manifest: Manifest, facts: CardFacts) -> None:
    card = render_card(manifest, facts)
    assert "**0.00129**, chosen by `false_alarm_budget`, budget 0.01." in card
    assert "| False alarms, share of good wells | 0.9 % |" in card
    assert "| Escapes, share of leaks | 5.0 % |" in card
    assert "optimistic" not in card


def test_a_bound_from_a_cut_that_was_fitted_to_both_classes_is_called_optimistic(
    manifest: Manifest, facts: CardFacts
) -> None:
    stump = Threshold(value=0.001, strategy="decision_stump", escape_upper_bound=0.05)
    card = render_card(manifest.model_copy(update={"threshold": stump}), facts)
    assert "the bound of the escapes is optimistic" in card
    assert "| False alarms, share of good wells | not stated |" in card


def test_blind_spots_are_named_weakest_first(manifest: Manifest, facts: CardFacts) -> None:
    section = render_card(manifest, facts).split("### Blind spots")[1].split("###")[0]
    assert re.findall(r"^\| ([a-z ]+) \| [\d.]+ %", section, re.MULTILINE) == ["crescent", "crack"]


def test_causes_of_false_alarms_are_named(manifest: Manifest, facts: CardFacts) -> None:
    section = render_card(manifest, facts).split("### Causes of false alarms")[1].split("###")[0]
    assert "| blur | 97.0 % |" in section
    assert "shift" not in section


def test_detection_under_faults_stands_with_and_without_the_gate(manifest: Manifest, facts: CardFacts) -> None:
    assert "| veil 40 % | 90.0 % | 0.0 % | 3.0 % | 100.0 % |" in render_card(manifest, facts)


def test_what_was_not_measured_is_said_to_be_so(manifest: Manifest, facts: CardFacts) -> None:
    card = render_card(manifest, replace(facts, families={}, disturbances={}, robustness=(), origins={}))
    assert card.count("Not measured") == 3


def test_strong_families_leave_no_blind_spot_but_a_caution(manifest: Manifest, facts: CardFacts) -> None:
    card = render_card(
        manifest, replace(facts, families={"crack": rate(99, 100)}, disturbances={"shift": rate(99, 100)})
    )
    assert "Every family that was tried (1)" in card
    assert "None of the harmless disturbances" in card


def test_cameras_and_days_are_listed_and_approval_is_left_to_people(manifest: Manifest, facts: CardFacts) -> None:
    card = render_card(manifest, facts)
    assert "| Cameras, by file name | C |" in card
    assert "| Days, by file name | 2023-03-01 |" in card
    assert "| Approved by | |" in card
    assert "| Date | |" in card


def test_the_recipe_is_shown_as_it_is(manifest: Manifest, facts: CardFacts) -> None:
    assert '"summary": "System B\'s network."' in render_card(manifest, facts)
