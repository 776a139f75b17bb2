"""Mutants of the verdict's path: each turns one branch towards no_leak and must be caught by the table."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

from service import inspector
from service.contract import decision, detector, scorer
from service.contract.gate import gate
from service.contract.header import jpeg, jpeg_scans, png
from service.edge.request import deadline
from service.judging import frames, judge, model_switch, proving
from service.monitoring import freshness, readiness, self_test
from service.record.journal import journal


@dataclass(frozen=True)
class Mutant:
    """One change of a function's source, and the fault that shows it."""

    function: Callable[..., Any]
    old: str
    new: str
    caught_by: str

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Let the changed code run wherever the function is known."""
        function = self.function
        assert isinstance(function, FunctionType)
        source = textwrap.dedent(inspect.getsource(function))
        assert source.count(self.old) == 1, f"{self.old!r} is not found once in {function.__qualname__}"
        kept = function.__code__
        function.__code__ = _code_of(source.replace(self.old, self.new), function)
        try:
            yield
        finally:
            function.__code__ = kept


def _code_of(source: str, function: FunctionType) -> CodeType:
    namespace: dict[str, Any] = {}
    tree = ast.parse("from __future__ import annotations\n" + source)
    definition = tree.body[1]
    assert isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef)
    definition.decorator_list = []
    exec(compile(tree, function.__code__.co_filename, "exec"), dict(function.__globals__), namespace)  # noqa: S102  # that is what a mutant is
    changed: FunctionType = namespace[function.__name__]
    return changed.__code__


def _property(of: type, name: str) -> FunctionType:
    getter: FunctionType = vars(of)[name].fget
    return getter


MUTANTS = (
    Mutant(decision.decide, "Judgement(Verdict.UNKNOWN, Reason.SCORE_NOT_FINITE)",
           "Judgement(Verdict.NO_LEAK, Reason.SCORE_NOT_FINITE)", "NaN score"),
    Mutant(decision.decide, "if not math.isfinite(score) or not", "if", "infinitely low score"),
    Mutant(decision.decide, "if score < 0:", "if False:", "negative score"),
    Mutant(decision.decide, "score >= threshold:", "score > 1e9:", "repeated picture"),
    Mutant(decision.decide, "Judgement(Verdict.LEAK,", "Judgement(Verdict.NO_LEAK,", "cancelled callers"),
    Mutant(detector.Detector.judge_gated, "Verdict.UNKNOWN", "Verdict.NO_LEAK", "stale picture"),
    Mutant(judge._with_refusals, "crop.refusal is None and ", "", "picture from the future"),
    Mutant(judge._with_refusals, "crop.doubt is None and ", "", "covered wells"),
    Mutant(judge._with_refusals, "now <= crop.stale_at and ", "", "batch becomes stale"),
    Mutant(judge._with_refusals, " and place not in frozen", "", "frozen feed"),
    Mutant(judge._refused, "reason = crop.refusal", "reason = None", "picture from the future"),
    Mutant(judge._refused, "if reason is None and stale:", "if False:", "batch becomes stale"),
    Mutant(judge._refused, "return one.refused(reason)", "return one", "stale picture"),
    Mutant(judge._refused, "one._replace(doubt=crop.doubt)", "one", "covered wells"),
    Mutant(decision.decide, "Judgement(Verdict.UNKNOWN, doubt)", "Judgement(Verdict.NO_LEAK, doubt)", "blur"),
    Mutant(judge._refused, "if reason is None and frozen and one.is_scored:", "if False:", "frozen feed"),
    Mutant(judge._judged, "require_time(deadline)", "pass", "deadline passed in the queue"),
    Mutant(judge._unscored, "Verdict.UNKNOWN", "Verdict.NO_LEAK", "wrong size"),
    Mutant(frames.crops_of_picture, "alignment.problem is not None", "False", "moved table"),
    Mutant(frames._crops, "None if in_sight else Reason.COVERED", "None", "covered wells"),
    Mutant(judge._decision, "detection.verdict is not Verdict.NO_LEAK", "False", "cancelled callers"),
    Mutant(detector.Detector._scored,
           'raise ScoringFailed("the scorer failed on this picture: send the next one") from error',
           "return np.zeros(len(pixels), np.float32)", "scorer raises"),
    Mutant(detector.Detector._scored, "if scores.shape != (len(pixels),):", "if False:", "too many scores"),
    Mutant(gate._plain_fault, "return Reason.INPUT_BLACK", "return None", "black"),
    Mutant(gate._plain_fault, "return Reason.INPUT_WHITE", "return None", "white"),
    Mutant(gate._plain_fault, "Reason.INPUT_FLAT if figures.contrast < FLAT else None", "None", "flat"),
    Mutant(gate.Gate._broken_limits, "if not low <= value <= high:", "if False:", "blur"),
    Mutant(freshness.FreshnessMonitor.judge, "return Reason.STALE", "return None", "old good well again"),
    Mutant(freshness.FreshnessMonitor.judge, "return Reason.FUTURE", "return None", "clock one hour behind"),
    Mutant(freshness.FreshnessMonitor._is_frozen, "> self._frozen_after_s", "> 1e9", "two pictures in turn"),
    Mutant(freshness.FreshnessMonitor.repeated, "self._shown.is_shared(well, content)", "False",
           "one picture for all wells"),
    Mutant(freshness.FreshnessMonitor.has_frozen, "> self._frozen_after_s", "> 1e9", "good well repeated for ever"),
    Mutant(jpeg_scans.check_scans, "if not is_whole:", "if False:", "part of a JPEG"),
    Mutant(jpeg._count_scans, 'if data[at + 2 :].strip(b"\\0"):', "if False:", "two pictures in one body"),
    Mutant(png.read, 'if b"acTL" in kinds:', "if False:", "animation"),
    Mutant(inspector.Inspector._doubt, "self._models.doubt(", "str(", "scorer once raised"),
    Mutant(self_test._compare, "close and verdict == golden.verdict", "True", "scaled weights"),
    Mutant(self_test._compare, "close and verdict == golden.verdict", "close", "raised threshold"),
    Mutant(self_test.run_self_test, "if missing:", "if False:", "no golden pictures"),
    Mutant(self_test.missing_kinds, ', Verdict.LEAK: "a leak"', "", "no golden leak"),
    Mutant(inspector.Inspector._seen, "refusal is None or earlier.verdict is not Verdict.NO_LEAK", "True",
           "good well repeated for ever"),
    Mutant(deadline.fresh_until, "return min(deadline, ", "return max(deadline, ", "picture older than its deadline"),
    Mutant(proving.proven, "if not result.ok:", "if False:", "bad model swap"),
    Mutant(model_switch.ModelSwitch._tested, "None if result.ok else result.problem", "None", "scaled scores"),
    Mutant(model_switch.ModelSwitch.require, "self._readiness.require()", "pass", "scaled scores"),
    Mutant(readiness.Readiness.require, "if self.first_problem is not None:", "if False:", "scaled scores"),
    Mutant(scorer.OnnxScorer.score, "options)[0]", "options)[0] * 0", "repeated picture"),
    Mutant(_property(journal.Journal, "why"), "if self._stalled:", "if False:", "disk that hangs"),
)  # fmt: skip
