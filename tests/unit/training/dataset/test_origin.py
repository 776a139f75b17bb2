from datetime import date

import numpy as np
import pytest

from training.dataset.data import Dataset, Group
from training.dataset.layout import Label
from training.dataset.origin import describe_origin


def group(label: Label, *files: str, width: int = 48, level: int = 100, sealed: bool = False) -> Group:
    return Group("".join(files), np.full((28, width, 3), level, np.uint8), label, sealed, files)


def test_cameras_and_days_are_read_from_the_names_where_they_state_them() -> None:
    names = ("proliv/22_CAM_C_01-03-2023_05-39-13-364.jpg", "proliv/CAM_D2_28-02-2023_05-39-13-364.jpg", "proliv/x.jpg")
    origin = describe_origin(Dataset((group(Label.LEAK, *names),), (), ()))["leak"]
    assert origin.cameras == ("C", "D2")
    assert origin.days == (date(2023, 2, 28), date(2023, 3, 1))
    assert (origin.files, origin.groups, origin.unnamed) == (3, 1, 1)


@pytest.mark.parametrize(
    "name", ["WEBCAM_C.jpg", "camera.jpg", "99-99-2023_00-00-00.jpg", "01-01-2023_25-00-00.jpg", "CAMERA_1.jpg"]
)
def test_a_name_that_only_looks_alike_states_nothing(name: str) -> None:
    origin = describe_origin(Dataset((group(Label.GOOD, name),), (), ()))["good"]
    assert (origin.cameras, origin.days, origin.unnamed) == ((), (), 1)


def test_sizes_and_brightness_span_the_pictures() -> None:
    data = Dataset((group(Label.GOOD, "a", width=40, level=90), group(Label.GOOD, "b", width=50, level=130)), (), ())
    origin = describe_origin(data)["good"]
    assert (origin.width, origin.height) == ((40, 50), (28, 28))
    assert origin.brightness == pytest.approx((90.4, 129.6))


def test_sealed_pictures_and_absent_classes_are_not_described() -> None:
    data = Dataset((group(Label.GOOD, "a"), group(Label.LEAK, "b", sealed=True)), (), ())
    assert set(describe_origin(data)) == {"good"}
