"""The heavy part of reading a history, done by all cores: contents parsed and compared, commits read.

Each process has a ``git cat-file`` of its own, and is asked for many contents at once. Contents of one path come after
one another, so that each is cut and parsed once although it is compared twice.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias

from preflight.errors import DocumentError
from preflight.history import identity, lines
from preflight.history.line import NO_FILE, Fact
from preflight.shell import documents, sections
from preflight.shell.git_objects import Objects
from preflight.shell.history_members import Members

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from preflight.history import Where
    from preflight.model import Json
    from preflight.shell.history_pool import Pool

MAX_POLICY_BYTES = 1024 * 1024
REMEMBERED = 8  # parsed contents in a process

Style: TypeAlias = Literal["record", "statement", "policy"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two contents to compare; empty where there is none."""

    before: str
    after: str
    style: Style


@dataclass(frozen=True, slots=True)
class Compared:
    """What is known of both, and what differs: None where one of them cannot be read.

    ``nodes``: how many values the later one has, where it was cut into its members; else 0.
    """

    before: Fact
    after: Fact
    fragments: list[str] | None
    nodes: int = 0


@dataclass(frozen=True, slots=True)
class _Parsed:
    value: Json
    fact: Fact


@dataclass
class _Bench:
    """What a process works with: its own git, what it read last, and what is known to be readable."""

    objects: Objects
    members: Members = field(default_factory=Members)
    parsed: dict[tuple[str, int], _Parsed] = field(default_factory=dict)
    fetched: dict[str, bytes] = field(default_factory=dict)  # contents that the chunk in hand asks for
    cuts: dict[str, dict[bytes, bytes] | None] = field(default_factory=dict)
    sound: dict[str, int] = field(default_factory=dict)  # content → how many values it has


_open: dict[tuple[int, int], _Bench] = {}  # by process and thread


def compare(  # noqa: PLR0913, PLR0917 - what, how, by whom, and for whom
    pool: Pool, root: Path, where: Where, pairs: Sequence[Pair], sound: dict[str, int], progress: Callable[[int], None]
) -> Callable[[], dict[Pair, Compared]]:
    """Begin to compare contents on all cores; what is returned waits until that is done.

    ``sound`` remembers contents from one call to the next: of one that is known, only what changed is parsed. Waiting
    raises CannotJudge for an object that is missing.
    """
    # Each pair goes with what is known of it: all of it would have to be sent with every chunk.
    items = [(pair, sound.get(pair.before, 0)) for pair in pairs]
    results = pool.begin(partial(_chunk, root, where), items, progress)

    def done() -> dict[Pair, Compared]:
        try:
            found = dict(zip(pairs, results(), strict=True))
        finally:
            bench = _open.pop(_here(), None)
            if bench is not None:
                bench.objects.close()
        sound.update((pair.after, each.nodes) for pair, each in found.items() if each.nodes)
        return found

    return done


def _here() -> tuple[int, int]:
    return os.getpid(), threading.get_ident()


def _chunk(root: Path, where: Where, items: Sequence[tuple[Pair, int]]) -> list[Compared]:
    here = _here()
    if here not in _open:
        _open[here] = _Bench(Objects(root))
    bench = _open[here]
    wanted = dict.fromkeys(name for pair, _ in items if pair.style == "record" for name in (pair.before, pair.after))
    names = [name for name in wanted if name and not name.startswith(NO_FILE)]
    bench.fetched = bench.objects.fetch(names, documents.MAX_BYTES)
    bench.sound |= {pair.before: counted for pair, counted in items if counted}
    return [_compared(bench, where, pair) for pair, _ in items]


def _compared(bench: _Bench, where: Where, pair: Pair) -> Compared:
    if pair.style == "record":
        quick = _by_members(bench, where, pair)
        if quick is not None:
            bench.sound[pair.after] = quick.nodes
            return quick
    limit = documents.MAX_BYTES if pair.style == "record" else MAX_POLICY_BYTES
    before, after = (_parsed(bench, where, name, limit) for name in (pair.before, pair.after))
    if before.fact.fault or after.fact.fault:
        found = None
    elif pair.style == "statement" or not (pair.before and pair.after):
        found = lines.whole(before.value, after.value)
    else:
        found = lines.fragments(before.value, after.value)
    return Compared(before.fact, after.fact, found)


def _by_members(bench: _Bench, where: Where, pair: Pair) -> Compared | None:
    """Compare two records by those members that differ in writing; None where that cannot be done."""
    if not pair.after or NO_FILE in pair.before[:1] + pair.after[:1]:
        return None
    after = _cut(bench, pair.after)
    before = _cut(bench, pair.before) if pair.before else {}
    if after is None or before is None:
        return None
    counted = bench.sound.get(pair.before, 0)
    # Of an unknown version every member is parsed; of a known one those that differ, and that of the id.
    naming = b"" if where.managed else (where.id or "/id").split("/")[1].encode()
    chosen = {key for key in before.keys() | after.keys() if not counted or before.get(key) != after.get(key)} | {
        naming
    }
    was, now = (
        bench.members.parse({key: text for key, text in each.items() if key in chosen}) for each in (before, after)
    )
    if was is None or now is None:
        return None
    less, more = (sum(part.nodes for part in each.values()) for each in (was, now))
    nodes = (counted - less if counted else 1) + more
    if nodes > documents.MAX_NODES or (not counted and less >= documents.MAX_NODES):
        return None
    old, new = sections.together(was), sections.together(now)
    facts = (Fact(identity(old, where)) if pair.before else Fact(), Fact(identity(new, where)))
    found = lines.fragments(old, new) if pair.before else lines.whole(None, new)
    return Compared(*facts, found, nodes)


def _cut(bench: _Bench, name: str) -> dict[bytes, bytes] | None:
    """Cut a content into its members; None also where it is too large to be a record."""
    if name not in bench.cuts:
        if len(bench.cuts) >= REMEMBERED:
            del bench.cuts[next(iter(bench.cuts))]
        bench.cuts[name] = sections.cut(bench.fetched[name])
    return bench.cuts[name]


def _parsed(bench: _Bench, where: Where, name: str, limit: int) -> _Parsed:
    if not name:
        return _Parsed(None, Fact())
    if name.startswith(NO_FILE):
        kind = name.removeprefix(NO_FILE).rpartition(" ")[0]
        return _Parsed(None, Fact(fault=f"this is a {kind}; a record is a regular file"))
    key = (name, limit)
    if key not in bench.parsed:
        if len(bench.parsed) >= REMEMBERED:
            del bench.parsed[next(iter(bench.parsed))]
        bench.parsed[key] = _read(bench.objects, where, name, limit)
    return bench.parsed[key]


def _read(objects: Objects, where: Where, name: str, limit: int) -> _Parsed:
    size, data = objects.read(name, limit)
    if size > limit:
        return _Parsed(None, Fact(fault=f"the file has {size:,} bytes; at most {limit:,} are read"))
    try:
        value = documents.parse(data, max_bytes=limit).value
    except DocumentError as error:
        return _Parsed(None, Fact(fault=f"line {error.line}: {error.message}"))
    return _Parsed(value, Fact(identity(value, where)))


def known(results: Mapping[Pair, Compared]) -> dict[str, Fact]:
    """Return what is known of each content of a record."""
    found = {}
    for pair, each in results.items():
        if pair.style == "record":
            found[pair.before] = each.before
            found[pair.after] = each.after
    return found
