"""Triton's client for gRPC, in an environment of its own: does what is asked, and prints what it read as JSON.

grpc_client.py HOST:PORT FILE...
"""

import asyncio
import json
import sys
from pathlib import Path

import numpy as np
import tritonclient.grpc as triton
import tritonclient.grpc.aio as triton_aio
from tritonclient.utils import InferenceServerException

MODEL = "small"


def images(pictures: list[bytes]) -> triton.InferInput:
    tensor = triton.InferInput("image", [len(pictures)], "BYTES")
    tensor.set_data_from_numpy(np.array(pictures, dtype=object))
    return tensor


def read(answer: triton.InferResult) -> dict[str, object]:
    said = answer.get_response()
    outputs = {output.name: answer.as_numpy(output.name) for output in said.outputs}
    values = {
        name: [one.decode() if isinstance(one, bytes) else one for one in array.tolist()]
        for name, array in outputs.items()
    }
    return {"id": said.id, "version": said.model_version, "outputs": values}


def refused(client: triton.InferenceServerClient, tensor: triton.InferInput, **options: object) -> list[str]:
    try:
        client.infer(options.pop("model", MODEL), [tensor], **options)
    except InferenceServerException as error:
        return [error.status(), error.message()]
    return ["OK", ""]


def ask(address: str, pictures: list[bytes]) -> dict[str, object]:
    with triton.InferenceServerClient(address) as client:
        metadata = client.get_model_metadata(MODEL, as_json=True)
        version = metadata["versions"][0]
        pixels = np.full((2, 32, 32, 3), 128, np.uint8)
        tensor = triton.InferInput("pixels", list(pixels.shape), "UINT8")
        tensor.set_data_from_numpy(pixels)
        wrong = triton.InferInput("pixels", [1, 2, 2, 4], "UINT8")
        wrong.set_data_from_numpy(np.zeros((1, 2, 2, 4), np.uint8))
        parameters = {"camera_id": "cam-1", "well_id": ",".join(f"{n}a" for n in range(len(pictures)))}
        wanted = [triton.InferRequestedOutput(name) for name in ("verdict", "score")]
        return {
            "alive": [client.is_server_live(), client.is_server_ready(), client.is_model_ready(MODEL)],
            "version_ready": client.is_model_ready(MODEL, version),
            "server": client.get_server_metadata(as_json=True),
            "model": metadata,
            "files": read(client.infer(MODEL, [images(pictures)], request_id="r-1", parameters=parameters)),
            "pixels": read(client.infer("leak-inspection", [tensor], outputs=wanted, timeout=1_000_000)),
            "zipped": read(client.infer(MODEL, [images(pictures)], compression_algorithm="gzip")),
            "refused": {
                "model": refused(client, images([b"x"]), model="other"),
                "version": refused(client, images([b"x"]), model_version="another"),
                "label": refused(client, images([b"x"]), parameters={"camera": "cam-1"}),
                "shape": refused(client, wrong),
                "output": refused(client, images([b"x"]), outputs=[triton.InferRequestedOutput("heat")]),
            },
        }


async def ask_aio(address: str, pictures: list[bytes]) -> dict[str, object]:
    async with triton_aio.InferenceServerClient(address) as client:
        return read(await client.infer(MODEL, [images(pictures)]))


def main(address: str, files: list[str]) -> None:
    pictures = [Path(file).read_bytes() for file in files]
    said = {**ask(address, pictures), "aio": asyncio.run(ask_aio(address, pictures))}
    print(json.dumps(said))  # noqa: T201  # for whoever started it


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
