"""Faults of the artefact: on disk before the start, and while it is served."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from service.contract.artifact import ACTIVE, MANIFEST, MODEL, artifact_id, sha256_hex, write_active
from tests.endless_graph import with_endless_loop
from tests.eventually import eventually
from tests.faults.fault import Fault
from tests.faults.rig import GOOD, LEAK, Rig
from tests.small_artifact import rewrite_manifest, write_artifact

REFUSED = ("503 not-ready",)
LEAK_FOUND = "200 leak: score_at_or_above_threshold"


def forge(folder: Path, model: bytes) -> Path:
    """Give an artefact another graph, with checksum, name and pointer to match: only the golden pictures can tell."""
    manifest = json.loads((folder / MANIFEST).read_bytes())
    (folder / MODEL).write_bytes(model)
    rewrite_manifest(folder, files=manifest["files"] | {MODEL: sha256_hex(model)})
    forged = folder.rename(folder.with_name(artifact_id(manifest["name"], model)))
    write_active(forged.parent, forged.name)
    return forged


def with_reference(model: bytes, change: Callable[[np.ndarray], np.ndarray]) -> bytes:
    """Change the weights of the small graph."""
    loaded = onnx.load_from_string(model)
    (reference,) = (one for one in loaded.graph.initializer if one.name == "reference")
    reference.CopyFrom(numpy_helper.from_array(change(numpy_helper.to_array(reference).copy()), "reference"))
    changed: bytes = loaded.SerializeToString()
    return changed


def forged(change: Callable[[bytes], bytes]) -> Callable[[Rig], object]:
    """A fault of the graph that checksums do not show."""
    return lambda rig: forge(rig.active, change((rig.active / MODEL).read_bytes()))


def weights(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Rig], object]:
    """A fault of the weights that checksums do not show."""
    return forged(lambda model: with_reference(model, change))


def first_is(value: float) -> Callable[[np.ndarray], np.ndarray]:
    """Set one weight."""

    def change(reference: np.ndarray) -> np.ndarray:
        reference[0, 0, 0] = value
        return reference

    return change


def at_start(hurt: Callable[[Rig], object], **settings: object) -> Callable[[Rig], Awaitable[None]]:
    """Hurt the artefact, start, and send a leaking and a good well."""

    async def inject(rig: Rig) -> None:
        hurt(rig)
        async with rig.serving(**settings) as running:
            for image in (LEAK, GOOD):
                await running.post(image)
            await running.batch(LEAK, GOOD)

    return inject


async def deleted_while_serving(rig: Rig) -> None:
    async with rig.serving() as running:
        for path in sorted(rig.artifacts.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
        await running.post()
        await running.self_test()
        for image in (LEAK, GOOD):
            await running.post(image)


async def bad_swap(rig: Rig) -> None:
    first = rig.active.name
    bad = write_artifact(rig.artifacts, "other", shade=0.2)
    forge(rig.artifacts / bad, with_reference((rig.artifacts / bad / MODEL).read_bytes(), first_is(np.nan)))
    bad = rig.active.name
    write_active(rig.artifacts, first)
    async with rig.serving() as running:
        response = await running.client.post("/v1/model/activate", json={"artifact": bad})
        assert response.status_code == 422, response.text
        await running.post()
        assert rig.answers[-1].body["model"]["artifact"] == first


async def swap_under_load(rig: Rig) -> None:
    first = rig.active.name
    other = write_artifact(rig.artifacts, "other", shade=0.01)
    write_active(rig.artifacts, first)
    async with rig.serving() as running:
        done = asyncio.Event()

        async def send() -> None:
            while not done.is_set():
                await running.post()

        senders = [asyncio.create_task(send()) for _ in range(4)]
        for artifact in (other, first, other):
            response = await running.client.post("/v1/model/activate", json={"artifact": artifact})
            assert response.status_code == 200, response.text
        done.set()
        await asyncio.gather(*senders)
    assert {answer.body["model"]["artifact"] for answer in rig.answers} == {first, other}


async def choice_not_kept(rig: Rig) -> None:
    first = rig.active.name
    other = write_artifact(rig.artifacts, "other", shade=0.01)
    write_active(rig.artifacts, first)
    async with rig.serving() as running:
        running.components.models._choice._path = rig.folder / "absent" / "choice.json"
        response = await running.client.post("/v1/model/activate", json={"artifact": other})
        assert response.status_code == 503, response.text
        await running.post()
        assert rig.answers[-1].body["model"]["artifact"] == first


def only_good_golden(rig: Rig) -> None:
    golden = json.loads((rig.active / MANIFEST).read_bytes())["golden"]
    rewrite_manifest(rig.active, golden=[one for one in golden if one["verdict"] == "no_leak"])


def raise_threshold(rig: Rig) -> None:
    rewrite_manifest(rig.active, threshold={"value": 5.0, "strategy": "decision_stump"})


async def edited_after_activation(rig: Rig) -> None:
    """Raised so far that the golden leaks are still found; a start over it, and a new activation, which is meant."""
    async with rig.serving() as running:
        await running.passes()
    threshold = json.loads((rig.active / MANIFEST).read_bytes())["threshold"]
    rewrite_manifest(rig.active, threshold=threshold | {"value": threshold["value"] * 1.01})
    async with rig.serving() as running:
        await running.post()
        await running.post(GOOD)
        response = await running.client.post("/v1/model/activate", json={"artifact": rig.active.name})
        assert response.status_code == 200, response.text
        await running.passes()


async def edited_while_serving(rig: Rig) -> None:
    async with rig.serving(watch_interval_s=0.02) as running:
        rewrite_manifest(rig.active, threshold={"value": 5.0, "strategy": "decision_stump"})
        await eventually(lambda: "refused_artifact" in running.components.readiness.checks())
        await running.post()


def flip(path: Path, position: int = 100) -> None:
    """Flip one bit of a file."""
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)


def other_manifest(rig: Rig) -> None:
    """Put the manifest of another artefact into the active one."""
    active = rig.active
    other = write_artifact(rig.artifacts, "other", shade=0.01)
    (active / MANIFEST).write_bytes((rig.artifacts / other / MANIFEST).read_bytes())
    write_active(rig.artifacts, active.name)


ARTIFACT_FAULTS = (
    Fault(
        "edited manifest",
        "a threshold 1 % higher than when it was activated, then a start",
        REFUSED,
        edited_after_activation,
    ),
    Fault(
        "edited manifest while serving",
        "a threshold that no leak reaches; the one that was proven stays",
        (LEAK_FOUND,),
        edited_while_serving,
    ),
    Fault("NaN weight", "one weight is NaN; checksums fit", REFUSED, at_start(weights(first_is(np.nan)))),
    Fault("infinite weight", "one weight is infinite; checksums fit", REFUSED, at_start(weights(first_is(np.inf)))),
    Fault("scaled weights", "all weights times 0.98; checksums fit", REFUSED, at_start(weights(lambda w: w * 0.98))),
    Fault("BGR for RGB in the model", "colours swapped", REFUSED, at_start(weights(lambda w: w[..., ::-1].copy()))),
    Fault(
        "truncated model", "half of model.onnx; checksum fits", REFUSED, at_start(forged(lambda m: m[: len(m) // 2]))
    ),
    Fault("empty model", "model.onnx of 0 bytes", REFUSED, at_start(forged(lambda _: b""))),
    Fault(
        "endless graph",
        "a graph that never ends",
        REFUSED,
        at_start(forged(with_endless_loop), inference_limit_s=0.1),
    ),
    Fault(
        "flipped bit", "model.onnx differs from its checksum", REFUSED, at_start(lambda rig: flip(rig.active / MODEL))
    ),
    Fault("wrong manifest", "a manifest of another model", REFUSED, at_start(other_manifest)),
    Fault(
        "damaged manifest", "a manifest that is no JSON", REFUSED, at_start(lambda rig: flip(rig.active / MANIFEST, 0))
    ),
    Fault(
        "manifest from the future",
        "schema version 2",
        REFUSED,
        at_start(lambda rig: rewrite_manifest(rig.active, schema_version=2)),
    ),
    Fault("raised threshold", "a threshold that no leak reaches", REFUSED, at_start(raise_threshold)),
    Fault("no golden leak", "an artefact that only good wells challenge", REFUSED, at_start(only_good_golden)),
    Fault(
        "no golden pictures",
        "an artefact that cannot be challenged",
        REFUSED,
        at_start(lambda rig: write_artifact(rig.artifacts, "bare", golden=False)),
    ),
    Fault(
        "damaged pointer",
        "active.json is no JSON",
        REFUSED,
        at_start(lambda rig: (rig.artifacts / ACTIVE).write_text("{")),
    ),
    Fault(
        "model deleted while serving",
        "the folder of artefacts is emptied, then a self-test runs",
        (LEAK_FOUND, "503 not-ready"),
        deleted_while_serving,
    ),
    Fault("bad model swap", "an artefact with a NaN weight is activated under way", (LEAK_FOUND,), bad_swap),
    Fault("model swap under load", "three swaps while four callers send leaks", (LEAK_FOUND,), swap_under_load),
    Fault("choice cannot be kept", "the data folder refuses the choice of a swap", (LEAK_FOUND,), choice_not_kept),
)
