"""Which pictures are kept, and how they come back."""

import shutil

import cv2
import numpy as np

from service.settings import Settings
from tests.answers import assert_problem
from tests.conftest import Serve
from tests.pictures import jpeg
from tests.wells import good_well, leaking_well


async def test_the_picture_of_a_leak_comes_back_as_it_was_sent(serve: Serve) -> None:
    image = jpeg(leaking_well(1))
    async with serve() as client:
        decision = (await client.post("/v1/inspect", content=image)).json()
        picture = await client.get(f"/v1/decisions/{decision['decision_id']}/picture")
        heatmap = await client.get(f"/v1/decisions/{decision['decision_id']}/heatmap.png")
    assert (picture.content, picture.headers["content-type"]) == (image, "image/jpeg")
    drawn = cv2.imdecode(np.frombuffer(heatmap.content, np.uint8), cv2.IMREAD_COLOR)
    assert drawn is not None
    assert drawn.shape[1] > drawn.shape[0]


async def test_the_pictures_of_a_batch_are_kept_each_under_its_own_decision(serve: Serve) -> None:
    images = [jpeg(leaking_well(1)), jpeg(good_well(2)), b"no picture", jpeg(leaking_well(3))]
    async with serve(archive={"good_share": 0}) as client:
        answer = await client.post("/v1/inspect/batch", files=[("files", image) for image in images])
        ids = [result["decision_id"] for result in answer.json()["results"]]
        pictures = [await client.get(f"/v1/decisions/{decision_id}/picture") for decision_id in ids]
    assert [picture.content for picture in pictures if picture.status_code == 200] == [images[0], *images[2:]]
    assert pictures[1].status_code == 404


async def test_a_picture_deleted_behind_our_back_is_told_and_nothing_else_is_lost(
    serve: Serve, settings: Settings
) -> None:
    async with serve() as client:
        decision = (await client.post("/v1/inspect", content=jpeg(leaking_well(1)))).json()
        shutil.rmtree(settings.data_dir / "pictures")
        assert_problem(await client.get(f"/v1/decisions/{decision['decision_id']}/picture"), 404)
        assert (await client.get(f"/v1/decisions/{decision['decision_id']}")).json()["verdict"] == "leak"
