"""Which requests of browsers are answered."""

import socket

import pytest
from starlette.types import Scope

from service.contract.errors import CrossOrigin, Misdirected
from service.edge.same_origin import SameOrigin

HOST = "127.0.0.1:8000"
PAGE = "http://127.0.0.1:8000"


def request(method: str = "POST", host: str | None = HOST, **headers: str) -> Scope:
    """An ASGI scope; underscores in names of headers stand for hyphens."""
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    if host is not None:
        named.append(("host", host))
    return {"method": method, "headers": [(name.encode(), value.encode("latin-1")) for name, value in named]}


OPEN = SameOrigin(["plant.example", "10.0.0.7"])
WITH_KEYS = SameOrigin(None)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.0.0.1:8000", "localhost", "LOCALHOST:1", "localhost.:8000", "a.localhost", "[::1]:8000",
        "10.0.0.7", "192.168.1.5:80", "plant.example", "Plant.Example:8443", socket.gethostname(),
    ],
)  # fmt: skip
def test_a_name_of_the_service_or_an_address_is_answered(host: str) -> None:
    OPEN.require(request("GET", host))


@pytest.mark.parametrize(
    "host",
    [
        "foreign.example", "foreign.example:8000", "localhost.foreign.example", "plant.example.foreign.example", "",
        ":8000", "127.0.0.1.foreign.example", "notlocalhost", "127.0.0.1@foreign.example", "localhost:80:80", "é",
        "[::1", "localhost, foreign.example",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS"])
def test_any_other_host_is_misdirected_where_nobody_needs_a_key(host: str, method: str) -> None:
    with pytest.raises(Misdirected):
        OPEN.require(request(method, host))


def test_two_hosts_are_none() -> None:
    twice = request("GET")
    twice["headers"].append((b"host", HOST.encode()))
    with pytest.raises(Misdirected):
        WITH_KEYS.require(twice)


def test_with_keys_every_name_is_answered() -> None:
    WITH_KEYS.require(request("GET", "any.example"))


def test_callers_that_are_no_browsers_pass() -> None:
    OPEN.require(request())
    OPEN.require(request(host=None))


@pytest.mark.parametrize("judge", [OPEN, WITH_KEYS], ids=["without keys", "with keys"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://foreign.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://127.0.0.1:3000"},
        {"origin": "http://127.0.0.1"},
        {"origin": "http://localhost:8000"},
        {"origin": "http://127.0.0.1:8000.foreign.example"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "cross-site", "origin": PAGE},
        {"sec_fetch_site": ""},
    ],
    ids=str,
)
def test_a_page_of_another_origin_changes_nothing(judge: SameOrigin, method: str, headers: dict[str, str]) -> None:
    with pytest.raises(CrossOrigin):
        judge.require(request(method, **headers))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_it_may_ask_for_what_it_cannot_read(method: str) -> None:
    OPEN.require(request(method, origin="http://foreign.example"))


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": PAGE},
        {"origin": PAGE.upper()},
        {"origin": "https://127.0.0.1:8000"},
        {"sec_fetch_site": "same-origin", "origin": "null"},
        {"sec_fetch_site": "none"},
        {"origin": "https://plant.example", "host": "plant.example"},
        {"origin": "https://plant.example", "host": "plant.example:443"},
        {"origin": "https://plant.example:8443", "x_forwarded_host": "plant.example:8443"},
    ],
    ids=str,
)
def test_its_own_page_may(headers: dict[str, str]) -> None:
    OPEN.require(request(**headers))
