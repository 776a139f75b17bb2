"""A model that somebody trained elsewhere: what its graph takes and gives, and how pictures are brought to it."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, ValueInfoProto, helper

from service.contract.errors import ExportRefused
from service.contract.manifest import InputSpec
from service.contract.picture import Pixels

Layout = Literal["nchw", "nhwc", "flat"]
Channels = Literal["rgb", "bgr", "grey"]
Output = Literal["reconstruction", "score", "map"]

NORMALISATIONS: Final[dict[str, tuple[tuple[float, ...], tuple[float, ...]]]] = {
    "unit": ((0.0,), (1.0,)),
    "bytes": ((0.0,), (1 / 255,)),
    "symmetric": ((0.5,), (0.5,)),
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
}
"""Mean and standard deviation of values in 0..1: the model takes 0..1, 0..255, -1..1, or what ImageNet's models do."""

LUMA: Final = (0.299, 0.587, 0.114)
FLOATS: Final = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16)
COLOURS: Final = (1, 3)
FEWEST, MOST = 8, 1024
MAP_AXES: Final = 3
SILENT: Final = 4
PREFERRED: Final = ("pred_score", "anomaly_map")
"""What anomalib calls its outputs: its score is asked for first."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user says of the model; None is found out from the graph."""

    input: str | None = None
    output: str | None = None
    output_is: Output | None = None
    size: tuple[int, int] | None = None
    layout: Layout | None = None
    channels: Channels = "rgb"
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)


@dataclass(frozen=True, slots=True)
class ForeignModel:
    """A graph, and everything that is needed to feed it and to make a score of what it gives."""

    graph: ModelProto
    input: str
    input_type: int
    output: str
    output_is: Output
    spec: InputSpec
    layout: Layout
    channels: Channels
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @property
    def scale(self) -> NDArray[np.float32]:
        """What bytes are multiplied by, a channel: float32 [C]."""
        return self._per_channel(1 / (255 * np.asarray(self.std)))

    @property
    def offset(self) -> NDArray[np.float32]:
        """What is added then, a channel: float32 [C]."""
        return self._per_channel(-np.asarray(self.mean) / np.asarray(self.std))

    @property
    def depth(self) -> int:
        """Channels that it takes."""
        return 1 if self.channels == "grey" else 3

    def prepare(self, pixels: Pixels) -> NDArray[np.float32]:
        """What it takes of pixels uint8 [N, H, W, 3], in its layout, channels and numbers."""
        values: NDArray[np.float32] = pixels.astype(np.float32)
        if self.channels == "grey":
            values = values @ np.reshape(LUMA, (3, 1)).astype(np.float32)
        elif self.channels == "bgr":
            values = values[..., ::-1]
        values = values * self.scale + self.offset
        if self.layout == "nchw":
            return np.ascontiguousarray(values.transpose(0, 3, 1, 2))
        return values.reshape(len(values), -1) if self.layout == "flat" else np.ascontiguousarray(values)

    def opened(self) -> ort.InferenceSession:
        """A session of the model as it came, with weights that lie in files of their own beside it."""
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = SILENT
        return ort.InferenceSession(self.graph.SerializeToString(), options, providers=["CPUExecutionProvider"])

    def run(self, session: ort.InferenceSession, taken: NDArray[np.float32]) -> NDArray[np.float32]:
        """What the model itself gives, as it came, of what was prepared for it."""
        kind = helper.tensor_dtype_to_np_dtype(self.input_type)
        (found,) = session.run([self.output], {self.input: taken.astype(kind)})
        return np.asarray(found, np.float32)

    def _per_channel(self, values: NDArray[np.float64]) -> NDArray[np.float32]:
        return np.broadcast_to(values, self.depth).astype(np.float32)


def read_foreign(path: Path, wish: Wish) -> ForeignModel:
    """Open an ONNX file and find out what was not said.

    Raises:
        ExportRefused: it is no ONNX model, or something has to be said that the graph does not tell; names the option.
    """
    graph = _load(path)
    constants = {one.name for one in graph.graph.initializer}
    taken = _chosen([one for one in graph.graph.input if one.name not in constants], wish.input, "--input")
    given = _chosen(list(graph.graph.output), wish.output, "--output", PREFERRED)
    if taken.type.tensor_type.elem_type not in FLOATS:
        raise ExportRefused(f"the input {taken.name} takes no floating-point numbers: name another with --input")
    shape = _shape(taken)
    layout = wish.layout or _layout(taken.name, shape)
    channels: Channels = "grey" if _depth(layout, shape) == 1 else wish.channels
    spec = _spec(wish.size or _size(layout, shape))
    model = ForeignModel(
        graph,
        taken.name,
        taken.type.tensor_type.elem_type,
        given.name,
        wish.output_is or "score",
        spec,
        layout,
        channels,
        wish.mean,
        wish.std,
    )
    _require_channels(model)
    return replace(model, output_is=_kind(model, wish.output_is))


