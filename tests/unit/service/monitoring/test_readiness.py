"""Readiness: every check has to be green."""

import pytest

from service.contract.errors import NotReady
from service.monitoring.readiness import Readiness


def test_it_is_ready_while_every_check_is_green() -> None:
    readiness = Readiness()
    readiness.set("model", "no artefact")
    readiness.set("journal", None)
    before = readiness.ready
    readiness.set("model", None)
    readiness.require()
    assert (before, readiness.ready) == (False, True)


def test_what_is_refused_names_the_first_red_check() -> None:
    readiness = Readiness()
    readiness.set("model", None)
    readiness.set("self_test", "a golden picture fails")
    readiness.set("journal", "the disk is full")
    with pytest.raises(NotReady, match=r"^self_test: a golden picture fails$"):
        readiness.require()


def test_a_notice_is_shown_and_keeps_nobody_from_verdicts() -> None:
    readiness = Readiness()
    readiness.set("model", None)
    readiness.notice("refused_artifact", "another is refused")
    readiness.require()
    assert readiness.ready
    assert readiness.checks() == {"model": "ok", "refused_artifact": "another is refused"}
    assert readiness.problems() == {"refused_artifact": "another is refused"}
    readiness.notice("refused_artifact", None)
    assert readiness.problems() == {}


def test_while_it_drains_it_judges_and_is_not_ready() -> None:
    readiness = Readiness()
    readiness.set("model", None)
    readiness.draining = True
    readiness.require()
    assert not readiness.ready
    assert readiness.checks() == {"model": "ok", "draining": "the service stops soon"}
