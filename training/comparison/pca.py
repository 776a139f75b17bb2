"""The yardstick of every comparison: the reconstruction error of a principal component analysis, never exported."""

import time

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from service.contract.manifest import InputSpec
from service.contract.picture import Pixels
from training.comparison.picture_sets import PictureSets
from training.comparison.result import FinishedJob, JobResult

NAME = "pca_32"
SUMMARY = "Reference: reconstruction error of 32 principal components on 64 x 64 pixels"
COMPONENTS = 32
SPEC = InputSpec(height=64, width=64)
BATCH = 512


def run_reference(picture_sets: PictureSets) -> FinishedJob:
    """Fit the components on the good wells and score every set."""
    sets = picture_sets.sets(SPEC)
    start = time.monotonic()
    good = _rows(sets["fit_good"])
    model = PCA(min(COMPONENTS, *good.shape), svd_solver="randomized", random_state=0).fit(good)
    fit_s = time.monotonic() - start
    scores = {name: tuple(_errors(model, pixels).tolist()) for name, pixels in sets.items() if name != "fit_good"}
    return FinishedJob(NAME, JobResult(NAME, seed=0, scores=scores, scenes=picture_sets.scenes(), fit_s=fit_s))


def _rows(pixels: Pixels) -> NDArray[np.float32]:
    return pixels.reshape(len(pixels), -1).astype(np.float32) / np.float32(255)


def _errors(model: PCA, pixels: Pixels) -> NDArray[np.float64]:
    """Mean squared error of each picture, [N]."""
    errors = [np.zeros(0)]
    for start in range(0, len(pixels), BATCH):
        rows = _rows(pixels[start : start + BATCH])
        errors.append(((rows - model.inverse_transform(model.transform(rows))) ** 2).mean(axis=1))
    return np.concatenate(errors)
