from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from service.contract.errors import ExportRefused
from tests.foreign_graphs import brightness, write_dimming
from training.export.foreign.model import ForeignModel, Wish, read_foreign


def read(folder: Path, *taken: int | str, wish: Wish | None = None) -> ForeignModel:
    return read_foreign(write_dimming(folder / "theirs.onnx", list(taken)), wish or Wish())


def test_layout_and_size_are_read_off_the_graph(tmp_path: Path) -> None:
    first = read(tmp_path, "N", 3, 28, 48)
    assert (first.layout, first.spec.height, first.spec.width, first.channels) == ("nchw", 28, 48, "rgb")
    last = read(tmp_path, "N", 28, 48, 1)
    assert (last.layout, last.spec.height, last.spec.width, last.channels) == ("nhwc", 28, 48, "grey")
    flat = read(tmp_path, "N", 3 * 8 * 9, wish=Wish(size=(8, 9)))
    assert (flat.layout, flat.spec.height, flat.spec.width) == ("flat", 8, 9)


@pytest.mark.parametrize(
    ("taken", "wish", "said"),
    [
        (("N", 3, "H", "W"), Wish(), "--size"),
        (("N", 216), Wish(), "--size"),
        (("N", 5, 28, 48), Wish(), "--layout"),
        (("N", 216), Wish(size=(8, 8)), "does not take a picture"),
        (("N", 3, 4, 4), Wish(), "8 to 1024"),
        (("N", 3, 8, 9), Wish(input="other"), "--input"),
        (("N", 3, 8, 9), Wish(output="other"), "--output"),
        (("N", 3, 8, 9), Wish(output_is="score"), "no score"),
        (("N", 3, 8, 9), Wish(mean=(0.5, 0.5)), "3 channels"),
        (("N", 3, 8, 9), Wish(std=(0.0,)), "above 0"),
    ],
)
def test_what_the_graph_does_not_tell_is_asked_for(
    tmp_path: Path, taken: tuple[int | str, ...], wish: Wish, said: str
) -> None:
    with pytest.raises(ExportRefused, match=said):
        read(tmp_path, *taken, wish=wish)


def test_of_several_outputs_one_is_to_be_named(tmp_path: Path) -> None:
    path = write_dimming(tmp_path / "theirs.onnx", ["N", 3, 8, 9], 17, extra=brightness(), output="score")
    graph = onnx.load(path)
    graph.graph.output.append(helper.make_tensor_value_info("dimmed", TensorProto.FLOAT, None))
    onnx.save(graph, path)
    with pytest.raises(ExportRefused, match="score, dimmed: name one of them with --output"):
        read_foreign(path, Wish())
    assert read_foreign(path, Wish(output="dimmed")).output_is == "reconstruction"


def test_a_file_that_is_no_model_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("not a model")
    for name, said in (("text.onnx", "no ONNX model"), ("none.onnx", "cannot be read")):
        with pytest.raises(ExportRefused, match=said) as refused:
            read_foreign(tmp_path / name, Wish())
        assert "\n" not in str(refused.value)
