"""What a person can do with the page, and what the page may not do."""

from pathlib import Path

import pytest
from tests.harness.browser.conftest import Open
from tests.harness.reporters import sample

pytestmark = pytest.mark.browser


def test_it_is_quiet_and_asks_for_nothing(opened: Open) -> None:
    watched = opened()
    page = watched.page
    page.locator("button.cell").first.click()
    page.keyboard.press("Escape")
    for finding in page.locator("#findings .finding > summary").all():
        finding.click()
    assert (watched.said, watched.asked) == ([], [])


def test_its_policy_allows_only_what_stands_in_it(opened: Open) -> None:
    watched = opened()
    policy = watched.page.locator("meta[http-equiv='Content-Security-Policy']")
    content = policy.get_attribute("content")
    assert content.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in content
    watched.page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.owned = 9';"
        " document.body.append(s); const i = new Image(); i.src = 'https://example.invalid/x';"
        " document.body.append(i); }"
    )
    watched.page.wait_for_timeout(50)
    assert watched.page.evaluate("window.owned") is None
    assert len(watched.said) == 2, "both breaches are refused aloud"


def test_what_a_target_sent_is_text(opened: Open) -> None:
    page = opened().page
    for one in page.locator("details").all():
        one.evaluate("element => { element.open = true; }")
    for cell in page.locator("button.cell").all():
        cell.click()
        page.keyboard.press("Escape")
    assert page.evaluate("window.owned") is None
    assert page.locator("main img").count() == 0
    assert page.locator("script").count() == 2, "the data and the program, both ours"
    text = page.locator("#findings").text_content()
    assert "</script><script>window.owned=1</script>" in text
    assert "\u202d" not in text
    assert "\x1b" not in text


def test_the_result_and_the_way_to_the_failures_stand_first(opened: Open) -> None:
    page = opened().page
    assert page.locator("h1").inner_text() == "Nonconformant"
    page.get_by_role("link", name="See the 4 failures").click()
    top = page.locator("#findings-title").bounding_box()["y"]
    assert 0 <= top < 300


def test_the_filter_finds_groups_by_id_text_and_trial(opened: Open) -> None:
    page = opened().page
    shown = page.locator("#groups tbody tr:not(.area-head):not([hidden]) th > code")
    everything = shown.count()
    for words, group in (
        ("usr-read", "USR-READ"),
        ("keeps every digit", "TYP-NUM"),
        ("queries.page/total", "QRY-PAGE"),
        ("users read", "USR-READ"),
    ):
        page.locator("#search").fill(words)
        assert group in shown.all_inner_texts()
        assert shown.count() < everything
    page.locator("#search").fill("nothing is called so")
    assert shown.count() == 0
    assert page.locator("#count").inner_text() == f"0 of {everything} groups"


def test_the_filter_shows_what_needs_attention(opened: Open) -> None:
    page = opened().page
    page.locator("#only").select_option("attention")
    rows = page.locator("#groups tbody tr:not(.area-head):not([hidden])")
    amiss = "[data-state=broken], [data-state=lying], [data-state=weak], [data-state=untested]"
    assert rows.count() > 0
    for row in rows.all():
        assert row.locator(f"{amiss}, [data-state=in_part]").count() > 0
    page.locator("#only").select_option("broken")
    broken = {"USR-CREATE", "QRY-JSON", "TYP-NUM", "ERR-SAFE"}
    assert set(rows.locator("th > code").all_inner_texts()) == broken


def test_a_cell_leads_to_its_requirements_and_trials(opened: Open) -> None:
    page = opened().page
    row = page.locator("#groups tr", has_text="USR-CREATE")
    row.locator("button.cell").nth(1).click()
    panel = page.locator("dialog")
    assert panel.locator("h2").inner_text() == "USR-CREATE"
    assert panel.locator("#panel-where").inner_text() == "reference-sqlite · sqlite"
    assert "A username belongs to one user only: CONFLICT on username" in panel.inner_text()
    panel.locator("summary", has_text="belongs to one user only").first.click()
    assert "the call succeeded where CONFLICT was wanted" in panel.inner_text()
    panel.get_by_role("button", name="Close").click()
    assert not panel.is_visible()


def test_what_is_not_counted_is_listed_with_the_reason(opened: Open) -> None:
    page = opened().page
    page.locator("#groups tr", has_text="CAP-CLAIM").locator("button.cell").first.click()
    text = page.locator("dialog").inner_text()
    assert "Not counted" in text
    assert "Proven by review alone: no trial can show it." in text


def test_an_address_opens_its_cell(opened: Open) -> None:
    page = opened(at="aggregations/reference-sqlite/sqlite").page
    assert page.locator("dialog h2").inner_text().startswith("aggregations: ")
    assert page.evaluate("location.hash") == "#aggregations/reference-sqlite/sqlite"
    page.keyboard.press("Escape")
    assert page.evaluate("location.hash") == ""


def test_an_address_opens_its_finding(opened: Open) -> None:
    page = opened(at="finding-1").page
    assert page.locator("#finding-1").get_attribute("open") is not None


@pytest.mark.parametrize("at", ["a/b/c", "%E0%A4%A/x/y", "finding-99", "USR-CREATE/nobody/none"])
def test_an_address_of_nothing_opens_nothing(opened: Open, at: str) -> None:
    watched = opened(at=at)
    assert watched.said == []
    assert not watched.page.locator("dialog").is_visible()


def test_the_theme_can_be_chosen_and_is_kept(opened: Open) -> None:
    page = opened().page
    button = page.get_by_role("button", name="Theme")
    colours = {page.evaluate("getComputedStyle(document.body).backgroundColor")}
    for name in ("light", "dark"):
        button.click()
        assert button.inner_text() == f"Theme: {name}"
        colours.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(colours) == 2
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_it_is_whole_without_scripts(opened: Open) -> None:
    page = opened(scripts=False).page
    assert page.locator("h1").inner_text() == "Nonconformant"
    assert page.locator("#capabilities td .cell").count() == 6
    assert "Lying" in page.locator("#capabilities").inner_text()
    assert page.locator("#groups td .cell").count() > 10
    assert not page.locator("#filters").is_visible(), "nothing that would do nothing"
    assert not page.locator("#theme").is_visible()
    page.locator("#finding-0 > summary").click()
    assert page.locator("#finding-0 .body").is_visible()


def test_it_prints_whole_and_light(opened: Open, tmp_path: Path) -> None:
    page = opened(scheme="dark").page
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator(".top").is_visible()
    assert not page.locator("#filters").is_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("main details:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("main details[open]").count() == 0
    pdf = page.pdf(path=tmp_path / "run.pdf")
    assert pdf.startswith(b"%PDF-")


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_window(opened: Open, width: int) -> None:
    page = opened(width=width).page
    for one in page.locator("details").all():
        one.evaluate("element => { element.open = true; }")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_hostile_sample_is_hostile() -> None:
    assert "<script>" in sample.HOSTILE
    assert "onerror" in sample.HOSTILE
