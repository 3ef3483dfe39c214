"""The list of a folder of runs in a real Chromium: readable by all, its policy breaks nothing."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from tests.harness.browser.test_access import violations
from tests.harness.reporters import sample
from tests.harness.serving.test_server import EVIL, passing, written

from dbal_conform.serving.folder import Folder
from dbal_conform.serving.server import Server, Viewer

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("runs")
    written(folder / "old.jsonl", sample.ledger(), age=100)
    written(folder / EVIL, sample.ledger(), cut=True, age=70)
    written(folder / "new.jsonl", passing(), age=50)
    Path(folder / "broken.jsonl").write_text("{}\n", encoding="utf-8")
    with Server(Viewer(Folder(folder), "runs"), 0) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server.url
        server.shutdown()
        thread.join()


class Visit:
    """A page, what its console said and what it asked for elsewhere."""

    def __init__(self, page: Any, url: str) -> None:  # noqa: ANN401 -- playwright is untyped here
        self.page = page
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(url)


@pytest.fixture(params=[(390, "dark"), (1280, "light")], ids=["narrow", "wide"])
def visit(chromium: Any, url: str, request: pytest.FixtureRequest) -> Iterator[Visit]:  # noqa: ANN401 -- as above
    width, scheme = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    yield Visit(context.new_page(), url)
    context.close()


def test_from_the_list_to_a_report_and_to_what_changed(visit: Visit, url: str) -> None:
    page = visit.page
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.get_by_role("heading", level=1).inner_text() == "4 runs"
    page.get_by_role("link", name="new.jsonl").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Conformant"
    page.go_back()
    page.get_by_role("link", name="What changed since the run before").first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "Not worse"
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="All runs").click()
    assert page.url == url
    assert page.evaluate("window.owned") is None
    assert visit.said == []
    assert [one for one in visit.asked if not one.startswith(url)] == []
