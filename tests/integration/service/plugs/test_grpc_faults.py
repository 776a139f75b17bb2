"""Over gRPC with the whole service: TLS, keys, clients that vanish, ports that are taken; the inspection goes on."""

import socket
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest

from service.plugs.grpc.messages import MESSAGES
from service.plugs.grpc.protocol import SERVICE
from service.plugs.oip.tensors import packed
from tests.eventually import until
from tests.pictures import jpeg
from tests.ports import free_port
from tests.served_service import send, served, troubles
from tests.tls_certificates import PemFiles, write_pem
from tests.wells import good_well, leaking_well

PATIENCE_S = 60.0
CAMERA = "camera-key-012345"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\x04" + bytes(5)


def infer(channel: grpc.Channel, *pictures: bytes, key: str | None = None, **parameters: str) -> Any:  # noqa: ANN401
    message = MESSAGES["ModelInferRequest"](
        model_name="small",
        inputs=[{"name": "image", "datatype": "BYTES", "shape": [len(pictures)]}],
        raw_input_contents=[packed(pictures)],
        parameters={name: {"string_param": value} for name, value in parameters.items()},
    )
    ask = channel.unary_unary(f"/{SERVICE}/ModelInfer")
    sent = () if key is None else (("authorization", f"Bearer {key}"),)
    body = ask(message.SerializeToString(), metadata=sent, timeout=PATIENCE_S, wait_for_ready=True)
    return MESSAGES["ModelInferResponse"].FromString(body)


def secure(port: int, server: PemFiles, client: PemFiles | None = None) -> grpc.Channel:
    own = (None, None) if client is None else (client.key.read_bytes(), client.certificate.read_bytes())
    credentials = grpc.ssl_channel_credentials(server.certificate.read_bytes(), *own)
    return grpc.secure_channel(f"127.0.0.1:{port}", credentials)


def test_with_tls_a_client_needs_its_certificate_and_its_key(tmp_path: Path) -> None:
    server, client = write_pem(tmp_path, "server"), write_pem(tmp_path, "client")
    keys = tmp_path / "keys"
    keys.write_text(f"camera {CAMERA}\n")
    port = free_port()
    tls = {"cert_file": server.certificate, "key_file": server.key, "ca_file": client.certificate}
    with served(tmp_path, grpc={"enabled": True, "port": port, **tls}, keys_file=keys) as address:
        with secure(port, server, client) as channel:
            assert len(infer(channel, jpeg(good_well(1)), key=CAMERA).outputs) > 1
            with pytest.raises(grpc.RpcError) as refused:
                infer(channel, jpeg(good_well(1)), key="another-key-012345")
            assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
        with secure(port, server) as channel, pytest.raises(grpc.FutureTimeoutError):
            grpc.channel_ready_future(channel).result(timeout=1)
        assert httpx.get(f"http://{address}/health/ready").status_code == 200


def test_decisions_are_on_record_whoever_vanishes(tmp_path: Path) -> None:
    port = free_port()
    with served(tmp_path, grpc={"enabled": True, "port": port}) as address:
        vanished = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
        for number, each in enumerate(vanished):
            each.sendall(PREFACE if number % 2 else b"GET / HTTP/1.1\r\n\r\n")
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            answer = infer(channel, jpeg(leaking_well(2)), camera_id="cam-1", well_id="1a")
        names = [output.name for output in answer.outputs]
        decision_id = answer.raw_output_contents[names.index("decision_id")][4:].decode()
        decision = httpx.get(f"http://{address}/v1/decisions/{decision_id}").json()
        assert (decision["verdict"], decision["camera_id"], decision["well_id"]) == ("leak", "cam-1", "1a")
        assert 'leak_inspection_requests_total{code="200"}' in httpx.get(f"http://{address}/metrics").text
        for each in vanished:
            each.close()


def test_a_port_that_is_taken_is_an_incident_until_it_is_free(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with served(tmp_path, grpc={"enabled": True, "port": port}) as address:
            until(lambda: "grpc" in troubles(address))
            picture = jpeg(good_well(3))
            assert send(address, "1a", picture)["verdict"] == "no_leak"
            taken.close()
            until(lambda: "grpc" not in troubles(address))
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                assert len(infer(channel, picture).outputs) > 1
