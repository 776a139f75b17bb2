"""The settings of the plugs: a group each, off by default; ``settings`` holds them beside its own groups."""

from pathlib import Path

from pydantic import Field, SecretStr

from service.setting_groups import SettingsGroup


class OipSettings(SettingsGroup):
    """The plug for clients of the Open Inference Protocol."""

    enabled: bool = Field(False, description="Answer the Open Inference Protocol on /v2.")


class GrpcSettings(SettingsGroup):
    """The plug for clients of the Open Inference Protocol that speak gRPC."""

    enabled: bool = Field(False, description="Answer the Open Inference Protocol over gRPC (extra `grpc`).")
    host: str = Field("127.0.0.1", description="Address that gRPC listens on; beyond loopback with TLS alone.")
    port: int = Field(8001, ge=1, le=65535, description="Port that gRPC listens on.")
    cert_file: Path | None = Field(None, description="Certificate of the server with its chain, PEM.")
    key_file: Path | None = Field(None, description="Key of that certificate, PEM.")
    ca_file: Path | None = Field(None, description="Authorities that a client's certificate must come from, PEM.")


class ModbusSettings(SettingsGroup):
    """The plug for programmable controllers."""

    enabled: bool = Field(False, description="Show wells in registers of Modbus TCP (extra `modbus`).")
    host: str = Field("127.0.0.1", description="Address that Modbus listens on; it knows no keys.")
    port: int = Field(502, ge=1, le=65535, description="Port that Modbus listens on.")
    wells: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9._:/, -]+$",
        description="Wells that get registers, in this order: CAMERA/WELL with commas between; "
        "without it those of the cameras file.",
    )
    valid_s: float = Field(30.0, gt=0, le=86_400, description="Time after which a result in registers counts no more.")
    trigger_s: float = Field(5.0, gt=0, le=3600, description="Time that a trigger waits for the picture of its well.")


class MqttSettings(SettingsGroup):
    """The plug for brokers of MQTT."""

    url: str | None = Field(
        None,
        pattern=r"^mqtts?://[A-Za-z0-9._-]+(:[0-9]{1,5})?/?$",
        description="Broker that gets decisions and alarms: mqtt://HOST:PORT, or mqtts:// with TLS (extra `mqtt`).",
    )
    prefix: str = Field(
        "leak-inspection",
        pattern=r"^[A-Za-z0-9._:-]{1,64}(/[A-Za-z0-9._:-]{1,64}){0,5}$",
        description="Prefix of the topics; replicas need one each.",
    )
    username: str | None = Field(None, description="Name the broker knows the service by.")
    password: SecretStr | None = Field(None, description="Password for the broker.")
    ca_file: Path | None = Field(None, description="Certificates that the broker's must be signed by.")
    cert_file: Path | None = Field(None, description="Certificate that the service shows the broker.")
    key_file: Path | None = Field(None, description="Key of that certificate, where it is a file of its own.")
    discovery: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9._:/-]{1,64}$",
        description="Prefix under which wells announce themselves to Home Assistant, usually homeassistant.",
    )
    sparkplug: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9._:-]{1,64}/[A-Za-z0-9._:-]{1,64}$",
        description="Publish as an edge node of Sparkplug B instead: GROUP/NODE; replicas need a node each.",
    )
    sparkplug_host: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9._:-]{1,64}$",
        description="Primary host of Sparkplug B; while it is not online nothing is sent.",
    )


class OpcuaSettings(SettingsGroup):
    """The plug for clients of OPC UA."""

    enabled: bool = Field(False, description="Serve OPC UA (extra `opcua`).")
    host: str = Field("127.0.0.1", description="Address that OPC UA listens on; beyond loopback with security alone.")
    port: int = Field(4840, ge=1, le=65535, description="Port that OPC UA listens on.")
    cert_file: Path | None = Field(None, description="Certificate of the server, PEM or DER.")
    key_file: Path | None = Field(None, description="Key of that certificate.")
    trusted_dir: Path | None = Field(
        None, description="Folder of certificates, or authorities, of clients that are let in."
    )
