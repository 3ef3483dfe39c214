"""From a file of vectors to a suite: strict YAML, then the notation, then the model."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from dbal_conform.core import author, coherence, expansion, shortform
from dbal_conform.core.errors import HarnessError, InputError
from dbal_conform.core.finding import Finding, Where
from dbal_conform.core.naming import Names
from dbal_conform.core.reading import CaseReader, Defaults, Refusal, actors
from dbal_conform.core.suite import Case, Suite
from dbal_conform.corpus.contract import KNOWN, load_contract
from dbal_conform.corpus.gate import refusal
from dbal_conform.corpus.locate import cases_root
from dbal_conform.corpus.source import Source, read_source, shown


def load_suite(file: Path, *, root: Path | None = None) -> Suite:
    """Load one file of vectors, in the long notation or in the short one.

    Args:
        file: the YAML file.
        root: the folder that `Suite.source` is told from; the file's own where left out.

    Raises:
        InputError: the file is missing or not of the notation; a line for each mistake, each
            beginning `file:line:column: `.
        HarnessError: JSON Schema and model disagree.
    """
    source = read_source(file)
    return read_suite(source, file.relative_to(root or file.parent).as_posix())


def load_corpus(paths: Iterable[Path] = ()) -> tuple[Suite, ...]:
    """Load files, and all `*.yaml` below folders, in the order of their names.

    Without `paths`, the vectors that ship with the harness.

    Raises:
        InputError: as `load_suite`, over all files; or a path is not there, or holds no vector.
    """
    return tuple(suites_of(paths))


def suites_of(paths: Iterable[Path] = ()) -> Iterator[Suite]:
    """Yield what `load_corpus` returns, file by file, so that not all need be held at once.

    Raises:
        InputError: as `load_corpus`, when the last file was read.
    """
    problems = []
    for root in tuple(paths) or (cases_root(),):
        for file in vector_files(root):
            try:
                yield load_suite(file, root=root if root.is_dir() else root.parent)
            except InputError as error:
                problems.append(str(error))
    if problems:
        raise InputError("\n".join(problems))


def cases_by_file(paths: Iterable[Path] = ()) -> Iterator[tuple[str, Case]]:
    """Yield each case with its file as people see it, from the working directory.

    Raises:
        InputError: as `load_corpus`.
    """
    for root in tuple(paths) or (cases_root(),):
        folder = root if root.is_dir() else root.parent
        for suite in load_corpus([root]):
            for case in suite.cases:
                yield shown(folder / case.source), case


def vector_files(root: Path) -> list[Path]:
    """Return `root` itself, or every file of vectors below it in the order of their names.

    Raises:
        InputError: it is not there, or holds no vector.
    """
    if not root.exists():
        raise InputError(f"{shown(root)}:1:1: there is no such file or folder")
    if root.is_file():
        return [root]
    found = sorted(
        file for file in root.rglob("*.yaml") if file.relative_to(root).as_posix() != "flags.yaml"
    )
    if not found:
        raise InputError(f"{shown(root)}:1:1: no *.yaml below this folder: nothing to run")
    return found


def read_suite(source: Source, path: str) -> Suite:
    """Return the suite that `source` holds; `path` becomes its `Suite.source`.

    Raises:
        InputError, HarnessError: as `load_suite`.
    """
    document: Any = source.document
    if isinstance(document, list):
        return _read_short(source, document, path)
    try:
        form = msgspec.convert(document, author.SuiteForm)
    except msgspec.ValidationError as error:
        raise refusal(source, "vector", error) from error
    _refuse_newer(source, form)
    defaults = Defaults(form.as_ or None, actors(form.actors), form.fixtures, path)
    reader = _Reader(source, form, defaults, [])
    cases: list[Case] = []
    for i, written in enumerate(document["cases"]):  # as read: `source.lines` knows these by id
        cases += reader.read(i, written)
    if reader.refused:
        reader.found += _explained(source, reader.refused)
    if reader.found:
        raise source.error(reader.found)
    return Suite(suite=form.suite, contract=form.contract, cases=tuple(cases), source=path)


class _Refused(NamedTuple):
    """A cell that is not of its form: place among the cases, members, and what the form said."""

    case: int
    label: str
    members: dict[str, Any]
    error: Refusal


def _explained(source: Source, refused: list[_Refused]) -> list[Finding]:
    from dbal_conform.corpus.explain import findings  # noqa: PLC0415 -- jsonschema costs 80 ms

    if found := findings("vector", source.document):
        return found
    # The file is well formed as written; what the matrix made of it is not.
    for case, label, members, error in refused:
        made = findings("vector", members, part="case", slots=False)
        if not made:
            raise HarnessError(
                f"{source.name}: schema/meta/vector.json and the model disagree: {label}: {error}"
            )
        found += (
            Finding(("cases", case, *item.path), f"{item.message} (in {label})", item.key)
            for item in made
        )
    return found


class _Reader:
    """Reads the cases of one file; `found` and `refused` say what was wrong."""

    def __init__(
        self, source: Source, form: author.SuiteForm, defaults: Defaults, found: list[Finding]
    ) -> None:
        self._source = source
        self._suite = form.suite
        self._defaults = defaults
        self._names = Names()
        self.found = found
        self.found += coherence.of_suite(self._names, form.actors, form.fixtures)
        self.refused: list[_Refused] = []

    def read(self, i: int, written: dict[str, Any]) -> Iterator[Case]:
        """Yield each case that `written`, at place `i`, stands for, while they are well formed."""
        reader = CaseReader(self._defaults, dict(_lines(self._source, written, ())))
        matrix = expansion.names(written.get("matrix"))
        try:
            for name, members in expansion.expand(written):
                full_id = f"{self._suite}/{name}"
                try:
                    case = reader.read(full_id, members)
                except Refusal as error:
                    self.refused.append(_Refused(i, full_id, members, error))
                    return
                found = coherence.of_case(case, members, self._names, matrix)
                self.found += (item._replace(path=("cases", i, *item.path)) for item in found)
                yield case
        except expansion.MatrixError as error:
            self.found.append(error.finding._replace(path=("cases", i, *error.finding.path)))


def _read_short(source: Source, document: list[Any], path: str) -> Suite:
    try:
        forms = msgspec.convert(document, shortform.form_of(document))
    except msgspec.ValidationError as error:
        raise refusal(source, "vector", error) from error
    if not forms:
        raise source.error([Finding((), "the list is empty: nothing to run")])
    entities = load_contract().entities
    reader = shortform.ShortReader(
        {name: entity.primary for name, entity in entities.items()},
        lambda at: source.lines.get(id(_at(document, at)), 0),
        path,
    )
    suite = reader.read(forms)
    if reader.found:
        raise source.error(reader.found)
    return suite


def _at(node: Any, path: Where) -> Any:  # noqa: ANN401 -- any document
    for step in path:
        node = node[step]
    return node


def _lines(source: Source, node: Any, at: Where) -> Iterator[tuple[Where, int]]:  # noqa: ANN401 -- any document
    if not isinstance(node, dict):
        return
    yield at, source.lines.get(id(node), 0)
    steps = node.get("steps")
    for i, step in enumerate(steps if isinstance(steps, list) else ()):
        yield from _lines(source, step, (*at, "steps", i))
    branches = node.get("parallel")
    for name, branch in branches.items() if isinstance(branches, dict) else ():
        for i, step in enumerate(branch if isinstance(branch, list) else ()):
            yield from _lines(source, step, (*at, "parallel", name, i))


def _refuse_newer(source: Source, form: author.SuiteForm) -> None:
    major, minor = (int(part) for part in form.contract.split("."))
    if major != KNOWN[0] or minor > KNOWN[1]:
        known = ".".join(map(str, KNOWN))
        raise source.error(
            [
                Finding(
                    ("contract",),
                    f"this harness knows contract {known}, not "
                    f"{form.contract}: install a version of dbal-conform for it",
                )
            ]
        )
