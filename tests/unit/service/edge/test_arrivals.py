"""Large bodies on their way in."""

import asyncio

import pytest

from service.contract.errors import Overloaded, ShareTaken
from service.edge.arrivals import STALLED_S, Arrivals
from tests.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_one_address_leaves_places_to_others_whatever_cameras_it_names(clock: Clock) -> None:
    arrivals = Arrivals(4, 0.75, clock=clock)
    for number in range(3):
        arrivals.enter("flooder", f"cam-{number}")
    with pytest.raises(ShareTaken, match="flooder sends 3"):
        arrivals.enter("flooder", "cam-3")
    arrivals.enter("other")
    with pytest.raises(Overloaded, match="4 bodies") as full:
        arrivals.enter("third")
    assert full.type is Overloaded


def test_a_known_camera_finds_a_place_beyond_the_share_of_its_address(clock: Clock) -> None:
    arrivals = Arrivals(4, 0.75, ["known"], clock)
    for number in range(3):
        arrivals.enter("gateway", f"cam-{number}")
    with arrivals.enter("gateway", "known"):
        pass


def test_who_leaves_makes_room(clock: Clock) -> None:
    arrivals = Arrivals(1, clock=clock)
    with arrivals.enter("a"), pytest.raises(Overloaded):
        arrivals.enter("b")
    with arrivals.enter("b"):
        pass


async def test_who_stands_still_for_longest_makes_room_for_the_next(clock: Clock) -> None:
    arrivals = Arrivals(3, clock=clock)
    first, second, third = (arrivals.enter(name) for name in "abc")
    clock.now += STALLED_S
    third.moved()
    second.moved()
    async with asyncio.timeout(60) as bound:
        first.begin(bound)
        arrivals.enter("d")
        assert bound.when() == pytest.approx(asyncio.get_running_loop().time(), abs=30)
        bound.reschedule(None)
        await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        arrivals.enter("e")


async def test_what_has_arrived_keeps_its_place(clock: Clock) -> None:
    arrivals = Arrivals(1, clock=clock)
    with arrivals.enter("a") as arrival:
        arrival.arrived()
        clock.now += 10 * STALLED_S
        with pytest.raises(Overloaded):
            arrivals.enter("b")


@pytest.mark.parametrize(
    ("known", "camera_id", "client"),
    [((), None, "here"), ((), "cam-1", "cam-1"), (("cam-1",), "cam-1", "cam-1"), (("cam-1",), "invented", "here")],
)
def test_names_count_where_they_are_known_or_none_are(
    known: tuple[str, ...], camera_id: str | None, client: str
) -> None:
    assert Arrivals(1, known=known).client("here", camera_id) == client
