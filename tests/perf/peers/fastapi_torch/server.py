"""The usual service: FastAPI takes an uploaded file, PIL decodes and resizes it, torch does the rest eagerly."""

import io
import sys
from pathlib import Path

import numpy as np
import torch
import uvicorn
from fastapi import FastAPI, UploadFile
from PIL import Image
from torch import Tensor

from training.models import build
from training.models.detail import detail_of
from training.models.preprocessing import Preprocessing
from training.models.scoring import ErrorMeasure
from training.recipe.recipe import Recipe

port, recipe_file, weights_file, threshold = sys.argv[1:]
torch.set_num_threads(1)
recipe = Recipe.model_validate_json(Path(recipe_file).read_text(encoding="utf-8"))
preprocessing = Preprocessing(recipe.input, recipe.representation)
model = build(recipe.model, preprocessing.shape)
measure = ErrorMeasure(recipe.error, preprocessing.shape)
parts = torch.nn.ModuleDict({"preprocessing": preprocessing, "model": model, "measure": measure})
parts.load_state_dict(torch.load(weights_file, weights_only=True), strict=False)
parts.eval()
app = FastAPI()


def prepare(data: bytes) -> Tensor:
    """Decode and resize: uint8 [1, height, width, 3]."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    picture = picture.resize((recipe.input.width, recipe.input.height), Image.Resampling.BILINEAR)
    return torch.from_numpy(np.array(picture)).unsqueeze(0)


@app.post("/v1/inspect")
async def inspect(file: UploadFile) -> dict[str, object]:
    """Judge one crop."""
    pixels = prepare(await file.read())
    with torch.no_grad():
        inputs = preprocessing(pixels)
        output = model(inputs).output
        detail = detail_of(preprocessing.grey(output)) if recipe.error.relative else None
        score = measure((output - inputs) ** 2, detail).item()
    leak = score >= float(threshold)
    return {"verdict": "leak" if leak else "no_leak", "score": score}


uvicorn.run(app, port=int(port), http="httptools", loop="uvloop", access_log=False, log_level="warning")