def _load(path: Path) -> ModelProto:
    try:
        graph = onnx.load(path)
    except OSError as error:
        raise ExportRefused(f"{path} cannot be read ({error.strerror}): name an ONNX file") from error
    except Exception as error:  # those of protobuf and of external data share no base class below Exception
        raise ExportRefused(f"{path} is no ONNX model: export it again") from error
    if not graph.graph.output:
        raise ExportRefused(f"{path} is no ONNX model: export it again")
    return graph


def _chosen(
    offered: list[ValueInfoProto], name: str | None, option: str, preferred: tuple[str, ...] = ()
) -> ValueInfoProto:
    by_name = {one.name: one for one in offered}
    if name is None:
        name = next((one for one in preferred if one in by_name), None)
    if name is None and len(by_name) == 1:
        (name,) = by_name
    if name is None or name not in by_name:
        raise ExportRefused(f"the model has {', '.join(by_name) or 'none'}: name one of them with {option}")
    return by_name[name]


def _shape(value: ValueInfoProto) -> list[int | None]:
    """Sizes of the axes; None for free ones."""
    return [size.dim_value if size.HasField("dim_value") else None for size in value.type.tensor_type.shape.dim]


def _layout(name: str, shape: list[int | None]) -> Layout:
    match shape:
        case [_, _]:
            return "flat"
        case [_, depth, _, _] if depth in COLOURS:
            return "nchw"
        case [_, _, _, depth] if depth in COLOURS:
            return "nhwc"
    raise ExportRefused(f"the input {name} has the shape {shape}, which tells no layout: say it with --layout")


def _depth(layout: Layout, shape: list[int | None]) -> int | None:
    """Channels, where the shape tells them."""
    return {"nchw": shape[1], "nhwc": shape[-1], "flat": None}[layout]


def _size(layout: Layout, shape: list[int | None]) -> tuple[int | None, ...]:
    return {"nchw": tuple(shape[2:]), "nhwc": tuple(shape[1:3]), "flat": (None, None)}[layout]


def _spec(size: tuple[int | None, ...]) -> InputSpec:
    if any(side is None for side in size):
        raise ExportRefused("the model's graph does not tell the size of its pictures: say it with --size HEIGHTxWIDTH")
    height, width = (side for side in size if side is not None)
    if not (FEWEST <= height <= MOST and FEWEST <= width <= MOST):
        raise ExportRefused(f"pictures of {height} x {width} cannot be served: {FEWEST} to {MOST} pixels a side can")
    return InputSpec(height=height, width=width)


def _kind(model: ForeignModel, wish: Output | None) -> Output:
    """What it gives of a grey picture tells: graphs state shapes that are not so, and free axes.

    One number is a score, as many as came in are a reconstruction, fewer in rows and columns a map.
    """
    taken = model.prepare(np.full((1, model.spec.height, model.spec.width, 3), 128, np.uint8))
    try:
        found = model.run(model.opened(), taken)
    except Exception as error:  # onnxruntime's errors share no base class below Exception
        reason = str(error).splitlines()[0][:200]
        raise ExportRefused(
            f"the model does not take a picture {list(taken.shape)}: say more of it ({reason})"
        ) from error
    fitting: dict[Output, bool] = {
        "score": found.size == 1,
        "reconstruction": found.size == taken.size,
        "map": found.size > 1 and found.ndim >= MAP_AXES,
    }
    kind = wish or next((kind for kind, fits in fitting.items() if fits), None)
    if kind is None or not fitting[kind]:
        raise ExportRefused(
            f"the output {model.output} is {list(found.shape)} of {list(taken.shape)}: no {kind or 'score'}"
        )
    return kind


def _require_channels(model: ForeignModel) -> None:
    if len(model.mean) not in {1, model.depth} or len(model.std) not in {1, model.depth} or min(model.std) <= 0:
        raise ExportRefused(
            f"the model takes {model.depth} channels: give as many means and deviations above 0, or one of each"
        )
