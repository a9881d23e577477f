"""A history on its way in: the first-parent line of a commit, oldest first, and what each commit changed.

``read`` is the whole interface. It asks the cache first, has git tell the rest, and all cores compare it. The order
is that of the line; what commits claim of dates orders nothing.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from preflight.errors import DocumentError
from preflight.escaping import json_line
from preflight.history import STREAMS, Where, lines, seals
from preflight.history.seals import Key
from preflight.shell import git_objects, listed_keys
from preflight.shell.history_cache import Cache, Row, series
from preflight.shell.terminal import note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from preflight.history import Change, Commit, Stream
    from preflight.shell.git_objects import Spot

RECENT = 64  # commits of the line that are asked for first: most runs come soon after another
CONFIGS = ("preflight.yaml", "preflight.yml", "preflight.json")
UNSIGNED = '"seal": {"kind": "unsigned", '


@dataclass(frozen=True, slots=True)
class Step:
    """One commit of the line and what it changed against its first parent. ``number`` is its place, from 0."""

    number: int
    id: str
    signature: str
    _about: str = field(repr=False)
    _lines: Mapping[Stream, bytes] = field(repr=False)

    @property
    def commit(self) -> Commit:
        """The commit."""
        return lines.as_commit(self._about, self.signature)

    def lines(self, stream: Stream) -> bytes:
        """Return the published JSON of what it changed, an entry a line."""
        told = self._lines[stream]
        return told if UNSIGNED in self._about else lines.sealed(told, self.signature)

    @property
    def empty(self) -> bool:
        """Whether it changed nothing that is told of."""
        return not any(self._lines.values())

    def names(self, vendor: str) -> bool:
        """Whether it may have changed something of that vendor; False is certain, and quick to tell."""
        wanted = f'"vendor": {json_line(vendor)}, '.encode()
        return any(wanted in each for each in self._lines.values())

    @property
    def entries(self) -> Iterator[Change]:
        """What it changed: records first, then decisions, then what judges."""
        for stream in STREAMS:
            if self._lines[stream]:
                yield from lines.read(self._lines[stream], stream)

    def changes(self, stream: Stream = "changes") -> list[Change]:
        """Return what it changed in one stream."""
        return list(lines.read(self._lines[stream], stream))


@dataclass(frozen=True, slots=True)
class History:
    """The line that ends in ``head``, and where it was found; ``where`` says how its records were read."""

    head: str
    where: Where
    steps: tuple[Step, ...]


def read(root: Path, revision: str = "HEAD", *, cached: bool = True, quiet: bool = False) -> History:
    """Return the history of a registry, or of any folder of YAML records. Raises PreflightError.

    ``cached`` False: nothing is taken from the cache, and nothing is put there.
    """
    spot = git_objects.locate(root, revision)
    return Reader.of(spot, cached=cached, quiet=quiet).history()


@dataclass
class Reader:
    """Reads the line of one commit. ``told`` says in JSON, afterwards, how its head wants to be read."""

    spot: Spot
    cache: Cache
    quiet: bool
    told: str = ""

    @classmethod
    def of(cls, spot: Spot, *, cached: bool, quiet: bool) -> Reader:
        """Return one with the cache of the repository, or without any."""
        return cls(spot, Cache(spot.folder if cached else None), quiet=quiet)

    def history(self) -> History:
        """Return the whole line. Raises PreflightError."""
        where, keys = self._head()
        kept = self._series(where)
        order, rows = self._known(kept)
        places = [(number, name, order[number - 1] if number else "") for number, name in enumerate(order)]
        rows |= self._filled(kept, where, places, rows)
        return History(self.spot.commit, where, tuple(_steps((rows[name] for name in order), keys)))

    def after(self, earlier: str, number: int, told: str) -> list[Step] | None:
        """Return the steps after an earlier commit of the line, whose number on it is known.

        None where that is not so close by, was read in another way, or is not in the cache.
        """
        where, keys = self._head()
        newest = git_objects.line(self.spot.root, self.spot.commit, RECENT)
        if self.told != told or earlier not in newest:
            return None
        order = newest[newest.index(earlier) :: -1]
        places = [(number + at, name, order[at - 1]) for at, name in enumerate(order)][1:]
        kept = self._series(where)
        rows = self.cache.rows(kept, order)
        if earlier not in rows or rows[earlier].number != number:
            return None
        right = {name: (at, parent) for at, name, parent in places}
        rows = {name: row for name, row in rows.items() if name == earlier or right[name] == (row.number, row.parent)}
        rows |= self._filled(kept, where, places, rows)
        return list(_steps((rows[name] for _, name, _ in places), keys))

    def _series(self, where: Where) -> str:
        return series("line", self.spot.prefix, json.dumps(asdict(where)))

    def _filled(
        self, kept: str, where: Where, places: list[tuple[int, str, str]], rows: Mapping[str, Row]
    ) -> dict[str, Row]:
        """Return the rows of the places (number, name, first parent) that are not known."""
        missing = [place for place in places if place[1] not in rows]
        if not missing:
            return {}
        from preflight.shell.history_filling import Filling  # noqa: PLC0415 - loads YAML, and is seldom needed

        return Filling(self.spot, where, partial(self.cache.put, kept), quiet=self.quiet).fill(missing, rows)

    # ---- How the head wants to be read --------------------------------------------------------------

    def _head(self) -> tuple[Where, dict[str, Key]]:
        """Return where the head keeps its parts, and whose keys it knows.

        Both follow from a few files, so that an earlier head which has the same tells the same.
        """
        heads = series("heads", self.spot.prefix)
        known = self.cache.heads(heads)
        told = dict(known).get(self.spot.commit) or (self._unchanged(*known[0]) if known else "")
        if not told:
            where = self._where()
            told = json.dumps([asdict(where), {name: asdict(key) for name, key in self._keys(where).items()}])
        if not known or (self.spot.commit, told) not in known:
            self.cache.put_head(heads, self.spot.commit, told)
        self.told = told
        return _told(told)

    def _unchanged(self, earlier: str, told: str) -> str:
        """Return what was told of an earlier head, if it holds for this one as well."""
        where, _ = _told(told)
        deciding = [*CONFIGS, where.schema, f"{where.policies}/{listed_keys.SIGNERS}"]
        paths = [self.spot.prefix + path for path in deciding]
        return told if git_objects.same(self.spot.root, earlier, self.spot.commit, paths) else ""

    def _where(self) -> Where:
        from preflight.shell import registry  # noqa: PLC0415 - loads the compilers of schemas and rules
        from preflight.shell.git import GitTree  # noqa: PLC0415 - loads GitPython

        found = registry.layout(GitTree(self.spot.root, self.spot.commit))
        return Where(found.vendors, found.schema, found.rules, found.policies, found.id, found.managed)

    def _keys(self, where: Where) -> dict[str, Key]:
        listed = listed_keys.read(self.spot, where.policies)
        if listed is None:
            return {}
        try:
            return seals.keys(listed[1].decode("utf-8"))
        except (DocumentError, UnicodeDecodeError) as error:
            path = f"{where.policies}/{listed_keys.SIGNERS}"
            note(f"{path} cannot be read, so no signature counts as known: {error}", quiet=self.quiet)
            return {}

    # ---- What is known of the line ------------------------------------------------------------------

    def _known(self, kept: str) -> tuple[list[str], dict[str, Row]]:
        """Return the commits of the line, oldest first, and the rows that the cache has of them."""
        listed = self.cache.line(kept)
        parents = {name: (number, parent) for number, name, parent in listed}
        if parents and (order := self._walked(parents)):
            whole = self.cache.rows(kept) if len(parents) <= 2 * len(order) else self.cache.rows(kept, order)
        else:
            order = git_objects.line(self.spot.root, self.spot.commit)[::-1]
            whole = self.cache.rows(kept, [name for name in order if name in parents]) if parents else {}
        # A row whose place is not what the line says was written by somebody else.
        places = {name: (number, order[number - 1] if number else "") for number, name in enumerate(order)}
        return order, {name: row for name, row in whole.items() if places.get(name) == (row.number, row.parent)}

    def _walked(self, parents: Mapping[str, tuple[int, str]]) -> list[str]:
        """Return the line by what is known of it, and by git only where its newest commits are not; empty: unknown."""
        newest = [self.spot.commit]
        if self.spot.commit not in parents:
            newest = git_objects.line(self.spot.root, self.spot.commit, RECENT)
        found: list[str] = []
        for name in newest:
            if name in parents:
                break
            found.append(name)
        else:
            return []
        while name:
            if name not in parents or len(found) > len(parents) + RECENT:
                return []
            found.append(name)
            name = parents[name][1]
        return found[::-1]


def _told(text: str) -> tuple[Where, dict[str, Key]]:
    where, keys = json.loads(text)
    return Where(**where), {fingerprint: Key(**each) for fingerprint, each in keys.items()}


def _steps(rows: Iterable[Row], keys: Mapping[str, Key]) -> Iterator[Step]:
    """Yield the steps. A commit counts as no earlier than those before it, so that no key signs after its end."""
    for row in rows:
        signature = "unsigned"
        if UNSIGNED not in row.about:  # nearly all are, and need not be looked at
            seal = lines.as_commit(row.about, "").seal
            signature = seals.state(seal, date.fromisoformat(row.latest), keys)
        about: dict[Stream, bytes] = {"changes": row.changes, "decisions": row.decisions, "policies": row.policies}
        yield Step(row.number, row.name, signature, row.about, about)
