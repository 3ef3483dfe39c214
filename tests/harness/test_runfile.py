import json
import os
from pathlib import Path

import jsonschema
import pytest

from dbal_conform.core.errors import HarnessError, InputError
from dbal_conform.core.ledger import Footer, Header, Key
from dbal_conform.core.verdict import Exchange, Mismatch, TrialResult, Verdict
from dbal_conform.corpus.locate import schema_root
from dbal_conform.runfile import RunFile, create, glance, read, reopen

HEADER = Header("1", "dbal-conform 0", "1.0", "ab", "full", 7, 2, "2026-03-01T12:00:00Z")
GOOD = TrialResult("s/good", "t", "sqlite", Verdict.PASS, ("USR-CREATE-001",))
BAD = TrialResult(
    "s/bad",
    "t",
    "sqlite",
    Verdict.FAIL,
    ("USR-CREATE-001",),
    mismatches=(Mismatch("/a", "why", 1, 2**70, "USR-CREATE-001", "1"),),
    broken=("USR-CREATE-001",),
    transcript=(Exchange("1", {"method": "m"}, None, 1.5),),
)
FOOTER = Footer({"pass": 1, "fail": 1}, "nonconformant", "2026-03-01T12:01:00Z")


def written(path: Path, *records: Header | TrialResult | Footer) -> Path:
    file = create(path)
    for record in records:
        file.append(record)
    file.close()
    file.close()
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    contents = read(written(tmp_path / "new" / "run.jsonl", HEADER, GOOD, BAD, FOOTER))
    ledger = contents.ledger()
    assert (ledger.header, ledger.footer) == (HEADER, FOOTER)
    assert list(ledger.results.values()) == [GOOD, BAD]


def test_every_line_is_json_with_its_type_and_of_the_published_schema(tmp_path: Path) -> None:
    path = written(tmp_path / "run.jsonl", HEADER, GOOD, BAD, FOOTER)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["type"] for line in lines] == ["header", "trial", "trial", "footer"]
    schema = json.loads((schema_root() / "meta" / "run-line.json").read_text(encoding="utf-8"))
    for line in lines:
        jsonschema.Draft202012Validator(schema).validate(line)


def test_a_file_that_exists_is_not_written_over(tmp_path: Path) -> None:
    path = written(tmp_path / "run.jsonl", HEADER)
    with pytest.raises(InputError, match="exists; complete it with --resume"):
        create(path)
    assert read(path).header == HEADER


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"cannot be made: .*name another place with --run-file"):
        create(tmp_path / "file" / "run.jsonl")


def test_a_full_disk_takes_back_what_did_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.jsonl"
    file = create(path)
    file.append(HEADER)
    file.append(GOOD)
    write = os.write

    def half(descriptor: int, data: bytes) -> int:
        if len(data) > 20:
            return write(descriptor, data[:20])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(HarnessError, match="No space left on device; it holds all that was run"):
        file.append(BAD)
    monkeypatch.undo()
    file.close()
    assert path.read_bytes().endswith(b"}\n")
    assert list(read(path).ledger().results) == [Key("s/good", "t", "sqlite")]


def test_a_device_that_is_full_is_an_error_and_no_crash() -> None:
    file = RunFile(Path("/dev/full"), os.open("/dev/full", os.O_WRONLY), 0)
    with pytest.raises(HarnessError, match="No space left"):
        file.append(GOOD)
    file.close()


def test_a_line_that_was_cut_off_is_left_out_and_written_over(tmp_path: Path) -> None:
    path = written(tmp_path / "run.jsonl", HEADER, GOOD)
    with path.open("ab") as file:
        file.write(b'{"type":"trial","trial":"s/ba')
    contents = read(path)
    assert len(contents.fold) == 1
    again = reopen(path, contents)
    again.append(BAD)
    again.append(FOOTER)
    again.close()
    assert [key.trial for key in read(path).ledger().results] == ["s/good", "s/bad"]


def test_a_file_without_footer_is_read(tmp_path: Path) -> None:
    assert read(written(tmp_path / "run.jsonl", HEADER, GOOD)).footer is None


def test_an_empty_file_is_discarded_and_another_kept(tmp_path: Path) -> None:
    empty = create(tmp_path / "empty.jsonl")
    empty.discard()
    assert not empty.path.exists()
    kept = create(tmp_path / "kept.jsonl")
    kept.append(HEADER)
    kept.discard()
    assert kept.path.exists()


LINE = b'{"type":"trial","trial":"a","target":"t","database":"d","verdict":"pass"}\n'


@pytest.mark.parametrize(
    ("after", "why"),
    [
        (b"no json\n", r"run\.jsonl:2:1: not a line of a run file"),
        (b"\xff\n", r"run\.jsonl:2:1: not a line"),
        (b"[" * 5000 + b"\n", r"run\.jsonl:2:1: not a line"),
        (b'{"type":"other"}\n', r"run\.jsonl:2:1: not a line"),
        (b'{"type":"trial","trial":"a"}\n', r"run\.jsonl:2:1: not a line"),
        (LINE.replace(b"pass", b"perfect"), r"run\.jsonl:2:1: not a line"),
        (LINE + LINE, r"run\.jsonl:3:1: a on t stands here twice"),
        (b'{"type":"footer","counts":{},"result":"","ended_at":""}\n' + LINE, "follow the footer"),
    ],
)
def test_a_file_that_is_no_run_file_is_refused_with_the_line(
    tmp_path: Path, after: bytes, why: str
) -> None:
    path = written(tmp_path / "run.jsonl", HEADER)
    with path.open("ab") as file:
        file.write(after)
    with pytest.raises(InputError, match=why):
        read(path)


@pytest.mark.parametrize("content", [b"", LINE, b"{"])
def test_a_file_without_a_header_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError, match="header"):
        read(path)


def test_two_headers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"run\.jsonl:2:1: a run file has one header"):
        read(written(tmp_path / "run.jsonl", HEADER, HEADER))


def test_a_file_of_a_later_format_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "run.jsonl", HEADER)
    path.write_bytes(path.read_bytes().replace(b'"format":"1"', b'"format":"2"'))
    with pytest.raises(InputError, match="format '2' is not known; update"):
        read(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read(tmp_path / "run.jsonl")
    with pytest.raises(InputError, match="cannot be written"):
        reopen(tmp_path / "run.jsonl", read(written(tmp_path / "other.jsonl", HEADER)))


def test_a_glance_reads_the_ends_of_a_file_alone(tmp_path: Path) -> None:
    path = written(tmp_path / "run.jsonl", HEADER, *[BAD] * 2, FOOTER)
    assert glance(path) == (HEADER, FOOTER), "a trial twice is for `read` to refuse"
    assert glance(written(tmp_path / "cut.jsonl", HEADER, GOOD)) == (HEADER, None)
    assert glance(written(tmp_path / "begun.jsonl", HEADER)) == (HEADER, None)
    torn = path.read_bytes()[:-1]
    (tmp_path / "torn.jsonl").write_bytes(torn)
    assert glance(tmp_path / "torn.jsonl") == (HEADER, None)
    for content, why in (
        (b"", "not a line"),
        (b"{}\n", "not a line"),
        (torn[len(torn) // 2 :], "not a line"),
    ):
        (tmp_path / "no.jsonl").write_bytes(content)
        with pytest.raises(InputError, match=why):
            glance(tmp_path / "no.jsonl")
    headless = written(tmp_path / "headless.jsonl", GOOD)
    with pytest.raises(InputError, match="it has no header"):
        glance(headless)
    with pytest.raises(InputError, match="cannot be read"):
        glance(tmp_path / "none.jsonl")
