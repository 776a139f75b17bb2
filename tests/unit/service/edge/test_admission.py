"""Bounded places."""

import pytest

from service.contract.errors import Overloaded, ShareTaken
from service.edge.admission import Admission


def test_whoever_finds_no_place_is_refused_and_a_freed_place_is_given_again() -> None:
    admission = Admission(2)
    with admission.place("a"):
        with admission.place("a"), pytest.raises(Overloaded, match="2 of 2"), admission.place("a"):
            pass
        with admission.place("a"):
            pass


def test_a_failure_frees_its_place() -> None:
    admission = Admission(1)
    with pytest.raises(ValueError, match="inside"), admission.place("a"):
        raise ValueError("inside")
    with admission.place("a"):
        pass


def test_one_client_leaves_places_to_others() -> None:
    admission = Admission(8, client_share=0.75)
    for _ in range(6):
        admission.take("flooding")
    with pytest.raises(ShareTaken, match="flooding holds its part"):
        admission.take("flooding")
    admission.take("calm")
    admission.take("another")
    with pytest.raises(Overloaded, match="8 of 8") as full:
        admission.take("calm")
    assert full.type is Overloaded


def test_many_clients_share_what_there_is() -> None:
    admission = Admission(8, client_share=0.75)
    for number in range(8):
        admission.take(f"camera-{number}")
    with pytest.raises(Overloaded):
        admission.require("camera-9")


def test_a_client_that_has_gone_is_forgotten() -> None:
    admission = Admission(2, client_share=0.5)
    admission.take("a")
    admission.free("a")
    with admission.place("b"), pytest.raises(Overloaded), admission.place("b"):
        pass
    with admission.place("a"):
        pass


def test_asking_takes_no_place() -> None:
    admission = Admission(1)
    admission.require("a")
    admission.require("a")
    with admission.place("a"), pytest.raises(Overloaded):
        admission.require("b")
