"""The kill matrix as people, machines and browsers read it."""

import io
import json
import re

import pytest

from dbal_conform.core.kills import Fate, Kill, KillMatrix, Mutant, Wrong
from dbal_conform.core.verdict import Verdict
from dbal_conform.reporters.kills import write_html, write_json, write_text

HOSTILE = "<script>alert(1)</script>\"'&\x1b[31m\u202ered"
KILL = Kill("a/b", Verdict.FAIL, cites=True)
FATES: tuple[Fate, ...] = (
    Fate(Mutant("dead", "is wrong", ("QRY-PAGE-003",)), 3, (KILL, KILL, KILL, KILL)),
    Fate(Mutant("alive", "is wrong too", ("QRY-PAGE-004",)), 7),
    Fate(Mutant("other", "s", ("A",)), 1, (Kill("c/d", Verdict.CRASH, cites=False),)),
    Fate(Mutant("shut", "s", ("A",)), 1, failed="a/b: could not be opened"),
)


def matrix(*, hostile: bool = False, whole: bool = True) -> KillMatrix:
    fates = FATES
    if hostile:
        kill = Kill(HOSTILE, Verdict.FAIL, cites=True)
        fates = (Fate(Mutant(HOSTILE, HOSTILE, (HOSTILE,)), 1, (kill,), HOSTILE), *FATES)
    reason = HOSTILE if hostile else "differs"
    wrong = (Wrong("reference-memory", "memory", "a/b", Verdict.FAIL, reason),)
    idle = ("c/d", HOSTILE) if hostile else ("c/d",)
    return KillMatrix("dbal-conform 1", "0" * 64, whole, 12, fates, wrong, idle, 1.5)


def text(kills: KillMatrix, *, verbose: bool = False) -> str:
    out = io.StringIO()
    write_text(kills, out, verbose=verbose)
    return out.getvalue()


def page(kills: KillMatrix) -> str:
    out = io.StringIO()
    write_html(kills, out)
    return out.getvalue()


def test_survivors_are_told_with_what_they_break() -> None:
    told = text(matrix())
    assert re.search(r"SURVIVED +alive +is wrong too +QRY-PAGE-004 +none of 7 trials", told)
    assert re.search(r"NOT NAMED +other .* c/d", told)
    assert re.search(r"NOT JUDGED +shut .* a/b: could not be opened", told)
    assert "dead" not in told
    assert "WRONG     a/b (reference-memory on memory): fail: differs" in told
    assert "1 cases killed nothing" in told
    assert told.endswith(
        "1 of 4 mutants killed in 12 trials, 1.5 s; 1 trial of right targets accused\n"
    )


def test_verbose_tells_who_noticed() -> None:
    assert re.search(r"killed +dead .* a/b, a/b, a/b and 1 more", text(matrix(), verbose=True))


def test_machines_get_all_of_it() -> None:
    out = io.StringIO()
    write_json(matrix(), out)
    told = json.loads(out.getvalue())
    assert told["format"] == "dbal-conform-kills/1"
    assert told["killed"] == 1
    assert told["survivors"] == ["alive", "other", "shut"]
    assert len(told["fates"][0]["kills"]) == 4
    assert told["wrong"][0]["trial"] == "a/b"
    assert told["idle"] == ["c/d"]


@pytest.mark.parametrize("whole", [True, False])
def test_the_page_has_survivors_before_the_killed(whole: bool) -> None:  # noqa: FBT001 -- pytest
    made = page(matrix(whole=whole))
    assert made.index('id="alive"') < made.index('id="dead"')
    assert "1 of 4 mutants killed" in made
    assert ("Cases that killed nothing" in made) == whole


def test_words_of_strangers_do_nothing() -> None:
    made = page(matrix(hostile=True))
    assert "<script" not in made
    assert "\x1b" not in made
    assert "\u202e" not in made
    assert "script-src &#39;none&#39;" in made
    told = text(matrix(hostile=True), verbose=True)
    assert "\x1b" not in told
    assert "\u202e" not in told
