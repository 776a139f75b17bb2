"""Certificates of plugs: whether they hold, belong to their keys, and for how long."""

import shutil
from pathlib import Path

import pytest

from service.diagnosis.certificates import check_certificates
from service.diagnosis.finding import Finding, State
from service.settings import Settings
from tests.opcua_certificates import write_certificate

URI = "urn:test"


def found(settings: Settings, certificate: Path, key: Path, trusted: Path) -> list[Finding]:
    trusted.mkdir(exist_ok=True)
    changes = {"enabled": True, "cert_file": certificate, "key_file": key, "trusted_dir": trusted}
    return [*check_certificates(settings.model_copy(update={"opcua": settings.opcua.model_copy(update=changes)}))]


@pytest.mark.parametrize(
    ("days", "state", "said"),
    [(365, State.OK, "holds until"), (7, State.WARNING, "holds until"), (-1, State.FAILED, "expired on")],
)
def test_a_certificate_is_looked_at_before_it_expires(
    settings: Settings, tmp_path: Path, days: int, state: State, said: str
) -> None:
    files = write_certificate(tmp_path, "server", URI, days)
    own, clients = found(settings, *files, tmp_path / "trusted")
    assert (own.check, own.state) == ("opcua certificate", state)
    assert own.text.startswith(said)
    assert own.remedy or state is State.OK
    assert clients.state is State.FAILED
    assert "nobody is let in" in clients.text


@pytest.mark.parametrize(
    ("days", "state", "said"),
    [
        (365, State.OK, "1 are trusted"),
        (7, State.WARNING, "will expire: cell.der"),
        (-1, State.WARNING, "expired: cell"),
    ],
)
def test_the_certificates_of_clients_are_looked_at_too(
    settings: Settings, tmp_path: Path, days: int, state: State, said: str
) -> None:
    (tmp_path / "trusted").mkdir()
    shutil.copy(write_certificate(tmp_path, "cell", URI, days).certificate, tmp_path / "trusted")
    _, clients = found(settings, *write_certificate(tmp_path, "server", URI), tmp_path / "trusted")
    assert (clients.check, clients.state) == ("opcua clients", state)
    assert clients.text.startswith(said)


def test_files_that_do_not_belong_together_or_are_none_are_told(settings: Settings, tmp_path: Path) -> None:
    server, other = (write_certificate(tmp_path, name, URI, 365) for name in ("server", "other"))
    assert found(settings, server.certificate, other.key, tmp_path / "trusted")[0].text.endswith("another certificate")
    other.key.write_text("no key at all")
    assert "cannot be read" in found(settings, server.certificate, other.key, tmp_path / "trusted")[0].text
    assert "cannot be read" in found(settings, tmp_path / "absent", server.key, tmp_path / "trusted")[0].text


def test_what_is_off_has_no_line(settings: Settings) -> None:
    assert [*check_certificates(settings)] == []
