"""What people send is checked before it is kept."""

import pytest
from pydantic import ValidationError

from service.contract.decision import Verdict
from service.routes.record.views import AcknowledgeForm, ReviewForm


@pytest.mark.parametrize("name", ["Anna", "Борис Ким", "A. O'Neil", "x" * 64])
def test_a_name_is_kept_as_it_is_written(name: str) -> None:
    assert ReviewForm(verdict=Verdict.LEAK, reviewer=name).reviewer == name
    assert AcknowledgeForm(operator=name).operator == name


@pytest.mark.parametrize("name", ["", "  ", "A\nB", "A\x1b[31m", "\t", "x" * 65, "Anna\n"])
def test_a_name_that_no_line_can_show_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        AcknowledgeForm(operator=name)
