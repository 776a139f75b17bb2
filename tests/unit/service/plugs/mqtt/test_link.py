"""What cannot work with a broker is said at the start."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from service.app import create_app
from service.contract.errors import SetupError, Unavailable
from service.plug_settings import MqttSettings
from service.plugs.mqtt.link import BrokerLink
from service.plugs.mqtt.session import StatusSession
from service.settings import Settings
from tests.ports import free_port

SESSION = StatusSession("p", list)


def test_certificates_that_cannot_be_read_end_the_start(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="LEAK_INSPECTION_MQTT_CA_FILE"):
        BrokerLink(MqttSettings(url="mqtts://broker.example", ca_file=tmp_path / "none"), "i", SESSION)


def test_a_password_without_a_name_is_refused() -> None:
    with pytest.raises(SetupError, match="LEAK_INSPECTION_MQTT_USERNAME"):
        BrokerLink(MqttSettings(url="mqtt://broker.example", password=SecretStr("secret")), "i", SESSION)


async def test_a_broker_that_is_not_there_is_named_and_nothing_is_sent() -> None:
    port = free_port()
    link = BrokerLink(MqttSettings(url=f"mqtt://127.0.0.1:{port}"), "i", SESSION)
    with pytest.raises(Unavailable, match=f"the broker at 127.0.0.1:{port}"):
        await link.run(lambda: None)
    with pytest.raises(Unavailable, match="no connection"):
        await link.publish([])


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"sparkplug_host": "scada"}, "MQTT_SPARKPLUG_HOST needs"),
        ({"sparkplug": "plant/line", "discovery": "homeassistant"}, "MQTT_DISCOVERY has no place"),
    ],
)
def test_settings_that_do_not_go_together_end_the_start(tmp_path: Path, changes: dict[str, str], named: str) -> None:
    mqtt = {"url": "mqtt://broker.example", **changes}
    with pytest.raises(SetupError, match=named):
        create_app(Settings.model_validate({"data_dir": tmp_path, "mqtt": mqtt}))
