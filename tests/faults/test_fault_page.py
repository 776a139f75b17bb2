from tests.faults.page import PAGE, page


def test_the_document_is_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.faults.page"
