"""Each report of a run file of years ago, letter by letter and by the rules of its form."""

import io
import json
import re

import pytest
from jsonschema import Draft202012Validator
from lxml import etree
from tests.harness.reporters import sample
from tests.harness.reporters.golden import DATA, golden, old_run, written

from dbal_conform.corpus.locate import schema_root
from dbal_conform.reporters import console

# That of Jenkins' xunit plugin, which is in common use, and our own, which is narrower.
JENKINS = etree.XMLSchema(etree.parse(DATA / "junit-10.xsd"))
XSD = etree.XMLSchema(etree.parse(DATA / "junit.xsd"))


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("console", "console.txt"),
        ("markdown", "report.md"),
        ("json", "report.json"),
        ("junit", "junit.xml"),
    ],
)
def test_a_report_is_what_it_was(name: str, file: str) -> None:
    text = written(name, old_run())
    assert text == golden(file, text)


def test_the_console_in_colour_is_what_it_was() -> None:
    out = io.StringIO()
    console.write(old_run(), out, color=True, files={"html": "run.html"})
    assert out.getvalue() == golden("console-color.txt", out.getvalue())
    assert "\x1b[1;31m" in out.getvalue()


def test_colour_adds_nothing_but_colour() -> None:
    out = io.StringIO()
    console.write(old_run(), out, color=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()) == written("console", old_run())


def test_the_old_run_is_the_sample() -> None:
    assert old_run().results.keys() == sample.ledger().results.keys()
    assert old_run().header.requirements == sample.ledger().header.requirements


def test_the_json_is_of_its_schema() -> None:
    schema = json.loads((schema_root() / "meta" / "report.json").read_text(encoding="utf-8"))
    document = json.loads(written("json", old_run()))
    assert list(Draft202012Validator(schema).iter_errors(document)) == []
    del document["result"]
    assert list(Draft202012Validator(schema).iter_errors(document)), "the schema asks for something"


def test_the_junit_is_of_its_schema_and_adds_up() -> None:
    root = etree.fromstring(written("junit", old_run()).encode())
    XSD.assertValid(root)
    JENKINS.assertValid(root)
    cases = root.findall(".//testcase")
    assert int(root.get("tests")) == len(cases) == len(old_run().results)
    assert int(root.get("failures")) == len(root.findall(".//failure")) == 3
    assert int(root.get("errors")) == len(root.findall(".//error")) == 2
    skipped = sum(int(suite.get("skipped")) for suite in root)
    assert skipped == len(root.findall(".//skipped")) == 1
    root[0].set("surprise", "1")
    assert not XSD.validate(root), "the schema forbids something"


def test_what_could_not_run_is_no_skip() -> None:
    root = etree.fromstring(written("junit", old_run()).encode())
    (case,) = [one for one in root.iter("testcase") if "own-row" in one.get("name") and len(one)]
    assert case[0].tag == "error"
    assert "Docker is not here" in case[0].get("message")


@pytest.mark.parametrize("name", ["console", "markdown", "junit", "html", "json"])
def test_a_run_of_nothing_and_an_unfinished_one_can_be_told(name: str) -> None:
    assert written(name, sample.ledger([], planned=0))
    ledger = sample.ledger([])
    unfinished = type(ledger)(ledger.header, {}, None)
    assert written(name, unfinished)


def test_the_html_is_one_file_and_well_formed() -> None:
    text = written("html", old_run())
    parser = etree.HTMLParser(recover=False)
    root = etree.fromstring(text.encode(), parser)
    assert not [one for one in root.iter() if one.get("src") or one.tag in {"link", "iframe"}]
    linked = [one.get("href") for one in root.iter("a")]
    assert all(link.startswith("#") for link in linked)
    ids = {one.get("id") for one in root.iter() if one.get("id")}
    assert {link[1:] for link in linked} <= ids
