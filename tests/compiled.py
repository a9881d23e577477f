"""What was read and compiled is not read and compiled again: commands that run in the process of the tests share it.

A policy is a value that follows from what was read. That is noted while one is built; where another registry has all
of it, byte for byte, its policy is the same value. Thousands of registries of the tests have the rules of the sample.
"""

from __future__ import annotations

import functools
from collections import deque
from typing import TYPE_CHECKING, Any

from preflight.shell import documents, registry

if TYPE_CHECKING:
    from collections.abc import Callable

    from preflight.policy import Policy
    from preflight.shell.files import Entry, Kind, Source
    from preflight.shell.registry import Layout

KEPT = 4  # policies; a test that changes rules builds one or two of its own

build = registry.load_policy
parse = functools.lru_cache(maxsize=512)(documents.parse)  # a document is a value, too


class Noting:
    """A source that notes what it was asked, and what it said."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.said: list[tuple[str, tuple[Any, ...], Any]] = []

    def _asked(self, name: str, *arguments: Any) -> Any:
        answer = getattr(self.source, name)(*arguments)
        self.said.append((name, arguments, answer))
        return answer

    def entries(self, folder: str) -> list[Entry]:
        found: list[Entry] = self._asked("entries", folder)
        return found

    def kind(self, path: str) -> Kind | None:
        found: Kind | None = self._asked("kind", path)
        return found

    def read(self, path: str, most: int) -> bytes:
        found: bytes = self._asked("read", path, most)
        return found

    def is_said_by(self, source: Source) -> bool:
        try:
            return all(getattr(source, name)(*arguments) == answer for name, arguments, answer in self.said)
        except Exception:  # noqa: BLE001 - then the policy is built, and says what is wrong
            return False


def shared() -> Callable[[Source, Layout], Policy]:
    """Return ``registry.load_policy`` with a memory."""
    known: deque[tuple[Layout, Noting, Policy]] = deque(maxlen=KEPT)

    def load_policy(source: Source, where: Layout) -> Policy:
        for each in known:
            if each[0] == where and each[1].is_said_by(source):
                known.remove(each)
                known.append(each)
                return each[2]
        noting = Noting(source)
        built = build(noting, where)
        del noting.source  # which may have programs that wait to be asked
        known.append((where, noting, built))
        return built

    return load_policy
