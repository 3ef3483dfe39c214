import pytest
import yaml

from dbal_conform.core.errors import InputError
from dbal_conform.core.messages import Json
from dbal_conform.corpus import strict_yaml
from dbal_conform.corpus.strict_yaml import MAX_DEPTH, parse, place_of, read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("1:30", "1:30"),
        ("2024-01-01", "2024-01-01"),
        ("1.2.3", "1.2.3"),
        ("12ab", "12ab"),
        ("404a", "404a"),
        ("None", "None"),
        ("Title", "Title"),
        ("1e3", 1000.0),
        ("-7", -7),
        ("1.50", 1.5),
        ("9007199254740993", 9007199254740993),
        ("null", None),
        ("true", True),
        ("'010'", "010"),
        ("'~'", "~"),
        ("''", ""),
        ('"\\0"', "\0"),
        ('"\\t"', "\t"),
        ("|\n  a\n  b\n", "a\nb\n"),
        ("'null'", "null"),
        ("x" * 500, "x" * 500),
        ("1" + "x" * 500, "1" + "x" * 500),
        ("{a: {b: [1, {c: d}]}}", {"a": {"b": [1, {"c": "d"}]}}),
        ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
        ("yes: 1", {"yes": 1}),
        ("'<<': 1", {"<<": 1}),
        ("'1': 1", {"1": 1}),
        ("é: 🙂", {"é": "🙂"}),
    ],
)
def test_scalars_are_those_of_json(text: str, value: Json) -> None:
    parsed = parse(text, "x.yaml")
    assert (type(parsed), parsed) == (type(value), value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: 1\na: 2", "2:1: the key 'a' is given twice"),
        ("b: 1\n1: 2", "2:1: a key must be text: write '1' in quotes"),
        ("a: [", "2:1: not YAML: while parsing a flow node, did not find expected node content"),
        ("a: !!python/name:os.system x", "1:4: a tag (!) is not allowed"),
        ("a: &b 1\nc: *b", "1:4: an anchor (&) is not allowed"),
        ("a: &b [1]", "1:4: an anchor (&) is not allowed"),
        ("a: *b", "1:4: an alias (*) is not allowed"),
        ("a\n---\nb", "2:1: a file holds one document"),
        ("%TAG ! tag:x,2000:\n--- a", "1:1: directives (%) are not allowed"),
        ("a: 010", "1:4: 010 does not mean the same to every reader"),
        ("a: 1_000", "1:4: 1_000 does not"),
        ("a: 0x1F", "1:4: 0x1F does not"),
        ("a: 0b11", "1:4: 0b11 does not"),
        ("a: +1", "1:4: +1 does not"),
        ("a: .5", "1:4: .5 does not"),
        ("a: 1.", "1:4: 1. does not"),
        ("a: -.inf", "1:4: -.inf does not"),
        ("a: 1e999", "1:4: 1e999 does not"),
        ("a: " + "9" * 401, "1:4: 99999999999999999999... does not"),
        ("a: ~", "1:4: ~ does not"),
        ("a: FALSE", "1:4: FALSE does not"),
        ("a:", "1:3: a value is missing"),
        ("-", "1:2: a value is missing"),
        ("{a, b}", "1:3: a value is missing"),
        ("? [a]\n: b", "1:3: a key must be text"),
        ("? {a: b}\n: b", "1:3: a key must be text"),
        ("<<: {a: 1}", "1:1: << merges mappings"),
        ("a:\tb", "1:3: a tab is not allowed"),
        ("\ufeffa: b", "1:1: the character U+FEFF is not allowed"),
        ("a: b\u0085c", "1:5: the character U+0085 is not allowed"),
        ("a\n\n  \x07", "3:3: the character U+0007 is not allowed"),
        ("", "1:1: the file is empty"),
        ("# only this\n", "1:1: the file is empty"),
        ("[" * (MAX_DEPTH + 1), f"1:{MAX_DEPTH + 1}: nested deeper than 100 levels"),
    ],
)
def test_surprises_are_errors_with_a_place(text: str, complaint: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text, "x.yaml")
    assert str(caught.value).startswith(f"x.yaml:{complaint}")


def test_nesting_to_the_limit_is_read() -> None:
    assert parse("[" * MAX_DEPTH + "]" * MAX_DEPTH, "x.yaml")


def test_ten_thousand_levels_in_block_style_are_refused_and_not_a_crash() -> None:
    text = "\n".join(" " * i + "a:" for i in range(10_000))
    with pytest.raises(InputError, match=r"^x\.yaml:\d+:\d+: "):
        parse(text, "x.yaml")


def test_a_billion_laughs_end_at_the_first_anchor() -> None:
    text = "\n".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 60))
    with pytest.raises(InputError, match=r"^x\.yaml:1:5: an anchor"):
        parse(text, "x.yaml")


def test_the_line_of_each_container_is_known() -> None:
    document, lines = read("a: 1\nb:\n  - c: 2\n  - [3]\n", "x.yaml")
    assert isinstance(document, dict)
    assert isinstance(document["b"], list)
    assert [lines[id(node)] for node in (document, document["b"], *document["b"])] == [1, 3, 3, 4]


TEXT = "a: 1\nb:\n  - c: 2\n    d: {e: f}\n"


@pytest.mark.parametrize(
    ("path", "key", "place"),
    [
        ((), False, "1:1"),
        (("a",), False, "1:4"),
        (("a",), True, "1:1"),
        (("b", 0, "d", "e"), False, "4:12"),
        (("b", 0, "d", "e"), True, "4:9"),
        (("b", 0), True, "3:5"),
        (("b", 7), False, "3:3"),
        (("b", 0, "nothing", "there"), False, "3:5"),
        (("a", "below"), False, "1:4"),
    ],
)
def test_places_are_found_as_deep_as_a_path_goes(
    path: tuple[str | int, ...], *, key: bool, place: str
) -> None:
    assert place_of(TEXT, path, key=key) == place


def test_errors_of_yaml_without_a_place_are_told_at_the_top(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise yaml.YAMLError("out of order")

    monkeypatch.setattr(yaml, "parse", broken)
    with pytest.raises(InputError, match=r"^x\.yaml:1:1: not YAML: out of order"):
        parse("a", "x.yaml")


def test_the_parser_without_libyaml_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_yaml, "_LOADER", yaml.SafeLoader)
    assert parse(TEXT, "x.yaml") == {"a": 1, "b": [{"c": 2, "d": {"e": "f"}}]}
    assert place_of(TEXT, ("b", 0, "d")) == "4:8"
    with pytest.raises(InputError, match=r"^x\.yaml:1:4: 010 does not"):
        parse("a: 010", "x.yaml")
