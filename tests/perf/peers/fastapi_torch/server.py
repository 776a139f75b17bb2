"""The usual service: FastAPI takes an uploaded file, PIL decodes it, torchvision's steps prepare it, torch scores it.

torchvision itself is not needed: its Resize, ToTensor, CenterCrop and GaussianBlur are written out as it does them.
"""

import io
import sys
from pathlib import Path

import numpy as np
import torch
import uvicorn
from fastapi import FastAPI, UploadFile
from PIL import Image
from torch import Tensor

from training.config import Recipe
from training.models import build

port, recipe_file, weights_file, threshold = sys.argv[1:]
torch.set_num_threads(1)
recipe = Recipe.model_validate_json(Path(recipe_file).read_text(encoding="utf-8"))
seen = recipe.representation
height, width = seen.crop or (recipe.input.height, recipe.input.width)
model = build(recipe.model, (3, height, width))
model.load_state_dict(torch.load(weights_file, weights_only=True))
model.eval()
app = FastAPI()


def gaussian(size: int, sigma: float) -> Tensor:
    """The taps of torchvision's GaussianBlur for three channels, [3, 1, size, size]."""
    offsets = torch.linspace(-(size - 1) / 2, (size - 1) / 2, size)
    taps = torch.exp(-0.5 * (offsets / sigma) ** 2)
    taps /= taps.sum()
    return torch.outer(taps, taps).expand(3, 1, size, size)


KERNEL = gaussian(seen.blur_kernel, seen.blur_sigma)


def prepare(data: bytes) -> Tensor:
    """Resize, ToTensor, CenterCrop, GaussianBlur: float32 [1, 3, height, width]."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    picture = picture.resize((recipe.input.width, recipe.input.height), Image.Resampling.BILINEAR)
    tensor = torch.from_numpy(np.array(picture)).permute(2, 0, 1).contiguous().float().div(255)
    top, left = (tensor.shape[1] - height) // 2, (tensor.shape[2] - width) // 2
    crop = tensor[:, top : top + height, left : left + width].unsqueeze(0)
    reach = seen.blur_kernel // 2
    padded = torch.nn.functional.pad(crop, [reach] * 4, mode="reflect")
    return torch.nn.functional.conv2d(padded, KERNEL, groups=3)


@app.post("/v1/inspect")
async def inspect(file: UploadFile) -> dict[str, object]:
    """Judge one crop."""
    inputs = prepare(await file.read())
    with torch.no_grad():
        score = torch.mean((model(inputs).output - inputs) ** 2).item()
    leak = score >= float(threshold)
    return {"verdict": "leak" if leak else "no_leak", "score": score}


uvicorn.run(app, port=int(port), http="httptools", loop="uvloop", access_log=False, log_level="warning")
