"""Keys files, and roles by key and by session."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.types import Scope

from service.contract.errors import Forbidden, SetupError, TooManyLogins, Unauthenticated
from service.edge.access import Access, Role, read_keys
from service.edge.sessions import COOKIE, FAILURES, Sessions

KEY = "operator-key-0123456789"
NOBODY = 65534
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


def test_a_mark_of_the_encoding_is_no_part_of_the_first_role(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(f"operator {KEY}\n", encoding="utf-8-sig")
    assert read_keys(path).roles == {KEY: Role.OPERATOR}


def test_replicas_may_share_a_secret_of_sessions(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(f"operator {KEY}\nsession 0123456789abcdef\n")
    keys = read_keys(path)
    assert (keys.roles, keys.session_secret) == ({KEY: Role.OPERATOR}, b"0123456789abcdef")


@pytest.fixture
def unprivileged(tmp_path: Path) -> Iterator[int]:
    """The user of this test, who is not root; there is a file of keys that is not theirs."""
    (tmp_path / "keys").write_text(f"admin {KEY}\n")
    (tmp_path / "keys").chmod(0)
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    yield os.geteuid()
    os.seteuid(before)


def test_a_keys_file_of_another_user_is_named_with_who_needs_it(tmp_path: Path, unprivileged: int) -> None:
    keys = tmp_path / "keys"
    with pytest.raises(SetupError, match=rf"keys cannot be read by user {unprivileged} \(Permission denied\).*chown"):
        read_keys(keys)


def test_a_keys_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys").write_bytes(b"admin \xff" * 4)
    with pytest.raises(SetupError, match="no text"):
        read_keys(tmp_path / "keys")
