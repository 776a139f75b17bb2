"""The service keeps to the protocol's own description, whatever fits it or does not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.pictures import jpeg
from tests.served_service import served
from tests.wells import good_well, leaking_well

SPECIFICATION = Path(__file__).parents[3] / "specifications" / "open_inference_rest.yaml"
LOOKED_AT = [not_a_server_error, content_type_conformance, response_schema_conformance]

pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")  # by schemathesis


def description() -> dict[str, Any]:
    """The description with paths as OpenAPI writes them: it has ``${MODEL_NAME}`` for ``{MODEL_NAME}``."""
    document: dict[str, Any] = yaml.safe_load(SPECIFICATION.read_text())
    document["paths"] = {path.replace("${", "{"): item for path, item in document["paths"].items()}
    return document


schema = schemathesis.openapi.from_dict(description())


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Host and port of a service that speaks the protocol."""
    with served(tmp_path_factory.mktemp("oip"), oip={"enabled": True}) as where:
        yield where


@pytest.fixture(scope="module")
def version(address: str) -> str:
    """The artefact that is served, by the metadata."""
    found: str = httpx.get(f"http://{address}/v2/models/leak-inspection").json()["versions"][0]
    return found


@schema.parametrize()
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_that_the_protocol_describes(
    case: schemathesis.Case[Any], address: str, version: str
) -> None:
    case.path_parameters = case.path_parameters and {"MODEL_NAME": "small", "MODEL_VERSION": version}
    answer = case.call_and_validate(base_url=f"http://{address}", checks=LOOKED_AT, timeout=20)
    assert answer.status_code == 200 or isinstance(answer.json()["error"], str)


def post(address: str, content: bytes, **headers: str) -> httpx.Response:
    return httpx.post(f"http://{address}/v2/models/small/infer", content=content, headers=headers)


def test_the_body_may_be_one_picture_without_any_json(address: str) -> None:
    answer = post(address, jpeg(leaking_well(1)), **{"Inference-Header-Content-Length": "0"})
    assert answer.status_code == 200
    assert int(answer.headers["inference-header-content-length"]) < len(answer.content)
    assert b"leak" in answer.content


def test_labels_in_the_query_count_since_that_body_has_no_place_for_any(address: str) -> None:
    picture, path = jpeg(good_well(3)), f"http://{address}/v2/models/small/infer"
    headers = {"Inference-Header-Content-Length": "0"}
    stale = httpx.post(f"{path}?camera_id=c&captured_at=2020-01-01T00:00:00Z", content=picture, headers=headers)
    assert stale.status_code == 200
    assert b"unknown" in stale.content
    assert b"stale" in stale.content
    mistyped = httpx.post(f"{path}?camera=c", content=picture, headers=headers)
    assert mistyped.status_code == 400
    assert "camera: unknown field" in mistyped.json()["error"]


@pytest.mark.parametrize(
    ("content", "headers", "said"),
    [
        (b"{}", {"Inference-Header-Content-Length": "9999"}, "the body has 2 bytes"),
        (b"{", {}, "no JSON"),
        (b"{}", {}, "exactly one"),
        (b"{}", {"Content-Encoding": "br"}, "Content-Encoding"),
        (b"{}", {"Content-Encoding": "gzip"}, "not what Content-Encoding says"),
        (b"{}", {"X-Deadline-Ms": "soon"}, "X-Deadline-Ms"),
    ],
)
def test_what_is_wrong_with_a_request_is_the_text_of_the_member_error(
    address: str, content: bytes, headers: dict[str, str], said: str
) -> None:
    answer = post(address, content, **headers)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert said in body["error"]
    assert (body["verdict"], body["alarm"]) == ("unknown", True)


@pytest.mark.parametrize("path", ["/v2/models/other", "/v2/models/small/versions/1/ready", "/v2/nothing", "/v2/models"])
def test_what_is_not_there_gets_404_with_the_member_error(address: str, path: str) -> None:
    answer = httpx.get(f"http://{address}{path}")
    assert answer.status_code == 404
    assert answer.json()["error"]


def test_an_inference_takes_post_alone(address: str) -> None:
    answer = httpx.get(f"http://{address}/v2/models/small/infer")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["error"]


def test_keys_are_asked_for_and_nothing_answers_where_the_plug_is_off(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text("camera camera-key-0123456\n")
    with served(tmp_path, oip={"enabled": True}, keys_file=keys) as address:
        assert post(address, b"{}").status_code == 401
        assert post(address, b"{}", **{"X-API-Key": "camera-key-0123456"}).status_code == 400
        assert httpx.get(f"http://{address}/v2/models/small").status_code == 401
        assert httpx.get(f"http://{address}/v2/health/ready").status_code == 200
    with served(tmp_path) as address:
        assert httpx.get(f"http://{address}/v2/health/live").status_code == 404
        assert post(address, b"{}").status_code == 404
