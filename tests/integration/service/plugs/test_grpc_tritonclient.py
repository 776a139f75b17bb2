"""Triton's clients for gRPC, sync and asyncio, work with the service unchanged; the messages are those of KServe."""

import json
import math
import subprocess
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor_pb2 import DescriptorProto

from service.plugs.grpc.protocol import PACKAGE, SERVICE, described
from tests.foreign_environments import python_with
from tests.pictures import jpeg
from tests.ports import free_port
from tests.served_service import served
from tests.wells import good_well, leaking_well

CLIENTS = Path(__file__).parents[3] / "foreign_clients"
CALLS = ("ServerLive", "ServerReady", "ModelReady", "ServerMetadata", "ModelMetadata", "ModelInfer")
NEWER = {
    "InferParameter": {"double_param", "uint64_param"},
    "ModelMetadataResponse": {"properties"},
    "ModelMetadataResponse.PropertiesEntry": {"key", "value"},
}
"""What the specification has and the stubs do not."""


def told(python: Path, script: str, *arguments: str) -> Any:  # noqa: ANN401  # whatever JSON holds
    command = [str(python), str(CLIENTS / script), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


@pytest.mark.timeout(600)
def test_tritons_clients_find_the_server_and_get_verdicts_and_reasons(tmp_path: Path) -> None:
    python = python_with("tritonclient[grpc]==2.73.0")
    pictures = {"good": jpeg(good_well(1)), "none": b"no picture", "leak": jpeg(leaking_well(2))}
    for name, content in pictures.items():
        (tmp_path / name).write_bytes(content)
    port = free_port()
    with served(tmp_path, grpc={"enabled": True, "port": port}):
        said = told(python, "grpc_client.py", f"127.0.0.1:{port}", *(str(tmp_path / name) for name in pictures))
    assert said["alive"] == [True, True, True]
    assert said["version_ready"]
    assert said["server"]["name"] == "leak-inspection"
    assert [tensor["name"] for tensor in said["model"]["inputs"]] == ["image", "pixels"]
    for answer in (said["files"], said["zipped"], said["aio"]):
        outputs = answer["outputs"]
        assert outputs["verdict"] == ["no_leak", "unknown", "leak"]
        assert outputs["alarm"] == [False, True, True]
        assert [math.isnan(score) for score in outputs["score"]] == [False, True, False]
        assert outputs["artifact"] == [answer["version"]] * 3
    assert said["files"]["id"] == "r-1"
    assert len(set(said["files"]["outputs"]["decision_id"])) == 3
    assert said["pixels"]["outputs"].keys() == {"verdict", "score"}
    assert len(said["pixels"]["outputs"]["verdict"]) == 2
    assert {why: status for why, (status, _) in said["refused"].items()} == {
        "model": "StatusCode.NOT_FOUND",
        "version": "StatusCode.NOT_FOUND",
        "label": "StatusCode.INVALID_ARGUMENT",
        "shape": "StatusCode.INVALID_ARGUMENT",
        "output": "StatusCode.INVALID_ARGUMENT",
    }
    assert "ask for small" in said["refused"]["model"][1]
    assert "camera: unknown field" in said["refused"]["label"][1]
    assert "[N, height, width, 3]" in said["refused"]["shape"][1]


def fields(message: DescriptorProto, path: str) -> dict[str, list[list[object]]]:
    found = {path: [[field.name, field.number, field.label, field.type, field.type_name] for field in message.field]}
    for inner in message.nested_type:
        found |= fields(inner, f"{path}.{inner.name}")
    return found


@pytest.mark.timeout(600)
def test_messages_fields_and_numbers_are_those_that_kserve_publishes() -> None:
    published = told(python_with("kserve==0.21.0"), "grpc_stubs.py")
    assert published["package"] == PACKAGE == SERVICE.partition(".")[0]
    ours: dict[str, list[list[object]]] = {}
    for message in described().message_type:
        ours |= fields(message, message.name)
    known = {name: [field for field in found if field[0] not in NEWER.get(name, ())] for name, found in ours.items()}
    assert known.pop("ModelMetadataResponse.PropertiesEntry") == []
    assert known == {name: published["messages"][name] for name in known}
    assert {call: published["calls"][call] for call in CALLS} == {
        call: [f".{PACKAGE}.{call}Request", f".{PACKAGE}.{call}Response"] for call in CALLS
    }
