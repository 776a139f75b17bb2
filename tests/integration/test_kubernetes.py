"""The manifests of docker/kubernetes against the schemas of Kubernetes and against each other."""

import re
import tomllib
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from service.monitoring.cameras_file import Cameras
from service.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "docker" / "kubernetes").glob("*.yaml"))
NGINX = ROOT / "docker" / "nginx"
OLDEST, NEWEST = "1.25", "1.37"


def documents(path: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(path.read_text()))


def one(kind: str, name: str = "leak-inspection") -> dict[str, Any]:
    (found,) = [
        document
        for path in FILES
        for document in documents(path)
        if (document["kind"], document["metadata"]["name"]) == (kind, name)
    ]
    return found


def ingress_words() -> dict[str, str]:
    """What is said to ingress-nginx, by the names without their common prefix."""
    return {name.rpartition("/")[2]: value for name, value in one("Ingress")["metadata"]["annotations"].items()}


def pod() -> dict[str, Any]:
    return dict(one("StatefulSet")["spec"]["template"]["spec"])


def container() -> dict[str, Any]:
    (found,) = pod()["containers"]
    return dict(found)


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_manifest_fits_the_schema_without_an_unknown_field(path: Path, version: str) -> None:
    for document in documents(path):
        kubernetes_validate.validate(document, version, strict=True)


def test_a_wrong_manifest_would_be_refused() -> None:
    broken = one("PodDisruptionBudget")
    broken["spec"]["maxUnavailible"] = 1
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, NEWEST, strict=True)


def test_everything_selects_the_same_pods() -> None:
    labels = one("StatefulSet")["spec"]["template"]["metadata"]["labels"]
    assert one("StatefulSet")["spec"]["selector"]["matchLabels"] == labels
    assert one("PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == labels
    for name in ("leak-inspection", "leak-inspection-replicas"):
        assert one("Service", name)["spec"]["selector"] == labels
    assert one("Service", one("StatefulSet")["spec"]["serviceName"])["spec"]["clusterIP"] == "None"


def test_the_ingress_keeps_each_camera_with_one_replica() -> None:
    ingress = one("Ingress")
    assert ingress_words()["upstream-hash-by"] == "$arg_camera_id"
    backend = ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert backend["name"] == one("Service")["metadata"]["name"]
    assert backend["port"]["name"] in {port["name"] for port in one("Service")["spec"]["ports"]}


def test_the_ingress_sends_a_picture_on_as_the_proxy_of_the_replicas_does() -> None:
    proxy = (NGINX / "nginx.conf").read_text()
    for name in ("proxy-next-upstream", "proxy-next-upstream-tries"):
        assert re.findall(rf"{name.replace('-', '_')} (.+);", proxy) == [ingress_words()[name]]
    assert re.findall(r"proxy_next_upstream_timeout (\d+)s;", proxy) == [ingress_words()["proxy-next-upstream-timeout"]]


def test_what_the_ingress_refuses_is_answered_by_a_server_that_knows_each_status() -> None:
    known = re.findall(r"x_code = (\d+)", (NGINX / "errors.conf").read_text())
    assert ingress_words()["custom-http-errors"].split(",") == known
    selector = one("Service", ingress_words()["default-backend"])["spec"]["selector"]
    pods = one("Deployment", "leak-inspection-errors")["spec"]["template"]
    assert pods["metadata"]["labels"] == selector
    (volume,) = [volume for volume in pods["spec"]["volumes"] if "configMap" in volume]
    made = f"create configmap {volume['configMap']['name']} --from-file=docker/nginx/"
    assert made in (ROOT / "docs" / "deployment.md").read_text()


def test_pods_run_without_privileges_and_within_limits() -> None:
    context = pod()["securityContext"]
    assert (context["runAsNonRoot"], context["runAsUser"], context["fsGroup"]) == (True, 10001, 10001)
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container()["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    for kind in ("requests", "limits"):
        assert {"cpu", "memory"} <= set(container()["resources"][kind])


def test_probes_ask_for_life_and_readiness_at_their_own_addresses() -> None:
    paths = {name: container()[name]["httpGet"]["path"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert paths == {
        "startupProbe": "/health/live",
        "livenessProbe": "/health/live",
        "readinessProbe": "/health/ready",
    }


def test_each_replica_keeps_its_journal() -> None:
    (claim,) = one("StatefulSet")["spec"]["volumeClaimTemplates"]
    mounts = {mount["name"]: mount["mountPath"] for mount in container()["volumeMounts"]}
    assert mounts[claim["metadata"]["name"]] == "/data"
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]


def test_the_variables_are_settings_and_kubernetes_adds_none_of_its_own() -> None:
    names = {variable["name"] for variable in container()["env"]}
    assert names <= {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}
    assert pod()["enableServiceLinks"] is False


def test_the_wanted_replicas_are_those_of_the_set() -> None:
    values = {variable["name"]: variable.get("value") for variable in container()["env"]}
    assert values["LEAK_INSPECTION_REPLICAS"] == str(one("StatefulSet")["spec"]["replicas"])


def test_a_pod_has_time_to_drain() -> None:
    values = {variable["name"]: variable.get("value") for variable in container()["env"]}
    deadline_s = Settings.model_fields["deadline_s"].default
    assert pod()["terminationGracePeriodSeconds"] > float(values["LEAK_INSPECTION_DRAIN_S"]) + deadline_s


def test_the_cameras_are_in_a_form_the_service_reads() -> None:
    (text,) = one("ConfigMap")["data"].values()
    assert Cameras.model_validate(tomllib.loads(text)).cameras
