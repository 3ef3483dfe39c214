"""The whole package once more, with one module edited, beside the one that is right.

Modules are looked up in `sys.modules` while they import each other; so for the time of an import
the right ones are taken out, and put back after. Every class of the copy is its own, so that any
number of mutants and the right one live in one process.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from dbal_reference.mutants.mutant import Mutant

_PACKAGE = "dbal_reference"
_LOCK = threading.RLock()  # `sys.modules` is everybody's


class Mutated:
    """The modules of one mutant."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant
        self._modules: dict[str, ModuleType] = {}

    def open_target(self, settings: Mapping[str, str]) -> Any:  # noqa: ANN401 -- a class of the copy
        """Open its conformance target.

        Raises:
            ValueError: the edit does not fit, or as `conformance.open_target` says.
        """
        with self._in_force():
            # Adapters are imported as they are opened, so that must happen in here too.
            module: Any = importlib.import_module(f"{_PACKAGE}.conformance")
            open_target: Callable[[Mapping[str, str]], Any] = module.open_target
            target = open_target(settings)
            edited = f"{_PACKAGE}.{self._mutant.module}"
            if edited not in sys.modules:
                target.close()
                raise ValueError(f"mutant {self._mutant.mutant}: {edited} is not used by a target")
            return target

    @contextmanager
    def _in_force(self) -> Iterator[None]:
        finder = _Finder(self._mutant)
        with _LOCK:
            right = _taken_out()
            sys.modules.update(self._modules)
            sys.meta_path.insert(0, finder)
            try:
                yield
            finally:
                sys.meta_path.remove(finder)
                self._modules = _taken_out()
                sys.modules.update(right)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the edited module, and nothing else."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != f"{_PACKAGE}.{self._mutant.module}":
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None:
            return None
        spec.loader = _Editor(fullname, spec.origin, self._mutant)
        return spec


class _Editor(SourceFileLoader):
    """Loads a module from its source with the mistake in it; never from or to a cache."""

    def __init__(self, name: str, file: str, mutant: Mutant) -> None:
        super().__init__(name, file)
        self._mutant = mutant

    def get_code(self, fullname: str) -> Any:  # noqa: ANN401 -- a code object
        source = self._mutant.edit(Path(self.path).read_text(encoding="utf-8"))
        return self.source_to_code(source.encode(), self.get_filename(fullname))


def _taken_out() -> dict[str, ModuleType]:
    names = [
        name
        for name in sys.modules
        if (name == _PACKAGE or name.startswith(f"{_PACKAGE}."))
        and not name.startswith(f"{_PACKAGE}.mutants")
    ]
    return {name: sys.modules.pop(name) for name in names}
