"""KServe's client, in an environment of its own: judges files, as bytes and as base64, and prints what it read.

kserve_client.py URL FILE...
"""

import asyncio
import base64
import json
import sys
from pathlib import Path

import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

MODEL = "leak-inspection"


async def main(url: str, pictures: list[bytes]) -> None:
    client = InferenceRESTClient(RESTConfig(protocol="v2", timeout=60))
    binary = InferInput("image", [len(pictures)], "BYTES")
    binary.set_data_from_numpy(np.array(pictures, dtype=object), binary_data=True)
    text = InferInput("image", [len(pictures)], "BYTES", data=[base64.b64encode(one).decode() for one in pictures])
    answers = []
    for tensor in (binary, text):
        request = InferRequest(MODEL, [tensor], parameters={"camera_id": "cam-1"})
        answer = await client.infer(url, request, model_name=MODEL)
        answers.append({output.name: output.as_numpy().tolist() for output in answer.outputs})
    wrong = InferInput("pixels", [1, 2, 2, 4], "UINT8")
    wrong.set_data_from_numpy(np.zeros((1, 2, 2, 4), np.uint8), binary_data=True)
    try:
        await client.infer(url, InferRequest(MODEL, [wrong]), model_name=MODEL)
    except Exception as error:
        refused = str(error)
    ready = [
        await client.is_server_live(url),
        await client.is_server_ready(url),
        await client.is_model_ready(url, MODEL),
    ]
    print(json.dumps({"ready": ready, "answers": answers, "refused": refused}))  # noqa: T201  # for whoever started it


asyncio.run(main(sys.argv[1], [Path(file).read_bytes() for file in sys.argv[2:]]))
