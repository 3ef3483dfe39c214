"""Draw docs/images/matrix.png: headline and capability matrix of a real run of the reference.

    .venv/bin/python ci/picture.py [RUN.jsonl...]

Without a run file the reference is run first, in memory and on SQLite. Needs what ci/browser.sh
installs.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "images" / "matrix.png"
EMBEDDED = ("-t", "reference-memory", "-t", "reference-sqlite")
WIDTH = 1200
# The parts of the page that the picture leaves out, so that what it shows can be read small.
LEFT_OUT = ".lead, .cards, .facts, .legend, .overview .eyebrow { display: none !important }"


def conform(*arguments: str) -> None:
    """Run the tool; a reference that is not conformant ends this."""
    subprocess.run([sys.executable, "-m", "dbal_conform", *arguments], check=True, cwd=ROOT)


def draw(page: Page, report: Path) -> None:
    """Take the picture: from the headline to the end of the capabilities."""
    page.goto(report.as_uri())
    page.evaluate(
        "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);"
        " document.adoptedStyleSheets.push(sheet); }",
        LEFT_OUT,
    )
    page.evaluate("scrollTo(0, 0)")
    table = page.locator("#capabilities .scroll").bounding_box()
    if table is None:
        raise SystemExit("the page has no table of capabilities")
    height = int(table["y"] + table["height"]) + 40
    page.screenshot(
        path=PICTURE,
        clip={"x": 0, "y": 0, "width": WIDTH, "height": height},
        full_page=True,
    )


def main() -> None:
    """Run, report, draw."""
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        runs = sys.argv[1:] or [f"{folder}/run.jsonl"]
        if not sys.argv[1:]:
            conform("run", "-q", *EMBEDDED, "--run-file", runs[0])
        report = Path(folder) / "matrix.html"
        conform("matrix", *runs, "--output", str(report))
        with sync_playwright() as playwright:
            # Root, as in a container, may not use Chromium's sandbox; the page is our own.
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox"]
            )
            page = browser.new_page(viewport={"width": WIDTH, "height": 900}, color_scheme="light")
            draw(page, report)
            browser.close()


if __name__ == "__main__":
    main()
