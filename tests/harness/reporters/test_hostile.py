"""Whatever a target sends, a report shows it and does nothing else."""

import json
import unicodedata
from typing import Any

import msgspec
import pytest
from lxml import etree
from tests.harness.reporters import sample
from tests.harness.reporters.golden import DATA, written

from dbal_conform.core.ledger import CaseNote, Column, Key, Ledger, RequirementNote
from dbal_conform.core.verdict import Exchange, Mismatch, TrialResult, Verdict
from dbal_conform.reporters import REPORTERS

ATTACKS = {
    "markup": "</script><script>alert(1)</script><img src=x onerror=alert(2)>",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "comment": "--><!--<script>",
    "cdata": "]]><x/><![CDATA[",
    "template": "{{ 7*7 }}{% raw %}${7*7}",
    "terminal": "\x1b[31mred\x1b]0;owned\x07\x1b[2J\x9b31m",
    "rtl": "\u202egnp.exe\u2066\u200f",
    "lines": "a\u2028b\u2029c\x85d\r\ne\x0bf",
    "unseen": "\u200b\u2060\ufeff\u00ad\U000e0041",
    "nulls": "\x00\ufffe\uffff",
    "surrogate": "\ud83d lone \udc00",
    "markdown": "`` ` ```\n# owned\n[x](javascript:alert(1)) | a | <b> @everyone ![i](http://x)",
    "long": "x" * 100_000,
}


def everywhere(text: str) -> Ledger:
    """Return a run in which `text` stands wherever a target or an author can put it."""
    column = Column(
        f"t{text}", f"d{text}", "memory", implementation=text, backend=text, transport=text
    )
    result = TrialResult(
        f"s/{text}",
        column.target,
        column.database,
        Verdict.FAIL,
        ("AAA-B-001", f"X-{text}-1"),
        reason=text,
        mismatches=(Mismatch(f"/{text}", text, {text: [text]}, text, f"X-{text}-1", text),),
        broken=("AAA-B-001",),
        observed={"seen": text},
        transcript=(Exchange(f"1 {text}", {"method": text}, {text: text}, 1.0),),
        steps=1,
    )
    absent = msgspec.structs.replace(
        result, trial=f"s/absent{text}", verdict=Verdict.COULD_NOT_RUN, mismatches=()
    )
    ledger = sample.ledger(
        [],
        planned=2,
        columns=(column,),
        cases={f"s/{text}": CaseNote(text, text, 1)},
        requirements={"AAA-B-001": RequirementNote("MUST", text)},
        capabilities={},
        platform=text,
        tool=text,
        suite_hash=text,
        filter={"expression": text},
    )
    results = {Key(one.trial, one.target, one.database): one for one in (result, absent)}
    return Ledger(ledger.header, results, ledger.footer)


def unseen(text: str) -> set[str]:
    """Return what steers a terminal, hides, or turns the reading direction."""
    return {
        letter
        for letter in text
        if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp", "Cn"} and letter != "\n"
    }


@pytest.fixture(params=ATTACKS, scope="module")
def attack(request: pytest.FixtureRequest) -> str:
    return ATTACKS[request.param]


@pytest.mark.parametrize("name", REPORTERS)
def test_nothing_unseen_reaches_a_reader(name: str, attack: str) -> None:
    text = written(name, everywhere(attack))
    assert text
    assert unseen(text) == set()
    text.encode()  # a lone surrogate would raise


def test_the_html_has_no_element_of_theirs(attack: str) -> None:
    root = etree.HTML(written("html", everywhere(attack)))
    tags = [element.tag for element in root.iter(etree.Element)]
    assert tags.count("script") == 2
    assert tags.count("style") == 1
    assert not {"img", "x", "iframe", "object"} & set(tags)
    handlers = [
        name for element in root.iter() for name in element.attrib if str(name).startswith("on")
    ]
    assert handlers == []
    assert not [one for one in root.iter() if str(one.get("href", "#"))[0] != "#"]


def test_the_data_in_the_html_is_the_data_that_came(attack: str) -> None:
    root = etree.HTML(written("html", everywhere(attack)))
    (script,) = [one for one in root.iter("script") if one.get("id") == "data"]
    assert script.text.isascii()
    assert not set("<>&") & set(script.text)
    data = json.loads(script.text)
    assert data["trials"][0][2] == "fail"


def test_the_junit_is_valid_xml(attack: str) -> None:
    root = etree.fromstring(written("junit", everywhere(attack)).encode())
    for schema in ("junit.xsd", "junit-10.xsd"):
        etree.XMLSchema(etree.parse(DATA / schema)).assertValid(root)
    assert len(root.findall(".//testcase")) == 2
    assert len(root.findall(".//x")) == 0


def test_the_json_says_exactly_what_came(attack: str) -> None:
    document: dict[str, Any] = json.loads(written("json", everywhere(attack)))
    by_id = {trial["trial"]: trial for trial in document["trials"]}
    assert by_id[f"s/{attack}"]["mismatches"][0]["actual"] == attack
    assert by_id[f"s/{attack}"]["transcript"][0]["came"] == {attack: attack}


def test_the_markdown_has_no_markup_of_theirs() -> None:
    for name in ("markup", "markdown", "template"):
        lines = written("markdown", everywhere(ATTACKS[name])).splitlines()
        fenced = False
        for line in lines:
            if line.startswith("```"):
                fenced = not fenced
            outside = not fenced and "`" not in line.replace("\\`", "")
            if outside:
                assert not line.startswith("# owned")
                assert "<img" not in line.replace("\\<img", "")
                assert "](" not in line.replace("\\](", "")
                assert "@everyone" not in line
        assert not fenced, "their backticks close no fence of ours"


@pytest.mark.parametrize(("name", "most"), [("console", 60_000), ("markdown", 60_000)])
def test_what_is_long_is_cut_and_said_to_be(name: str, most: int) -> None:
    ledger = sample.ledger(
        [
            sample.trial(
                "users.read/own-row",
                Verdict.FAIL,
                broken=("USR-READ-001",),
                reason="y" * 100_000,
                mismatches=(Mismatch("/result", "differs", "x" * 100_000, ["x" * 100_000]),),
            )
        ]
    )
    text = written(name, ledger)
    assert len(text) < most
    assert "characters in all" in text
