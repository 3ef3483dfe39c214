"""One mistake: which file, what it says, and what it says instead."""

import msgspec

_SCHEMA = "schema/"


class Mutant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A mistake that somebody could make, as an edit.

    `breaks` are the requirements that no longer hold. `file` starts from the package, or, below
    `schema/`, from the contract's folder; `was` stands in it exactly once. `database` is the one to
    run it on.
    """

    mutant: str
    says: str
    breaks: tuple[str, ...]
    file: str
    was: str
    now: str
    database: str = "memory"

    @property
    def of_schema(self) -> bool:
        """Whether it is the contract's data that is wrong, on the target's side alone."""
        return self.file.startswith(_SCHEMA)

    @property
    def place(self) -> str:
        """The file below the package, or below the folder of the schema."""
        return self.file.removeprefix(_SCHEMA)

    @property
    def module(self) -> str:
        """The module below `dbal_reference` that is edited."""
        return self.file.removesuffix(".py").replace("/", ".")

    def edit(self, text: str) -> str:
        """Return the file's text with the mistake in it.

        Raises:
            ValueError: what it edits is not there, or not once.
        """
        found = text.count(self.was)
        if found != 1 or self.was == self.now:
            raise ValueError(
                f"mutant {self.mutant}: {self.file} holds what it edits {found} times, not once:"
                " the source has changed; write the edit anew"
            )
        return text.replace(self.was, self.now)
