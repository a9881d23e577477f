"""Vendors followed along a line of commits by their id, through renames, deletions, returns and unreadable versions.

A vendor is its id, not its path: what leaves one path and comes to another in the same commit, under the same id,
was renamed. A version that cannot be read is reported and stepped over: what comes after it is compared with the
last version that could be.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from preflight.history import FILES, named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from preflight.history import Kind, Stream

NO_FILE = "="  # begins what stands for the content of something that is no regular file, before what it is


@dataclass(frozen=True, slots=True)
class Touch:
    """A path that a commit changes: the names of its contents before and after; empty where nothing was there."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of a content: the id that the record in it gives itself, or why it is unreadable."""

    identity: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What a path holds: whose record; its content, and the last content that could be read (empty: none)."""

    vendor: str
    content: str
    readable: str


@dataclass(frozen=True, slots=True)
class Event:
    """What a commit did to one record or file.

    ``before`` and ``after`` name contents to be compared: both for ``changed``, one where a whole record came or
    went. ``note``: the path before, of ``renamed``; the reason, of ``unreadable``.
    """

    stream: Stream
    vendor: str
    kind: Kind
    path: str
    before: str = ""
    after: str = ""
    note: str = ""


Facts: TypeAlias = "Callable[[str], Fact]"


@dataclass
class Line:
    """A line of commits, as far as it has been followed. ``step`` takes the next one, from wherever it was taken up.

    ``pending`` is all that the files themselves do not tell: of each unreadable one, by path, whose it is and the
    content that was read last (empty: none).
    """

    pending: dict[str, tuple[str, str]] = field(default_factory=dict)

    def step(self, records: Sequence[Touch], files: Sequence[tuple[Stream, str, Touch]], facts: Facts) -> list[Event]:
        """Take the next commit: the records that it touches, and other files with their stream and vendor.

        ``facts`` has to know every content of those records, before and after.
        """
        return [*self._records(records, facts), *(event for each in files for event in _file(*each))]

    def _records(self, touches: Sequence[Touch], facts: Facts) -> Iterator[Event]:
        paths = sorted(each.path for each in touches)
        was = {each.path: self._before(each, facts) for each in touches}
        now = {each.path: _after(each, was[each.path], facts) for each in touches}
        leaving: dict[str, list[str]] = {}
        for path in paths:
            if (old := was[path]) and not _stays(old, now[path]):
                leaving.setdefault(old.vendor, []).append(path)
        source: dict[str, str] = {}
        for path in paths:
            if (new := now[path]) and not _stays(was[path], new) and leaving.get(new.vendor):
                source[path] = leaving[new.vendor].pop(0)
        gone = {path for left in leaving.values() for path in left}
        for path in paths:
            old, new = was[path], now[path]
            if old and path in gone:
                yield Event("changes", old.vendor, "removed", path, before=old.readable)
            self.pending.pop(path, None)
            if new is None:
                continue
            if path in source:
                yield Event("changes", new.vendor, "renamed", path, note=source[path])
            earlier = was[source[path]] if path in source else old if _stays(old, new) else None
            if new.content != new.readable:
                new = replace(new, readable=earlier.readable if earlier else "")
                self.pending[path] = (new.vendor, new.readable)
            yield from _became(earlier, new, path, facts)

    def _before(self, touch: Touch, facts: Facts) -> Held | None:
        if not touch.before:
            return None
        if touch.path in self.pending:
            vendor, readable = self.pending[touch.path]
            return Held(vendor, touch.before, readable)
        return Held(facts(touch.before).identity or named(touch.path), touch.before, touch.before)


def _after(touch: Touch, before: Held | None, facts: Facts) -> Held | None:
    if not touch.after:
        return None
    fact = facts(touch.after)
    vendor = fact.identity or (before.vendor if fact.fault and before else named(touch.path))
    return Held(vendor, touch.after, "" if fact.fault else touch.after)


def _stays(old: Held | None, new: Held | None) -> bool:
    """Whether a path holds a record of the same vendor as before."""
    return old is not None and new is not None and old.vendor == new.vendor


def _became(old: Held | None, new: Held, path: str, facts: Facts) -> Iterator[Event]:
    """Tell of a record's version; ``old`` is the one before, None where the vendor was not there."""
    told = partial(Event, "changes", new.vendor)
    if new.content != new.readable:
        if old is None or old.content != new.content:
            yield told("unreadable", path, note=facts(new.content).fault)
    elif old is None:
        yield told("added", path, after=new.content)
    elif old.content == old.readable:
        if old.content != new.content:
            yield told("changed", path, old.content, new.content)
    else:
        yield told("readable", path, after="" if old.readable else new.content)
        if old.readable and old.readable != new.content:
            yield told("changed", path, old.readable, new.content)


def _file(stream: Stream, vendor: str, touch: Touch) -> Iterator[Event]:
    """Tell of a decision or a file of the policies: not followed by an id, and so never renamed."""
    kind: Kind = "removed" if not touch.after else "changed" if touch.before else "added"
    shown = touch.path.endswith(FILES)
    before, after = (each if shown and not each.startswith(NO_FILE) else "" for each in (touch.before, touch.after))
    whole = stream == "decisions" or (before and after)  # a policy that came or went is not told line by line
    yield Event(stream, vendor, kind, touch.path, before if whole else "", after if whole else "")
