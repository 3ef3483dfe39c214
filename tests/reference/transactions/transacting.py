"""What tests of transactions share: targets on each adapter, and calls made in threads."""

import threading
from collections.abc import Callable

from tests.reference.talk import Json, Refusal, Talk

POST = {"title": "x"}


def begin(talk: Talk, actor: str = "admin", **args: Json) -> dict[str, str]:
    """The `meta` of a call inside."""
    tx: dict[str, str] = talk.call("dbal.begin", actor, **args)
    return tx


def within(talk: Talk, parent: dict[str, str], actor: str = "admin") -> dict[str, str]:
    """A child."""
    return begin(talk, actor, parent=parent["tx"])


def count(talk: Talk, meta: Json = None, actor: str = "admin") -> int:
    """How many posts there are."""
    found: int = talk.call("Post.count", actor, meta=meta)
    return found


def gone(talk: Talk, tx: dict[str, str], actor: str = "admin") -> bool:
    """Whether the handle names nothing any more."""
    try:
        talk.call("Post.count", actor, meta=tx)
    except Refusal as refusal:
        return refusal.name == "NOT_FOUND"
    return False


class Background:
    """A call on its way in a thread."""

    def __init__(self, task: Callable[[], object]) -> None:
        self.result: object = None
        self._task = task
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    @property
    def waits(self) -> bool:
        """Whether it has not been answered yet, though it had time."""
        self._thread.join(0.15)
        return self._thread.is_alive()

    def join(self) -> object:
        """The result, or the refusal."""
        self._thread.join(20)
        assert not self._thread.is_alive()
        return self.result

    def _run(self) -> None:
        try:
            self.result = self._task()
        except Refusal as refusal:
            self.result = refusal
