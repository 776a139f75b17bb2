from tests.contract_document import DOCUMENT, document


def test_the_committed_document_is_what_the_service_serves() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run: make openapi"
