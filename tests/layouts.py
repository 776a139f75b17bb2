"""Data sets in the layouts of published ones and of owners, drawn."""

import csv
from pathlib import Path

import numpy as np

from service.contract.picture import Pixels
from tests.wells import good_well, leaking_well, write_picture

MARKED = np.pad(np.full((9, 16, 3), 255, np.uint8), ((9, 9), (16, 16), (0, 0)))
EMPTY = np.zeros_like(MARKED)


def draw(root: Path, *places: str) -> Path:
    """Another picture at each place: good where a place begins with ``+``, a leak with ``-``, masks with ``#`` or 0."""
    for number, place in enumerate(places):
        path = root / place[1:]
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = {"+": good_well, "-": leaking_well}.get(place[0], _mask)(number)
        write_picture(path, EMPTY if place[0] == "0" else picture)
    return root


def _mask(_: int) -> Pixels:
    return MARKED


def mvtec_ad(root: Path) -> Path:
    return draw(
        root,
        *(f"+train/good/{number:03}.png" for number in range(4)),
        *(f"+test/good/{number:03}.png" for number in range(2)),
        *(f"-test/{kind}/{number:03}.png" for kind in ("color", "cut_lead", "good_luck"[5:]) for number in range(2)),
        *(f"#ground_truth/{kind}/{number:03}_mask.png" for kind in ("color", "cut_lead") for number in range(2)),
    )


def mvtec_ad_2(root: Path) -> Path:
    return draw(
        root,
        *(f"+train/good/{number:03}_regular.png" for number in range(4)),
        "+validation/good/000_regular.png",
        "+test_public/good/000_overexposed.png",
        *(f"-test_public/bad/{number:03}_regular.png" for number in range(3)),
        *(f"#test_public/ground_truth/bad/{number:03}_regular_mask.png" for number in range(3)),
        "+test_private/000.png",
        "+test_private_mixed/000.png",
    )


def btad(root: Path) -> Path:
    return draw(
        root,
        *(f"+train/ok/{number:04}.bmp" for number in range(4)),
        "+test/ok/0000.bmp",
        *(f"-test/ko/{number:04}.bmp" for number in range(2)),
        *(f"#ground_truth/ko/{number:04}.png" for number in range(2)),
    )


def visa(root: Path) -> Path:
    draw(
        root,
        *(f"+candle/Data/Images/Normal/{number:04}.JPG" for number in range(4)),
        *(f"-candle/Data/Images/Anomaly/{number:03}.JPG" for number in range(2)),
        *(f"#candle/Data/Masks/Anomaly/{number:03}.png" for number in range(2)),
    )
    images = "candle/Data/Images"
    table(
        root / "split_csv" / "1cls.csv",
        "object,split,label,image,mask",
        *(f"candle,train,normal,{images}/Normal/{number:04}.JPG," for number in range(3)),
        f"candle,test,normal,{images}/Normal/0003.JPG,",
        *(f"candle,test,anomaly,{images}/Anomaly/{number:03}.JPG,candle/Data/Masks/x.png" for number in range(2)),
        "capsules,train,normal,capsules/Data/Images/Normal/0000.JPG,",
    )
    table(root / "candle" / "image_anno.csv", "image,label,mask", f'{images}/Anomaly/000.JPG,"melt, bent",')
    return root


def kolektor(root: Path) -> Path:
    return draw(
        root,
        *(place for number in range(4) for place in (f"+train/{number}.png", f"0train/{number}_GT.png")),
        "-train/9.png",
        "#train/9_GT.png",
        *(place for number in range(2) for place in (f"-test/{number}.png", f"#test/{number}_GT.png")),
    )


def casting(root: Path) -> Path:
    return draw(
        root,
        *(f"+casting_data/{part}/ok_front/{number}.jpeg" for part in ("train", "test") for number in range(3)),
        *(f"-casting_data/{part}/def_front/{number}.jpeg" for part in ("train", "test") for number in range(2)),
    )


def image_folder(root: Path) -> Path:
    return draw(root, *(f"+normal/{number}.webp" for number in range(3)), "-anomaly/a.tif", "-anomaly/b.tiff")


def flat_csv(root: Path) -> Path:
    draw(root, "+a.png", "+b.png", "-c.png", "+d.png")
    return table(root / "labels.csv", "file,label", "a.png,ok", "b.png,0", "c.png,leak").parent


def annotated(root: Path) -> Path:
    draw(root, "+train/a.png", "+train/camera_1/b.png", "-proliv/c.png", "+test/imgs/d.png", "-test/imgs/e.png")
    (root / "test" / "test_annotation.txt").write_bytes(b"\xef\xbb\xbfd.png 0\r\ne.png 1\r\n")
    return root


def table(path: Path, *lines: str) -> Path:
    """A CSV of these lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    assert list(csv.reader(lines))
    return path
