"""Of two values, the lines that only one of them has are marked."""

from dbal_conform.reporters.contrast import LONGEST, sides


def marked(side: list[tuple[str, bool]]) -> list[str]:
    return [line for line, differs in side if differs]


def test_lines_of_one_side_alone_are_marked() -> None:
    wanted, came = sides('{\n  "a": 1,\n  "b": 2\n}', '{\n  "a": 1,\n  "b": 3,\n  "c": 4\n}')
    assert marked(wanted) == ['  "b": 2']
    assert marked(came) == ['  "b": 3,', '  "c": 4']
    assert [line for line, _ in came] == ["{", '  "a": 1,', '  "b": 3,', '  "c": 4', "}"]


def test_a_comma_is_no_difference() -> None:
    wanted, came = sides("[\n  1,\n  2\n]", "[\n  1\n]")
    assert (marked(wanted), marked(came)) == (["  2"], [])


def test_where_one_side_is_a_line_nothing_needs_a_mark() -> None:
    wanted, came = sides("(absent)", "{\n}")
    assert (marked(wanted), marked(came)) == ([], [])
    assert len(came) == 2


def test_what_is_too_long_is_shown_unmarked() -> None:
    text = "\n".join(map(str, range(LONGEST + 1)))
    wanted, came = sides(text, "a\nb")
    assert (marked(wanted), marked(came)) == ([], [])
    assert len(wanted) == LONGEST + 1
