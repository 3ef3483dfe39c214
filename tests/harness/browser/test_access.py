"""Everyone can use the page: axe-core finds nothing, and a keyboard is enough."""

from importlib.resources import files
from typing import Any

import pytest
from tests.harness.browser.conftest import Open

pytestmark = pytest.mark.browser
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def violations(page: Any) -> list[str]:  # noqa: ANN401 -- playwright is untyped here
    """Return what axe-core finds wrong on the page as it is now, all rules but the experimental."""
    # The page forbids foreign scripts, so axe comes by the debugger and not as an element.
    page.evaluate(AXE + "; undefined")
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:200] for node in one['nodes']]}"
        for one in found["violations"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(opened: Open, scheme: str, width: int) -> None:
    page = opened(scheme=scheme, width=width).page
    assert violations(page) == []
    for one in page.locator("main details").all():
        one.evaluate("element => { element.open = true; }")
    assert violations(page) == []
    page.locator("#groups tr", has_text="USR-CREATE").locator("button.cell").nth(1).click()
    page.locator("dialog summary").first.click()
    assert violations(page) == []


def test_axe_would_find_something(opened: Open) -> None:
    page = opened().page
    page.evaluate("() => document.body.append(new Image())")
    assert any(one.startswith("image-alt") for one in violations(page))


def test_a_keyboard_reaches_everything(opened: Open) -> None:
    page = opened().page
    kinds = "a[href], button, input, select, summary, [tabindex='0']"
    wanted = page.evaluate(
        "kinds => [...document.querySelectorAll(kinds)]"
        ".filter((one) => one.checkVisibility() && !one.closest('dialog')).length",
        kinds,
    )
    reached = set()
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        place = page.evaluate(
            "() => [...document.querySelectorAll('*')].indexOf(document.activeElement)"
        )
        if page.evaluate("document.activeElement === document.body"):
            break
        reached.add(place)
    assert len(reached) == wanted > 20


def test_a_cell_opens_closes_and_gives_back_the_focus_by_keyboard(opened: Open) -> None:
    page = opened().page
    cell = page.locator("#capabilities button.cell").first
    cell.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "panel-title"
    page.keyboard.press("Escape")
    assert cell.evaluate("element => element === document.activeElement")


def test_the_first_stop_leads_past_the_head(opened: Open) -> None:
    page = opened().page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_no_meaning_hangs_on_colour(opened: Open) -> None:
    page = opened().page
    for cell in page.locator(".cell").all():
        assert cell.locator(".label").inner_text().strip()
        assert cell.locator(".sym").inner_text().strip()
