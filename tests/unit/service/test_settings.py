from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from service.contract.errors import SetupError
from service.settings import PREFIX, read_settings, variables


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


VALUES = {
    "ALARM_CONFIRMATIONS": "1", "ALARM_SURE_RATIO": "1.5", "ALARM_WINDOW": "9", "ARCHIVE_DIR": "other",
    "GRPC_HOST": "10.0.0.1", "MODBUS_HOST": "10.0.0.1", "OPCUA_HOST": "10.0.0.1", "MODBUS_WELLS": "cam-1/12a",
    "MQTT_URL": "mqtts://broker.example", "MQTT_PREFIX": "plant/line-1",
    "MQTT_SPARKPLUG": "plant/line-1", "MQTT_SPARKPLUG_HOST": "scada",
    "HOST": "localhost", "PUBLISH": "localhost", "WORKER_THREADS": "63",
    "LOG_LEVEL": "debug", "MAX_BATCH_BYTES": "90000000", "REPLICA": "r", "REVISION": "r",
    "TRUSTED_PROXIES": "10.0.0.1", "WEBHOOK_URL": "https://alarms.example", "WEBHOOK_SECRET": "of sixteen or more",
    "DATABASE_URL": "postgresql://h/d", "SHIFT_ALPHA": "0.5",
}  # fmt: skip
"""Where neither ``true`` nor a number does."""


def value_of(variable: str, default: object) -> str:
    name = variable.removeprefix(PREFIX)
    if name in VALUES:
        return VALUES[name]
    if default is False:
        return "true"
    if name.endswith("SHARE"):
        return "0.5"
    is_path = default is None and name != "MAX_AGE_S"
    return "other" if is_path or isinstance(default, Path) else str(int(float(str(default or 1))) + 1)


@pytest.mark.parametrize("variable", [variable for variable, _ in variables()])
def test_every_variable_arrives(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    field = dict(variables())[variable]
    default = 1 if field.default is PydanticUndefined else field.default
    monkeypatch.setenv(variable, value_of(variable, default))
    read = read_settings({}).model_dump_json()
    monkeypatch.delenv(variable)
    assert read != read_settings({}).model_dump_json()


@pytest.mark.parametrize("variable", ["MAX_IN_FLIGHT", "JOURNAL_MAX_BYTES", "SELF_TEST_RETRY_S", "ARCHIVE_GOOD_SHARE"])
def test_a_refused_value_is_told_with_the_whole_name_of_its_variable(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PREFIX + variable, "-1")
    with pytest.raises(SetupError, match=f"^{PREFIX}{variable}: "):
        read_settings({})


@pytest.mark.parametrize("variable", ["LEAK_INSPECTION_JOURNAL", "leak_inspection_journal"])
def test_a_group_is_not_to_be_set_as_a_whole(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, '{"strict": true}')
    with pytest.raises(SetupError, match="is not a setting"):
        read_settings({})


def test_an_alarm_needs_no_more_confirmations_than_its_window_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAK_INSPECTION_ALARM_CONFIRMATIONS", "4")
    with pytest.raises(SetupError, match="LEAK_INSPECTION_ALARM_WINDOW"):
        read_settings({})
