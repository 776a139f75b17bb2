"""Who is compared: how each server is started, and what is posted to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper

from service.contract.artifact import Artifact
from tests.perf.commits import Commit
from tests.perf.crops import Bodies
from tests.perf.environments import PEERS, python_of
from tests.perf.load import FORM, JPEG, Load
from training.recipe.recipe import Recipe

SERVICE = Path(".venv/service/bin")
SINGLE = "/v1/inspect"
BATCH = "/v1/inspect/batch"
EXPLAINED = "scoring."


@dataclass(frozen=True, slots=True)
class Contender:
    """A server: its command for a port, and its loads by the name of their row in the table."""

    command: Callable[[int], list[str | Path]]
    loads: Mapping[str, Load]
    env: Mapping[str, str] = field(default_factory=dict)


CONSTANT = "FastAPI that answers a constant"
RAW = "ours, raw body"
LABELLED = "ours, raw body with camera, well and time"
MULTIPART = "ours, multipart"
FRAME = "ours, batch of 80"
TORCH = "FastAPI + PIL + torch"
LITSERVE = "LitServe with batching"
BENTOML = "BentoML with batching"
LOOP = "bare loop, single"
LOOP_80 = "bare loop, batch of 80"


VARIANTS = {
    f"{RAW}, no picture kept": {"LEAK_INSPECTION_ARCHIVE_GOOD_SHARE": "0"},
    f"{RAW}, nothing logged": {"LEAK_INSPECTION_LOG_LEVEL": "error"},
    f"{RAW}, all on disk before the answer": {"LEAK_INSPECTION_JOURNAL_STRICT": "true"},
}
"""What can be switched, by the row that shows what it costs. What labels cost is a row of its own."""


def ours(bodies: Bodies, artifact: Artifact, data_dir: Path) -> Contender:
    """The product as shipped: every default, an empty data folder."""
    return _service(SERVICE, artifact.folder.parent, bodies, data_dir)


def variant(row: str, bodies: Bodies, artifact: Artifact, data_dir: Path) -> Contender:
    """The product with one of ``VARIANTS``, or as shipped, and with raw bodies alone."""
    shipped = _service(SERVICE, artifact.folder.parent, bodies, data_dir)
    return Contender(shipped.command, {row: shipped.loads[RAW]}, VARIANTS.get(row, {}))


def ours_at(commit: Commit, bodies: Bodies, data_dir: Path) -> Contender:
    """The product as that commit ships it, with its own artefact."""
    return _service(commit.tree / SERVICE, commit.tree / "model_artifacts", bodies, data_dir, f" at {commit.name}")


def constant(bodies: Bodies) -> Contender:
    """The ceiling of the web framework."""
    return _peer("constant", [], {CONSTANT: Load(bodies.raw, SINGLE, JPEG)})


def fastapi_torch(bodies: Bodies, artifact: Artifact, workspace: Path) -> Contender:
    """The usual service, over the same network with the same weights."""
    recipe, weights = workspace / "recipe.json", workspace / "weights.pt"
    write_torch_model(artifact, recipe, weights)
    words = [recipe, weights, artifact.manifest.threshold.value]
    repository = str(PEERS.parents[2])
    load = Load(bodies.multipart, SINGLE, FORM)
    return _peer("fastapi_torch", words, {TORCH: load}, {"PYTHONPATH": repository})


def litserve(bodies: Bodies, artifact: Artifact) -> Contender:
    """LitServe over the same graph."""
    spec = artifact.manifest.input
    words = [artifact.model_path.absolute(), spec.height, spec.width, artifact.manifest.threshold.value]
    return _peer("litserve", words, {LITSERVE: Load(bodies.raw, SINGLE, JPEG)})


def bentoml(bodies: Bodies, artifact: Artifact) -> Contender:
    """BentoML over the same graph, with its access log off."""
    spec = artifact.manifest.input
    env = {
        "MODEL": str(artifact.model_path.absolute()),
        "MODEL_HEIGHT": str(spec.height),
        "MODEL_WIDTH": str(spec.width),
        "MODEL_THRESHOLD": str(artifact.manifest.threshold.value),
        "BENTOML_DO_NOT_TRACK": "True",
    }
    program = python_of("bentoml").parent / "bentoml"
    folder = str(PEERS / "bentoml")

    def command(port: int) -> list[str | Path]:
        return [program, "serve", "server:Scorer", "--port", str(port), "--working-dir", folder]

    return Contender(command, {BENTOML: Load(bodies.multipart, SINGLE, FORM)}, env)


def bare_loop(bodies: Bodies, artifact: Artifact, batch: int, duration_s: float) -> list[str | Path]:
    """The command of the loop without a server."""
    script = Path(__file__).parent / "bare_loop.py"
    return [SERVICE / "python", script, artifact.folder, bodies.raw, str(batch), str(duration_s)]


def write_torch_model(artifact: Artifact, recipe_file: Path, weights_file: Path) -> None:
    """Give a graph back to torch: its recipe, and its constants under the names of the parameters they were.

    They come from the graph that explains, since the one that scores is arranged for onnxruntime.
    """
    recipe = Recipe.model_validate(artifact.manifest.recipe)
    stored = onnx.load(artifact.explain_path).graph.initializer
    constants = {item.name.removeprefix(EXPLAINED): numpy_helper.to_array(item) for item in stored}
    for name in [name for name in constants if name.endswith("_bytes")]:
        plain = name.removesuffix("_bytes")
        constants[plain] = constants.pop(name) * constants.pop(f"{plain}_scale")
    recipe_file.write_text(recipe.model_dump_json(), encoding="utf-8")
    torch.save({name: torch.from_numpy(values.copy()) for name, values in constants.items()}, weights_file)


def _service(programs: Path, artifacts: Path, bodies: Bodies, data_dir: Path, suffix: str = "") -> Contender:
    common: list[str | Path] = ["--artifacts", artifacts, "--data-dir", data_dir]
    loads = {
        RAW: Load(bodies.raw, SINGLE, JPEG),
        LABELLED: Load(bodies.raw, SINGLE, JPEG, labelled=True),
        MULTIPART: Load(bodies.multipart, SINGLE, FORM),
        FRAME: Load(bodies.batch, BATCH, FORM, crops=80, connections=2),
    }
    return Contender(
        lambda port: [programs / "leak-inspection", "serve", "--port", str(port), *common],
        {f"{row}{suffix}": load for row, load in loads.items()},
    )


def _peer(name: str, words: list[object], loads: Mapping[str, Load], env: Mapping[str, str] | None = None) -> Contender:
    script = PEERS / name / "server.py"
    python = python_of(name)

    def command(port: int) -> list[str | Path]:
        return [python, script.absolute(), str(port), *map(str, words)]

    return Contender(command, loads, env or {})
