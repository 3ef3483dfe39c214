import io
import sys
from pathlib import Path

import pytest

from dbal_conform.cli.outputs import Style
from dbal_conform.cli.progress import MORE, TOLD, Bar, Lines, one_line, watch_for
from dbal_conform.core.ledger import Header
from dbal_conform.core.verdict import Mismatch, TrialResult, Verdict

HEADER = Header("1", "t", "1.0", "0", "full", 7, 100, "2026-03-01T12:00:00Z")


def result(verdict: Verdict, reason: str = "") -> TrialResult:
    return TrialResult("s/a", "t", "sqlite", verdict, reason=reason)


def test_a_line_has_verdict_trial_site_and_why() -> None:
    assert one_line(result(Verdict.CRASH, "boom")) == "crash               s/a (t on sqlite): boom"
    why = TrialResult("s/a", "t", "sqlite", Verdict.FAIL, mismatches=(Mismatch("/x", "is not 1"),))
    assert one_line(why) == "fail                s/a (t on sqlite): is not 1"
    assert one_line(result(Verdict.PASS)) == "pass                s/a (t on sqlite)"


def test_the_words_of_a_target_cannot_steer_the_terminal() -> None:
    line = one_line(result(Verdict.CRASH, "\x1b[2J\r\n\u202eevil\x07" + "x" * 999))
    assert line.isprintable()
    assert len(line) < 200


def test_lines_tell_the_start_and_failures_as_they_come() -> None:
    told: list[str] = []
    watch = Lines(Path("run.jsonl"), told.append)
    watch.began(HEADER, 3)
    watch.ended(result(Verdict.PASS))
    watch.ended(result(Verdict.FAIL))
    assert told == [
        "running 100 trials, seed 7, 3 of them run before",
        "fail                s/a (t on sqlite)",
    ]


def test_of_many_failures_not_all_are_told() -> None:
    told: list[str] = []
    watch = Lines(Path("run.jsonl"), told.append)
    watch.began(HEADER, 0)
    for _ in range(3 * TOLD):
        watch.ended(result(Verdict.FAIL))
    assert len(told) == 1 + TOLD + 1
    assert told[-1] == MORE


def test_what_keeps_a_whole_target_from_running_is_told_once() -> None:
    told: list[str] = []
    watch = Lines(Path("run.jsonl"), told.append)
    watch.began(HEADER, 0)
    for _ in range(2 * TOLD):
        watch.ended(result(Verdict.COULD_NOT_RUN))
    watch.ended(result(Verdict.FAIL))
    assert len(told) == 1 + 1 + 1
    assert told[-1].startswith("fail")


def test_verbose_lines_tell_all() -> None:
    told: list[str] = []
    watch = Lines(Path("run.jsonl"), told.append, verbose=True)
    watch.began(HEADER, 0)
    for _ in range(3 * TOLD):
        watch.ended(result(Verdict.FAIL))
        watch.ended(result(Verdict.PASS))
    assert len(told) == 1 + 6 * TOLD


def test_a_long_run_shows_life(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("dbal_conform.cli.progress.monotonic", lambda: now[0])
    told: list[str] = []
    watch = Lines(Path("run.jsonl"), told.append)
    watch.began(HEADER, 0)
    watch.ended(result(Verdict.PASS))
    now[0] = 6.0
    watch.ended(result(Verdict.PASS))
    assert told[1:] == ["2 of 100, 0 not as they should be"]


def test_an_interrupted_run_says_how_to_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "run.jsonl"
    watch = Lines(file, lambda _: None)
    watch.interrupted()
    assert capsys.readouterr().err == "stopped before anything was run\n"
    file.touch()
    watch.began(HEADER, 4)
    watch.interrupted()
    assert f"4 of 100 trials are in {file}" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_has_a_bar_that_is_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with watch_for(Style(color=False), Path("run.jsonl")) as watch:
        assert isinstance(watch, Bar)
        watch.ended(result(Verdict.PASS))  # before it began there is nothing to draw
        watch.began(HEADER, 10)
        for _ in range(2 * TOLD):
            watch.ended(result(Verdict.FAIL, "boom"))
        watch.interrupted()
    text = terminal.getvalue()
    assert "seed 7" in text
    assert "/100" in text
    assert text.count("s/a (t on sqlite): boom") == TOLD
    assert "\x1b[31m" not in text


@pytest.mark.parametrize("style", [Style(), Style(quiet=True)])
def test_without_a_terminal_there_are_lines(style: Style) -> None:
    with watch_for(style, Path("run.jsonl")) as watch:
        assert isinstance(watch, Lines)
