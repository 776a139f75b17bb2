import stat
from pathlib import Path

import pytest

from service.contract.errors import SetupError, TooManyLogins
from service.edge.sessions import COOKIE, FAILURES, FAILURES_WITHIN_S, SECRET_FILE, LoginThrottle, Sessions, kept_secret
from tests.clock import Clock

KEY = b"operator-key-0123456789"
SESSIONS = Sessions(b"a secret of this test")


def cookie(value: str) -> bytes:
    return f"{COOKIE}={value}".encode()


def test_a_session_names_its_key_and_does_not_hold_it() -> None:
    value = SESSIONS.begin(KEY)
    assert SESSIONS.read(cookie(value)) == SESSIONS.name_of(KEY)
    assert KEY.decode() not in value


@pytest.mark.parametrize("value", ["", "3.99999999999.", "3.99999999999.abc", "x.y.z", "...", '"', "3"])
def test_a_forged_session_is_none(value: str) -> None:
    assert SESSIONS.read(cookie(value)) is None


def test_a_session_that_was_changed_is_none() -> None:
    value = SESSIONS.begin(KEY)
    assert SESSIONS.read(cookie(("a" if value[0] != "a" else "b") + value[1:])) is None


def test_an_expired_session_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.edge.sessions.SESSION_S", -1)
    assert SESSIONS.read(cookie(SESSIONS.begin(KEY))) is None


def test_the_secret_is_drawn_once_and_for_this_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = kept_secret(folder)
    assert kept_secret(folder) == first
    assert kept_secret(tmp_path / "other") != first
    assert stat.S_IMODE((folder / SECRET_FILE).stat().st_mode) == 0o600


def test_a_secret_that_was_cut_is_drawn_anew(tmp_path: Path) -> None:
    (tmp_path / SECRET_FILE).write_bytes(b"short")
    assert len(kept_secret(tmp_path)) == 32


def test_a_data_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SetupError, match=SECRET_FILE):
        kept_secret(tmp_path / "file")


def test_failures_are_forgotten_after_a_while() -> None:
    clock = Clock()
    throttle = LoginThrottle(clock)
    for _ in range(FAILURES):
        throttle.require("there")
        throttle.failed("there")
    with pytest.raises(TooManyLogins):
        throttle.require("there")
    clock.now += FAILURES_WITHIN_S
    throttle.require("there")
