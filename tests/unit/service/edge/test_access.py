"""Keys files and sessions."""

from pathlib import Path

import pytest
from starlette.types import Scope

from service.contract.errors import Forbidden, SetupError, Unauthenticated
from service.edge.access import COOKIE, Access, Role, read_keys

KEY = "operator-key-0123456789"


def scope(**headers: str) -> Scope:
    """An ASGI scope with these headers."""
    return {"headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]}


def test_without_keys_everybody_may_do_everything() -> None:
    Access({}).require(scope(), Role.ADMIN)


def test_a_session_has_the_role_it_was_given() -> None:
    access = Access({KEY: Role.OPERATOR})
    session = scope(cookie=f"other=1; {COOKIE}={access.new_session(Role.OPERATOR)}")
    access.require(session, Role.OPERATOR)
    with pytest.raises(Forbidden):
        access.require(session, Role.ADMIN)


def test_a_session_outlives_a_restart_but_not_a_change_of_keys() -> None:
    session = scope(cookie=f"{COOKIE}={Access({KEY: Role.OPERATOR}).new_session(Role.OPERATOR)}")
    Access({KEY: Role.OPERATOR}).require(session, Role.OPERATOR)
    with pytest.raises(Unauthenticated):
        Access({KEY + "x": Role.OPERATOR}).require(session, Role.OPERATOR)


@pytest.mark.parametrize("value", ["", "3.99999999999.", "3.99999999999.abc", "x.y.z", "...", '"', "3"])
def test_a_forged_session_is_none(value: str) -> None:
    with pytest.raises(Unauthenticated):
        Access({KEY: Role.ADMIN}).require(scope(cookie=f"{COOKIE}={value}"), Role.CAMERA)


def test_a_role_cannot_be_raised_in_a_session() -> None:
    access = Access({KEY: Role.OPERATOR})
    raised = "3" + access.new_session(Role.OPERATOR)[1:]
    with pytest.raises(Unauthenticated):
        access.require(scope(cookie=f"{COOKIE}={raised}"), Role.CAMERA)


def test_an_expired_session_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    access = Access({KEY: Role.OPERATOR})
    monkeypatch.setattr("service.edge.access.SESSION_S", -1)
    with pytest.raises(Unauthenticated):
        access.require(scope(cookie=f"{COOKIE}={access.new_session(Role.OPERATOR)}"), Role.CAMERA)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("operator", "line 1"),
        ("\npilot 0123456789abcdef", "line 2"),
        ("admin short", "line 1"),
        ("# nothing\n", "no key"),
    ],
)
def test_a_keys_file_that_cannot_be_meant_is_refused_without_its_keys(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "keys"
    path.write_text(text)
    with pytest.raises(SetupError, match=said) as caught:
        read_keys(path)
    assert "0123456789abcdef" not in str(caught.value)
