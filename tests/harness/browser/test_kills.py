"""The kill matrix in a real browser: it asks for nothing, and everyone can use it."""

from pathlib import Path

import pytest
from tests.harness.browser.conftest import Open
from tests.harness.browser.test_access import violations
from tests.harness.reporters.test_kills import matrix, page

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_in_hostile_words(
    opened: Open, tmp_path: Path, scheme: str, width: int
) -> None:
    file = tmp_path / "kills.html"
    file.write_text(page(matrix(hostile=True)), encoding="utf-8")
    watched = opened(file=file, scheme=scheme, width=width)
    assert violations(watched.page) == []
    assert watched.asked == []
    assert watched.said == []
    assert watched.page.locator("tbody tr").count() == 5
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert watched.page.evaluate(overflow) <= 0
