"""Bounded places."""

import pytest

from service.contract.errors import Overloaded
from service.edge.admission import Admission


def test_whoever_finds_no_place_is_refused_and_a_freed_place_is_given_again() -> None:
    admission = Admission(2)
    with admission.place():
        with admission.place(), pytest.raises(Overloaded, match="2 of 2"), admission.place():
            pass
        with admission.place():
            pass


def test_a_failure_frees_its_place() -> None:
    admission = Admission(1)
    with pytest.raises(ValueError, match="inside"), admission.place():
        raise ValueError("inside")
    with admission.place():
        pass
