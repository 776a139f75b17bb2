from dataclasses import replace
from html.parser import HTMLParser

import pytest

from service.contract.manifest import Threshold
from training.comparison.content import ComparisonReport, from_json, to_json, without_pictures
from training.comparison.outcome.page import render_comparison
from training.evaluation.content import CorruptionRates, EvaluationReport, Mistake, PartScores
from training.evaluation.page import render_evaluation
from training.evaluation.rates import rate

VOID = {"meta", "img", "br", "link", "use"}


class Outline(HTMLParser):
    """The elements of a page with their attributes; complains about what is not closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.opened: list[str] = []
        self.feed(page)
        assert self.opened == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.opened.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())

    @property
    def text(self) -> str:
        return " ".join(word for word in self.words if word)


@pytest.fixture(scope="module")
def page(comparison: ComparisonReport) -> str:
    return render_comparison(comparison)


@pytest.fixture
def evaluation() -> EvaluationReport:
    scores = PartScores(good=(0.1, 0.2, 0.9), leak=(0.4, 2.0, 3.0))
    return EvaluationReport(
        title="Evaluation",
        made_at="2024-05-04T10:11:12Z",
        command="leak-training evaluate",
        artifact="conv_fc_ae_b-0123abcd",
        split="test",
        threshold=Threshold(value=0.5, strategy="decision_stump", escape_upper_bound=0.05),
        scores=scores,
        sources={"test/imgs": scores.measure(0.5), "only good": PartScores(good=(0.1,)).measure(0.5)},
        mistakes=(Mistake("escape", 0.4, "test/imgs/a.jpg"), Mistake("false_alarm", 0.9, "test/imgs/b.jpg")),
        robustness=(CorruptionRates("veil 40 %", rate(90, 100), rate(0, 100), rate(3, 100), rate(100, 100)),),
    )


def test_the_page_fetches_nothing(page: str) -> None:
    outline = Outline(page)
    assert "script" not in {tag for tag, _ in outline.elements}
    for tag, attributes in outline.elements:
        target = attributes.get("src") or attributes.get("href") or attributes.get("xlink:href") or "#"
        assert target.startswith(("#", "data:image/png;base64,")), tag
    assert "@import" not in page


def test_every_picture_and_plot_can_be_read_aloud(page: str) -> None:
    elements = Outline(page).elements
    assert all(attributes.get("alt") for tag, attributes in elements if tag == "img")
    assert all(attributes.get("aria-label") for tag, attributes in elements if tag == "svg")


def test_ids_are_unique_and_links_lead_to_them(page: str) -> None:
    elements = Outline(page).elements
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {(attributes["href"] or "")[1:] for tag, attributes in elements if tag == "a"} <= set(ids)


def test_the_page_states_rule_choice_and_every_candidate(page: str, comparison: ComparisonReport) -> None:
    text = Outline(page).text
    assert comparison.rule in text
    assert "Which candidate? conv_fc_ae_lab" in text
    assert "Its best of 3 fits, seed 1; 2 candidates were compared." in text
    assert all(candidate.name in text for candidate in comparison.candidates)
    assert "reference, never exported" in text


def test_rates_stand_with_their_intervals(page: str, comparison: ComparisonReport) -> None:
    fit = comparison.candidates[0].shown
    tnr = fit.parts["report"].measure(fit.threshold.value).tnr
    assert tnr is not None
    assert f"{100 * tnr.value:.1f} % {100 * tnr.low:.1f} to {100 * tnr.high:.1f}" in Outline(page).text


def test_pictures_are_shown_only_where_the_content_has_them(page: str, comparison: ComparisonReport) -> None:
    assert "<img" in page
    published = without_pictures(replace(comparison, candidates=comparison.candidates[:1]))
    assert "<img" not in render_comparison(published)


def test_a_page_drawn_again_from_json_is_the_same(page: str, comparison: ComparisonReport) -> None:
    assert render_comparison(from_json(ComparisonReport, to_json(comparison))) == page


def test_an_unfinished_comparison_says_so(comparison: ComparisonReport) -> None:
    page = render_comparison(replace(comparison, chosen=None, candidates=comparison.candidates[-1:]))
    assert "No candidate has been chosen" in page


def test_names_from_outside_cannot_become_markup(evaluation: EvaluationReport) -> None:
    hostile = '<script>alert("x")</script>'
    mistakes = (Mistake("escape", 0.4, hostile),)
    page = render_evaluation(replace(evaluation, title=hostile, split=hostile, mistakes=mistakes, notes=(hostile,)))
    assert "script" not in {tag for tag, _ in Outline(page).elements}


def test_an_evaluation_lists_its_errors_and_sources(evaluation: EvaluationReport) -> None:
    text = Outline(render_evaluation(evaluation)).text
    assert "test/imgs/a.jpg escape 0.4 0.80" in text
    assert "test/imgs/b.jpg false alarm 0.9 1.80" in text
    assert "only good 0 0" in text
    assert "veil 40 % 90.0 % 82.4 to 95.1 0.0 %" in text
    assert "(optimistic: they helped to choose the cut)" in text
    assert "No bound of the false-alarm rate is known" in text


def test_an_evaluation_without_leaks_or_errors_is_still_a_page(evaluation: EvaluationReport) -> None:
    page = render_evaluation(replace(evaluation, scores=PartScores(good=(0.1, 0.2)), mistakes=()))
    assert "no such pictures" in page
    assert "None." in page
