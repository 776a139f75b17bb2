import json
import re
from pathlib import Path

import pytest

from service.contract.errors import SetupError
from service.contract.journal_entry import Event, EventKind
from service.record.followers.payload import FIELDS, PayloadTemplate, read_template
from tests.decisions import START

ALARM = Event("a1", EventKind.ALARM_RAISED, START, "cam-1", None, "d1", "a1", {"verdict": "leak", "score_ratio": 2.5})
DOCUMENT = Path(__file__).parents[5] / "docs" / "record.md"


def test_every_field_is_filled_and_what_is_missing_is_empty() -> None:
    filled = PayloadTemplate({name: f"${{{name}}}" for name in FIELDS}).fill(ALARM)
    assert filled == {
        "event_id": "a1",
        "kind": "alarm_raised",
        "at": "2026-05-04T10:11:12.123456Z",
        "camera_id": "cam-1",
        "well_id": "",
        "decision_id": "d1",
        "verdict": "leak",
        "score_ratio": "2.5",
        "state": "",
        "operator": "",
    }


def test_the_templates_of_the_document_can_be_used(tmp_path: Path) -> None:
    blocks = re.findall(r"```json\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    templates = [block for block in blocks if "${" in block]
    assert len(templates) == 3
    for template in templates:
        (tmp_path / "template.json").write_text(template)
        assert "leak at cam-1" in json.dumps(read_template(tmp_path / "template.json").fill(ALARM))


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "No such file"), ("{", "is no JSON"), ('{"a": "${nobody}"}', "nobody"), ('["costs 5 $"]', "placeholder")],
)
def test_a_template_that_cannot_be_used_is_refused_at_the_start(tmp_path: Path, content: str | None, said: str) -> None:
    path = tmp_path / "template.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SetupError, match=said):
        read_template(path)
