"""What training and service share: artefact, manifest, picture, gate, scorer, decision. Imports nothing else of either.

Nothing here tells anybody outside that it runs.
"""

import os

# onnxruntime reports its use over the network unless this stands before it is first imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
