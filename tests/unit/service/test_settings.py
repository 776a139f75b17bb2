import pytest

from service.contract.errors import SetupError
from service.settings import read_settings


@pytest.mark.parametrize(
    "where",
    [
        {"host": "127.0.0.1"},
        {"host": "10.0.0.7", "unprotected": True},
        {"host": "10.0.0.7", "publish": "127.0.0.1"},  # a container listens everywhere and is published on loopback
        {"host": "10.0.0.7", "publish": "10.0.0.7", "keys_file": "keys"},
    ],
)
def test_a_service_that_only_this_machine_reaches_or_that_has_keys_may_start(where: dict[str, object]) -> None:
    assert read_settings(where).host == where["host"]


@pytest.mark.parametrize("where", [{"host": "10.0.0.7"}, {"host": "10.0.0.7", "publish": "10.0.0.7"}])
def test_a_service_that_others_reach_without_a_key_is_refused(where: dict[str, object]) -> None:
    with pytest.raises(SetupError, match="without keys lets anybody in"):
        read_settings(where)


def test_a_variable_that_is_no_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAK_INSPECTION_PROT", "8000")
    with pytest.raises(SetupError, match="LEAK_INSPECTION_PROT is not a setting"):
        read_settings({})
