"""Readiness: a set of named checks; the service gives verdicts only while each is green. Notices stand beside them."""

from service.contract.errors import NotReady

DRAINING = "the service stops soon"


class Readiness:
    """Each check is green (None) or says in one sentence what is wrong."""

    def __init__(self) -> None:
        self._problems: dict[str, str | None] = {}
        self._notices: dict[str, str] = {}
        self.first_problem: str | None = None
        self.draining = False
        """The service is about to stop: it still judges, but orchestrators should send nothing more."""
        self.stopping = False
        """The service waits for its last answers: whoever streams without an end has to end."""

    def set(self, check: str, problem: str | None) -> None:
        """State a check's problem, or None where there is none."""
        self._problems[check] = problem
        problems = (f"{name}: {text}" for name, text in self._problems.items() if text is not None)
        self.first_problem = next(problems, None)

    def notice(self, name: str, text: str | None) -> None:
        """State what is wrong though verdicts can be given, or None where nothing is: shown, but never red."""
        if text is None:
            self._notices.pop(name, None)
        else:
            self._notices[name] = text

    @property
    def ready(self) -> bool:
        """Whether every check is green and the service goes on."""
        return self.first_problem is None and not self.draining

    def require(self) -> None:
        """Do nothing while ready.

        Raises:
            NotReady: says the first red check.
        """
        if self.first_problem is not None:
            raise NotReady(self.first_problem)

    def problems(self) -> dict[str, str]:
        """Say what is wrong by each red check and each notice."""
        return {name: text for name, text in self._problems.items() if text is not None} | self._notices

    def red(self) -> dict[str, str]:
        """Say why it is not ready."""
        checks = {name: text for name, text in self._problems.items() if text is not None}
        return checks | {"draining": DRAINING} if self.draining else checks

    def checks(self) -> dict[str, str]:
        """Say of each check ``ok`` or what is wrong."""
        checks = {name: "ok" if text is None else text for name, text in self._problems.items()} | self._notices
        return checks | {"draining": DRAINING} if self.draining else checks
