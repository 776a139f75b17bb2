"""The manifests for KubeRay and KEDA: what they hold of Kubernetes against its schemas, their own fields by name."""

import tomllib
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.integration.test_kubernetes import NEWEST, OLDEST, one

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docker" / "kubernetes"
CLUSTER, CLAIM, POLICY = yaml.safe_load_all((FOLDER / "ray" / "raycluster.yaml").read_text())
SCALED = yaml.safe_load((FOLDER / "keda" / "scaledobject.yaml").read_text())
VERSIONS = pytest.mark.parametrize("version", [OLDEST, NEWEST])

# The fields of ray.io/v1 in KubeRay 1.6 and of keda.sh/v1alpha1 in KEDA 2.16 that these manifests may use; what is
# misspelt is none of them. Below a string starts what Kubernetes itself describes.
GROUP = {"rayStartParams": {}, "template": "Pod"}
RAY_FIELDS: dict[str, Any] = {
    "rayVersion": None,
    "authOptions": {"mode": None},
    "headGroupSpec": {"serviceType": None, **GROUP},
    "workerGroupSpecs": {"groupName": None, "replicas": None, "minReplicas": None, "maxReplicas": None, **GROUP},
}
KEDA_FIELDS: dict[str, Any] = {
    "scaleTargetRef": {"apiVersion": None, "kind": None, "name": None},
    "pollingInterval": None,
    "minReplicaCount": None,
    "maxReplicaCount": None,
    "fallback": {"failureThreshold": None, "replicas": None, "behavior": None},
    "advanced": {"horizontalPodAutoscalerConfig": {"behavior": "HorizontalPodAutoscaler"}},
    "triggers": {
        "type": None,
        "metricType": None,
        "metadata": {"serverAddress": None, "query": None, "threshold": None, "ignoreNullValues": None},
    },
}


def unknown(found: object, known: object, at: str = "spec") -> list[str]:
    """Fields that are not known, anywhere."""
    if isinstance(found, list):
        return [name for entry in found for name in unknown(entry, known, at)]
    if not isinstance(found, dict) or known == {} or isinstance(known, str):
        return []
    if not isinstance(known, dict):
        return [at]
    stray = [f"{at}.{name}" for name in found if name not in known]
    return stray + [
        name for field in found if field in known for name in unknown(found[field], known[field], f"{at}.{field}")
    ]


def pods() -> list[dict[str, Any]]:
    groups = [CLUSTER["spec"]["headGroupSpec"], *CLUSTER["spec"]["workerGroupSpecs"]]
    return [group["template"] for group in groups]


def containers() -> list[dict[str, Any]]:
    return [container for pod in pods() for container in pod["spec"]["containers"]]


@pytest.mark.parametrize(("document", "fields"), [(CLUSTER, RAY_FIELDS), (SCALED, KEDA_FIELDS)])
def test_no_field_is_unknown(document: dict[str, Any], fields: dict[str, Any]) -> None:
    assert set(document) == {"apiVersion", "kind", "metadata", "spec"}
    assert unknown(document["spec"], fields) == []
    assert unknown(document["spec"] | {"replikas": 1}, fields) == ["spec.replikas"]


@VERSIONS
def test_what_kubernetes_describes_fits_its_schemas(version: str) -> None:
    for pod in pods():
        named = {"metadata": pod["metadata"] | {"name": "ray"}, "spec": pod["spec"]}
        kubernetes_validate.validate({"apiVersion": "v1", "kind": "Pod", **named}, version, strict=True)
    scaler = {
        "scaleTargetRef": SCALED["spec"]["scaleTargetRef"],
        "maxReplicas": SCALED["spec"]["maxReplicaCount"],
        **SCALED["spec"]["advanced"]["horizontalPodAutoscalerConfig"],
    }
    wrapped = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "keda"}}
    kubernetes_validate.validate(wrapped | {"spec": scaler}, version, strict=True)
    for document in (CLAIM, POLICY):
        kubernetes_validate.validate(document, version, strict=True)


def test_the_cluster_asks_for_a_token_and_has_no_dashboard() -> None:
    assert CLUSTER["spec"]["authOptions"] == {"mode": "token"}
    assert CLUSTER["spec"]["headGroupSpec"]["rayStartParams"]["include-dashboard"] == "false"
    selector = POLICY["spec"]["podSelector"]["matchLabels"]
    assert all(selector.items() <= pod["metadata"]["labels"].items() for pod in pods())
    assert POLICY["spec"]["ingress"] == [{"from": [{"podSelector": {"matchLabels": selector}}]}]


def test_all_nodes_have_one_image_and_the_ray_that_is_installed() -> None:
    assert len({container["image"] for container in containers()}) == 1
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert f"ray[data]=={CLUSTER['spec']['rayVersion'].rpartition('.')[0]}.*" in extras["cluster"]


def test_nodes_run_without_privileges_and_within_limits() -> None:
    for container in containers():
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        for kind in ("requests", "limits"):
            assert {"cpu", "memory"} <= set(container["resources"][kind])
    assert all(pod["spec"]["securityContext"]["runAsNonRoot"] for pod in pods())


def test_the_replicas_that_are_wanted_are_always_there() -> None:
    target = SCALED["spec"]["scaleTargetRef"]
    replicas = one(target["kind"], target["name"])["spec"]["replicas"]
    assert SCALED["spec"]["minReplicaCount"] == replicas
    assert SCALED["spec"]["fallback"]["replicas"] >= replicas
    assert SCALED["spec"]["maxReplicaCount"] > replicas


def test_kedas_windows_are_within_what_kubernetes_allows() -> None:
    for rules in SCALED["spec"]["advanced"]["horizontalPodAutoscalerConfig"]["behavior"].values():
        assert rules["stabilizationWindowSeconds"] <= 3600
        assert all(policy["periodSeconds"] <= 1800 for policy in rules["policies"])
