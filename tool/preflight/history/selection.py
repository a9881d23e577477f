"""Which changes somebody asks for: of a vendor, a field, a kind, an author, a part of the line."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from preflight import pointers
from preflight.history import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from preflight.history import Change, Commit

OTHERS = {"decision": "decisions", "policy": "policies"}  # kinds that stand for a whole stream
CHOICES = (*KINDS, *OTHERS)
WHOLE = frozenset({"added", "removed", "readable"})  # of which the record itself is the value


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for; what is empty is not asked. ``reaches`` says whether a commit is in the part of the line."""

    vendor: str = ""
    pointer: str = ""
    kinds: tuple[str, ...] = ()
    author: str = ""
    reaches: tuple[Callable[[Commit], bool], ...] = field(default=())

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self == Selection()

    def wants(self, commit: Commit) -> bool:
        """Whether a commit may have what is asked for."""
        named = f"{commit.author} <{commit.email}>".casefold()
        return self.author.casefold() in named and all(reaches(commit) for reaches in self.reaches)

    def of(self, change: Change) -> Iterator[Change]:
        """Yield of a change what is asked for: itself, parts of it, or nothing."""
        if self.vendor and change.vendor != self.vendor:
            return
        if self.kinds and not self._is_of_kind(change):
            return
        if not self.pointer or change.kind == "unreadable":  # which may hide a change of any field
            yield change
        elif change.kind in WHOLE and not change.field:
            yield from _parts(change, self.pointer)
        elif change.kind != "renamed" and _below(self.pointer, change.field):
            yield change

    def _is_of_kind(self, change: Change) -> bool:
        if change.stream == "changes":
            return change.kind in self.kinds
        return any(change.stream == OTHERS[kind] for kind in self.kinds if kind in OTHERS)


def _parts(change: Change, pointer: str) -> Iterator[Change]:
    """Yield a change of a whole record as one of those of its fields that are asked for."""
    was, now = (dict(pointers.matches(each, pointer)) for each in (change.before, change.after))
    for path in [*now, *(path for path in was if path not in now)]:
        before, after = was.get(path), now.get(path)
        if before is not None or after is not None:
            yield replace(change, field=path, before=before, after=after)


def _below(asked: str, pointer: str) -> bool:
    """Whether a pointer is the one that is asked for, or leads to something in it; ``*`` stands for any step."""
    wanted, given = pointers.parts(asked), pointers.parts(pointer)
    return len(given) >= len(wanted) and all(
        one in ("*", other) for one, other in zip(wanted, given[: len(wanted)], strict=True)
    )
