"""Writes docs/openapi.json from the service: ``python -m tests.contract_document``."""

import json
import tempfile
from pathlib import Path

from service.app import create_app
from service.settings import Settings

DOCUMENT = Path(__file__).parents[1] / "docs" / "openapi.json"


def document() -> str:
    """The OpenAPI document of this service, as it serves it."""
    with tempfile.TemporaryDirectory() as folder:
        front = create_app(Settings(artifacts=Path(folder), data_dir=Path(folder)))
    described = front.app._app.openapi()  # type: ignore[attr-defined]  # the framework's own
    return json.dumps(described, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
