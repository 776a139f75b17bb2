from importlib.util import find_spec
from pathlib import Path

import pytest

from service.contract.errors import SetupError
from tests.ports import free_port
from training.cluster.connection import connected

pytestmark = pytest.mark.skipif(find_spec("ray") is None, reason="the extra cluster is not installed")


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH", "RAY_USAGE_STATS_ENABLED"):
        monkeypatch.setenv(name, "")  # so that it is put back
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def refusal(address: str) -> str:
    with pytest.raises(SetupError) as caught, connected(address, 1):
        pass
    return str(caught.value)


def test_without_a_token_no_cluster_is_asked() -> None:
    assert "there is no token for the cluster" in refusal("127.0.0.1:6379")


@pytest.mark.parametrize("address", ["cluster", "ray://head:10001", "head:", ":6379", ""])
def test_what_is_no_address_is_said(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_AUTH_TOKEN", "0" * 64)
    assert "is no address of a cluster" in refusal(address)


def test_where_nobody_listens_is_said_at_once(at_home: Path) -> None:
    (at_home / ".ray").mkdir()
    (at_home / ".ray" / "auth_token").write_text("0" * 64)
    assert "nobody answers at" in refusal(f"127.0.0.1:{free_port()}")


def test_a_port_out_of_range_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_AUTH_TOKEN", "0" * 64)
    assert "nobody answers at" in refusal("127.0.0.1:99999")
