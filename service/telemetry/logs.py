"""JSON lines on standard error: what happened, with the ids to find it again; never picture bytes or keys."""

import logging
import random
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from time import monotonic

import orjson
from starlette.types import Scope

from service.contract.decision import Decision, Verdict
from service.contract.errors import LeakInspectionError, Overloaded

BUILT_IN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}
"""Fields that are no news: those of every record, and uvicorn's own message again with colours."""

CLIENT_ERRORS_FROM = 400
SERVER_ERRORS_FROM = 500
REFUSALS_EVERY_S = 1.0


class JsonLines(logging.Formatter):
    """One JSON object a line; what is given as ``extra`` becomes fields."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update((name, value) for name, value in vars(record).items() if name not in BUILT_IN)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str, option=orjson.OPT_UTC_Z).decode()


def configure_logging(level: str) -> None:
    """Send every logger of the process through JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


class RequestLog:
    """At most one line a request: always for errors, leaks and unknowns, for good wells a random share.

    Refusals of an overloaded service share a line a second, with their number: writing each would be load of its own.
    """

    def __init__(self, logger: logging.Logger, good_share: float) -> None:
        self._logger = logger
        self._good_share = good_share
        self._refusals = 0
        self._next_refusal = 0.0

    def ended(self, scope: Scope, status: int, elapsed_s: float) -> None:
        """Log a request at its end, if it is one to be logged."""
        decisions: Sequence[Decision] = scope.get("decisions", ())
        notable = [decision for decision in decisions if decision.verdict is not Verdict.NO_LEAK]
        if status < CLIENT_ERRORS_FROM and not notable and random.random() >= self._good_share:  # noqa: S311  # a sample
            return
        if scope.get("overloaded") and not self._is_due():
            return
        fields: dict[str, object] = {
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "duration_ms": round(elapsed_s * 1000, 3),
            "request_id": scope["request_id"],
        }
        shown = (notable or decisions)[:1]
        for decision in shown:
            fields |= {
                "decision_id": decision.decision_id,
                "verdict": decision.verdict,
                "reason": decision.reason,
                "score_ratio": decision.score_ratio,
                "artifact": decision.model.artifact,
                "decisions": len(decisions),
                "not_good": len(notable),
            }
        if "error" in scope:
            fields["error"] = scope["error"]
        if scope.get("overloaded"):
            fields["refusals"], self._refusals = self._refusals, 0
        level = logging.ERROR if status >= SERVER_ERRORS_FROM else logging.INFO
        self._logger.log(level, "request", extra=fields)

    def failed(self, scope: Scope, error: BaseException) -> None:
        """Remember what went wrong for the line at the request's end; an unforeseen error is logged with its trace."""
        scope["error"] = f"{type(error).__name__}: {error}"
        scope["overloaded"] = isinstance(error, Overloaded)
        if not isinstance(error, LeakInspectionError):
            self._logger.error("unforeseen error", exc_info=error, extra={"request_id": scope["request_id"]})

    def _is_due(self) -> bool:
        self._refusals += 1
        now = monotonic()
        if now < self._next_refusal:
            return False
        self._next_refusal = now + REFUSALS_EVERY_S
        return True
