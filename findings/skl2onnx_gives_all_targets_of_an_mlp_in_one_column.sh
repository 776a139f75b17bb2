#!/bin/sh
# skl2onnx flattens an MLPRegressor with several targets: one column of N * F numbers in place of N rows of F.
#
# Version: skl2onnx 1.20.0 (scikit-learn 1.9.1, onnx 1.23.2, onnxruntime 1.31.1), Linux x86_64, Python 3.11.
#
# The converter ends every MLPRegressor with Reshape(-1, 1) and declares [None, 1], whatever the number of targets. The
# numbers are right and in the right order (row by row), so nothing raises: row 1 of the answer is target 1 of picture 0,
# and whoever takes the first N rows has the first few pictures' targets. LinearRegression, fitted on the same data and
# converted by the same call, keeps its columns. Remedy: reshape to (N, F) after the run, or in the graph.
#
# Output seen:
#   LinearRegression predict=(40, 4) declared=[None, 4] onnx=(40, 4) same_numbers=True
#   MLPRegressor predict=(40, 4) declared=[None, 1] onnx=(160, 1) same_numbers=True
#
# Installs into a temporary folder; fails if the behaviour is another.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    skl2onnx==1.20.0 scikit-learn==1.9.1 onnx==1.23.2 onnxruntime==1.31.1 numpy==2.4.6
cat > "$folder/show.py" <<'PYTHON'
import sys

import numpy as np
import onnxruntime
from skl2onnx import to_onnx
from sklearn.linear_model import LinearRegression
from sklearn.neural_network import MLPRegressor

random = np.random.default_rng(0)
inputs = random.normal(size=(40, 3)).astype(np.float32)
targets = random.normal(size=(40, 4)).astype(np.float32)

seen = []
for model in (LinearRegression(), MLPRegressor(hidden_layer_sizes=(5,), max_iter=50, random_state=0)):
    expected = model.fit(inputs, targets).predict(inputs)
    graph = to_onnx(model, inputs[:1]).SerializeToString()
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    declared = session.get_outputs()[0].shape
    result = session.run(None, {session.get_inputs()[0].name: inputs})[0]
    same = result.size == expected.size and np.allclose(result.ravel(), expected.ravel(), atol=1e-4)
    print(f"{type(model).__name__} predict={expected.shape} declared={declared} onnx={result.shape} same_numbers={same}")
    seen.append((declared, result.shape, same))
known = [([None, 4], (40, 4), True), ([None, 1], (160, 1), True)]
sys.exit(0 if seen == known else "the behaviour has changed")
PYTHON
"$folder/venv/bin/python" -W ignore "$folder/show.py"
