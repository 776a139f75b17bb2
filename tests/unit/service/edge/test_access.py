"""Keys files, and roles by key and by session."""

from pathlib import Path

import pytest
from starlette.types import Scope

from service.contract.errors import Forbidden, SetupError, TooManyLogins, Unauthenticated
from service.edge.access import Access, Role, read_keys
from service.edge.sessions import COOKIE, FAILURES, Sessions

KEY = "operator-key-0123456789"
SECRET = b"a secret of this test"


def scope(**headers: str) -> Scope:
    """An ASGI scope with these headers."""
    return {"headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]}


def access_with(keys: dict[str, Role], secret: bytes = SECRET) -> Access:
    return Access(keys, Sessions(secret))


def signed_in(access: Access, key: str = KEY) -> Scope:
    return scope(cookie=f"other=1; {COOKIE}={access.sign_in(key.encode(), 'here')}")


def test_without_keys_everybody_may_do_everything() -> None:
    access_with({}).require(scope(), Role.ADMIN)
    assert access_with({}).sign_in(b"anything", "here")


def test_a_session_may_do_what_its_key_may() -> None:
    access = access_with({KEY: Role.OPERATOR})
    session = signed_in(access)
    access.require(session, Role.OPERATOR)
    with pytest.raises(Forbidden):
        access.require(session, Role.ADMIN)


def test_a_key_that_lost_its_role_takes_its_sessions_along() -> None:
    session = signed_in(access_with({KEY: Role.ADMIN}))
    access_with({KEY: Role.ADMIN}).require(session, Role.ADMIN)
    with pytest.raises(Forbidden):
        access_with({KEY: Role.OPERATOR}).require(session, Role.ADMIN)
    with pytest.raises(Unauthenticated):
        access_with({KEY + "x": Role.ADMIN}).require(session, Role.CAMERA)


def test_whoever_knows_every_key_but_not_the_secret_makes_no_session() -> None:
    session = signed_in(access_with({KEY: Role.ADMIN}, b"another secret"))
    with pytest.raises(Unauthenticated):
        access_with({KEY: Role.ADMIN}).require(session, Role.CAMERA)


def test_a_key_of_a_camera_begins_no_session() -> None:
    with pytest.raises(Forbidden):
        access_with({KEY: Role.CAMERA}).sign_in(KEY.encode(), "here")


def test_an_address_that_tries_wrong_keys_has_to_wait_and_no_other() -> None:
    access = access_with({KEY: Role.ADMIN})
    for _ in range(FAILURES):
        with pytest.raises(Unauthenticated):
            access.sign_in(b"wrong", "there")
    with pytest.raises(TooManyLogins):
        access.sign_in(KEY.encode(), "there")
    assert access.sign_in(KEY.encode(), "here")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("operator", "line 1"),
        ("\npilot 0123456789abcdef", "line 2"),
        ("admin short", "line 1"),
        ("# nothing\n", "no key"),
        ("session 0123456789abcdef\n", "no key"),
        ("camera 0123456789abcdef\nadmin 0123456789abcdef\n", "line 2: this key has a role already"),
    ],
)
def test_a_keys_file_that_cannot_be_meant_is_refused_without_its_keys(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "keys"
    path.write_text(text)
    with pytest.raises(SetupError, match=said) as caught:
        read_keys(path)
    assert "0123456789abcdef" not in str(caught.value)


def test_replicas_may_share_a_secret_of_sessions(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(f"operator {KEY}\nsession 0123456789abcdef\n")
    keys = read_keys(path)
    assert (keys.roles, keys.session_secret) == ({KEY: Role.OPERATOR}, b"0123456789abcdef")
