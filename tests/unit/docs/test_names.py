import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_a_class_name_means_one_thing_in_the_whole_repository() -> None:
    sources = [path.read_text() for side in ("service", "training") for path in (ROOT / side).rglob("*.py")]
    names = Counter(name for text in sources for name in re.findall(r"^class ([A-Z]\w*)", text, re.MULTILINE))
    assert [name for name, count in names.items() if count > 1] == []
