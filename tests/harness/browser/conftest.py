"""The sample report in a real Chromium, opened from its file as a person would."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.harness.reporters import sample

from dbal_conform.reporters import REPORTERS

CHROMIUM = Path("/usr/bin/chromium")
Open = Callable[..., Any]


class Watched:
    """A page, and what went on in it: messages of its console, and requests beyond its file."""

    def __init__(self, page: Any, file: Path) -> None:  # noqa: ANN401 -- playwright is untyped here
        self.page = page
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(file.as_uri())
        self.asked.remove(file.as_uri())


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if not CHROMIUM.exists():
        why = f"{CHROMIUM} is missing: ci/browser.sh installs it"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- where there is a browser

    with sync_playwright() as playwright:
        # Root, as in a container, may not use Chromium's sandbox; the page is our own.
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "run.html"
    with file.open("w", encoding="utf-8") as out:
        REPORTERS["html"](sample.ledger(), out)
    return file


@pytest.fixture
def opened(chromium: Any, report: Path) -> Iterator[Open]:  # noqa: ANN401 -- as above
    contexts = []

    def open_report(
        *,
        width: int = 1280,
        scheme: str = "light",
        scripts: bool = True,
        at: str = "",
        file: Path = report,
    ) -> Watched:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        contexts.append(context)
        watched = Watched(context.new_page(), file)
        if at:
            watched.page.goto(f"{file.as_uri()}#{at}")
            watched.page.reload()
            watched.asked.clear()
        return watched

    yield open_report
    for context in contexts:
        context.close()
