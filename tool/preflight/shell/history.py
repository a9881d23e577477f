"""A history on its way in: the first-parent line of a commit, oldest first, and what each commit changed.

``read`` is the whole interface. It asks the cache first, has git tell the rest, and all cores compare it. The order
is that of the line; what commits claim of dates orders nothing.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from preflight.decisions import FOLDER
from preflight.errors import DocumentError
from preflight.history import POLICIES, STREAMS, Where, commits, lines, seals
from preflight.history.line import Fact, Line, Touch
from preflight.history.seals import Key
from preflight.shell import git_objects
from preflight.shell.files import Entry, Kind, matching
from preflight.shell.history_cache import Cache, Row, series
from preflight.shell.terminal import Progress, note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from preflight.history import Change, Commit, Stream
    from preflight.history.line import Event
    from preflight.shell.git_objects import Spot
    from preflight.shell.history_work import Compared, Pair, Style

BATCH = 2_000  # contents to compare before they are written to the cache: what a Ctrl-C can lose
RECENT = 64  # commits of the line that are asked for first: most runs come soon after another
CONFIGS = ("preflight.yaml", "preflight.yml", "preflight.json")
SIGNERS = "allowed_signers"
MAX_SIGNERS = 1024 * 1024


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
        return lines.sealed(self._lines[stream], self.signature)

    def names(self, vendor: str) -> bool:
        """Whether it may have changed something of that vendor; False is certain, and quick to tell."""
        wanted = f'"vendor": {json.dumps(vendor)}, '.encode()
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
    reader = _Reader(spot, Cache(spot.folder if cached else None), quiet=quiet)
    return reader.history()


@dataclass
class _Reader:
    spot: Spot
    cache: Cache
    quiet: bool

    def history(self) -> History:
        where, keys = self._head()
        kept = series("line", self.spot.prefix, json.dumps(asdict(where)))
        order, rows = self._known(kept)
        if len(rows) < len(order):
            rows |= _Filling(self.spot, self.cache, where, kept, order, rows, quiet=self.quiet).fill()
        return History(self.spot.commit, where, tuple(_steps((rows[name] for name in order), keys)))

    # ---- How the head wants to be read --------------------------------------------------------------

    def _head(self) -> tuple[Where, dict[str, Key]]:
        """Return where the head keeps its parts, and whose keys it knows.

        Both follow from a few files, so that an earlier head which has the same tells the same.
        """
        heads = series("heads", self.spot.prefix)
        known = self.cache.heads(heads)
        for name, told in known[:1] if known and known[0][0] != self.spot.commit else known:
            where, keys = _told(told)
            if name == self.spot.commit:
                return where, keys
            deciding = [*CONFIGS, where.schema, f"{where.policies}/{SIGNERS}"]
            paths = [self.spot.prefix + path for path in deciding]
            if git_objects.same(self.spot.root, name, self.spot.commit, paths):
                self.cache.put_head(heads, self.spot.commit, told)
                return where, keys
        where = self._where()
        keys = self._keys(where)
        self.cache.put_head(heads, self.spot.commit, json.dumps([asdict(where), _plain(keys)]))
        return where, keys

    def _where(self) -> Where:
        from preflight.shell import registry  # noqa: PLC0415 - loads the compilers of schemas and rules
        from preflight.shell.git import GitTree  # noqa: PLC0415 - loads GitPython

        found = registry.layout(GitTree(self.spot.root, self.spot.commit))
        return Where(found.vendors, found.schema, found.rules, found.policies, found.id, found.managed)

    def _keys(self, where: Where) -> dict[str, Key]:
        path = f"{where.policies}/{SIGNERS}"
        objects = git_objects.Objects(self.spot.root)
        try:
            _, data = objects.read_path(self.spot.commit, self.spot.prefix + path, MAX_SIGNERS)
        finally:
            objects.close()
        try:
            return seals.keys(data.decode("utf-8"))
        except (DocumentError, UnicodeDecodeError) as error:
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


def _plain(keys: Mapping[str, Key]) -> dict[str, dict[str, object]]:
    return {fingerprint: asdict(key) for fingerprint, key in keys.items()}


def _steps(rows: Iterable[Row], keys: Mapping[str, Key]) -> Iterator[Step]:
    """Yield the steps. A commit counts as no earlier than those before it, so that no key signs after its end."""
    latest = date.min
    for row in rows:
        signature = "unsigned"
        if '"kind": "unsigned"' not in row.about:  # nearly all are, and need not be looked at
            commit = lines.as_commit(row.about, "")
            latest = max(latest, _day(commit.date))
            signature = seals.state(commit.seal, latest, keys)
        about: dict[Stream, bytes] = {"changes": row.changes, "decisions": row.decisions, "policies": row.policies}
        yield Step(row.number, row.name, signature, row.about, about)


def _day(moment: str) -> date:
    return datetime.fromisoformat(moment).astimezone(UTC).date()
