"""Nobody is let in unseen."""

from pathlib import Path

import pytest

from service.contract.errors import SetupError
from service.edge.access import Access, Role
from service.edge.sessions import Sessions
from service.plug_settings import OpcuaSettings
from service.plugs.opcua.security import KeyUsers, require_safe

KEYS = {"camera-key-012345": Role.CAMERA, "operator-key-0123": Role.OPERATOR, "admin-key-01234567": Role.ADMIN}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (OpcuaSettings(host="0.0.0.0"), "needs security"),  # noqa: S104  # that is what is refused
        (OpcuaSettings(cert_file=Path("c.der")), "belong together"),
        (OpcuaSettings(cert_file=Path("c.der"), key_file=Path("k.pem"), trusted_dir=Path("t")), "does not exist"),
    ],
)
def test_settings_that_would_let_anybody_in_or_name_no_files_end_the_start(settings: OpcuaSettings, said: str) -> None:
    with pytest.raises(SetupError, match=said):
        require_safe(settings)


def test_a_certificate_that_would_be_passed_over_ends_the_start(tmp_path: Path) -> None:
    settings = OpcuaSettings(cert_file=tmp_path / "c.der", key_file=tmp_path / "k.pem", trusted_dir=tmp_path)
    for name in ("c.der", "k.pem", "client.pem"):
        (tmp_path / name).touch()
    require_safe(settings)
    (tmp_path / "client.CRT").touch()
    with pytest.raises(SetupError, match=r"client\.CRT"):
        require_safe(settings)


def test_loopback_needs_no_security() -> None:
    require_safe(OpcuaSettings())


@pytest.mark.parametrize(
    ("password", "enters"),
    [
        ("operator-key-0123", True),
        (b"admin-key-01234567", True),
        ("camera-key-012345", False),
        ("x", False),
        (None, False),
    ],
)
def test_the_password_is_a_key_of_an_operator(password: str | bytes | None, enters: bool) -> None:
    users = KeyUsers(Access(KEYS, Sessions(b"secret")))
    assert (users.get_user(None, "anybody", password) is not None) is enters


def test_without_keys_anybody_may_read() -> None:
    assert KeyUsers(Access({}, Sessions(b"secret"))).get_user(None) is not None
