"""What a proxy says is believed where the proxy is trusted, and a prefix only where it is plain."""

import pytest
from starlette.types import Message, Receive, Scope, Send

from service.edge.trusted_proxies import TrustedProxies


async def seen(path: str, prefix: str, sender: str | None = "10.0.0.1") -> Scope:
    """What the application gets."""
    got: list[Scope] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        got.append(scope)

    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        raise AssertionError(message)

    headers = [(b"x-forwarded-prefix", prefix.encode()), (b"x-forwarded-for", b"203.0.113.9")]
    sent = {"type": "http", "path": path, "root_path": "", "headers": headers, "client": sender and (sender, 1)}
    await TrustedProxies(app, "10.0.0.0/24")(sent, receive, send)
    return got[0]


@pytest.mark.parametrize("path", ["/v1/inspect", "/inspection/v1/inspect"], ids=["cut off", "left in the path"])
@pytest.mark.parametrize("prefix", ["/inspection", "/inspection/"])
async def test_the_path_begins_with_the_prefix_whether_or_not_the_proxy_cut_it_off(path: str, prefix: str) -> None:
    scope = await seen(path, prefix)
    assert (scope["root_path"], scope["path"]) == ("/inspection", "/inspection/v1/inspect")


async def test_a_path_that_begins_with_the_same_letters_is_another_one() -> None:
    assert (await seen("/inspections", "/inspection"))["path"] == "/inspection/inspections"


async def test_the_address_of_the_caller_is_taken_too() -> None:
    assert (await seen("/", "/inspection"))["client"] == ("203.0.113.9", 0)


async def test_nobody_else_is_believed() -> None:
    scope = await seen("/v1/inspect", "/inspection", sender="10.0.1.1")
    assert (scope["root_path"], scope["path"], scope["client"][0]) == ("", "/v1/inspect", "10.0.1.1")
    assert (await seen("/", "/inspection", sender=None))["root_path"] == ""


@pytest.mark.parametrize(
    "prefix", ["", "/", "inspection", "//other.example", "/a//b", "/..", "/a'b", "/%41", "/a b", "/a" * 200]
)
async def test_a_prefix_that_is_not_plain_is_none(prefix: str) -> None:
    scope = await seen("/v1/inspect", prefix)
    assert (scope["root_path"], scope["path"]) == ("", "/v1/inspect")
