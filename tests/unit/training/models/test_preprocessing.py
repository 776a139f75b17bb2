import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from service.contract.manifest import InputSpec
from tests.wells import leaking_well
from training.models.preprocessing import Preprocessing, pieces_of
from training.recipe.parts import Representation

SPEC = InputSpec(height=32, width=48)


def prepared(representation: Representation, spec: InputSpec = SPEC) -> NDArray[np.float32]:
    pixels = leaking_well(3, spec.height, spec.width)[None]
    planes: torch.Tensor = Preprocessing(spec, representation)(torch.from_numpy(pixels))
    return planes[0].permute(1, 2, 0).numpy()


def test_pixels_become_planes_in_0_to_1() -> None:
    expected = leaking_well(3, 32, 48).astype(np.float32) / 255
    assert np.allclose(prepared(Representation()), expected, atol=1e-6)


@pytest.mark.parametrize(("kernel", "sigma"), [(3, 0.8), (7, 1.0), (31, 4.0)])
def test_crop_then_blur_agree_with_opencv(kernel: int, sigma: float) -> None:
    crop = leaking_well(3, 32, 48).astype(np.float32)[:, 8:40] / 255
    expected = cv2.GaussianBlur(crop, (kernel, kernel), sigma, borderType=cv2.BORDER_REFLECT_101)
    found = prepared(Representation(crop=(32, 32), blur_kernel=kernel, blur_sigma=sigma))
    assert np.allclose(found, expected, atol=1e-5)


def test_an_odd_surplus_leaves_one_pixel_more_on_the_far_side() -> None:
    found = prepared(Representation(crop=(29, 45)))
    assert np.allclose(found, leaking_well(3, 32, 48)[1:30, 1:46] / 255, atol=1e-6)


def test_large_pictures_go_through_in_pieces_and_come_out_the_same() -> None:
    spec = InputSpec(height=128, width=128)
    pixels = torch.from_numpy(np.stack([leaking_well(seed, 128, 128) for seed in range(33)]))
    assert [len(piece) for piece in pieces_of(pixels)] == [32, 1]
    assert [len(piece) for piece in pieces_of(pixels, 20)] == [20, 13]
    assert [len(piece) for piece in pieces_of(pixels[:, :28, :48])] == [33], "small ones need not be cut"
    graph = Preprocessing(spec, Representation(texture=True))
    assert torch.allclose(graph.in_pieces(pixels), graph(pixels), atol=1e-6)
