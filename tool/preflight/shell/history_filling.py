"""The commits of a line that the cache does not know: asked of git, compared on all cores, kept batch by batch."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING

from preflight.decisions import FOLDER
from preflight.errors import CannotJudge
from preflight.history import POLICIES, STREAMS, Seal, commits, lines, seals
from preflight.history.line import Line, Touch
from preflight.shell import git_objects, history_work, workers
from preflight.shell.files import Entry, Kind, matching
from preflight.shell.history_cache import Row
from preflight.shell.history_pool import Pool
from preflight.shell.history_work import Pair
from preflight.shell.terminal import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from preflight.history import Commit, Stream, Where
    from preflight.history.line import Event
    from preflight.shell.git_objects import Spot
    from preflight.shell.history_work import Compared, Style
    from preflight.shell.registry import Layout

BATCH = 6_000  # files that a batch of commits touches, about: what a Ctrl-C can lose
SLICE = 1_000  # commits of which one git is asked; as many are asked at once as there are cores
STYLES: dict[Stream, Style] = {"changes": "record", "decisions": "statement", "policies": "policy"}


@dataclass(frozen=True, slots=True)
class _Sorted:
    """What a commit touches: records, and other files that matter with their stream and vendor."""

    number: int
    name: str
    parent: str
    records: tuple[Touch, ...] = ()
    files: tuple[tuple[Stream, str, Touch], ...] = ()


@dataclass
class Filling:
    """Makes rows of commits, and has them kept as soon as a batch is done."""

    spot: Spot
    where: Where
    keep: Callable[[Iterable[Row]], None]
    quiet: bool = False

    def fill(self, missing: Sequence[tuple[int, str, str]], known: Mapping[str, Row]) -> dict[str, Row]:
        """Return the rows of commits of a line (number, name, first parent), oldest first. Raises CannotJudge.

        ``known`` has those of their parents that are not among them.
        """
        found: dict[str, Row] = {}
        self._line, self._latest = Line(), ""
        self._sound: dict[str, int] = {}
        with Pool() as self._pool, Progress("Reading history", len(missing), quiet=self.quiet) as bar:
            begun: _Begun | None = None
            for batch in _batches(self._sorted(missing)):  # git tells of a batch while the last is compared
                compared = begun.wait() if begun else {}
                last, begun = begun, self._begin(batch, _Share(bar, len(batch)))
                if last:
                    found |= self._finish(last, compared, known)
            if begun:
                found |= self._finish(begun, begun.wait(), known)
        return found

    # ---- What a commit touches ----------------------------------------------------------------------

    def _sorted(self, missing: Sequence[tuple[int, str, str]]) -> Iterator[_Sorted]:
        together = SLICE * workers.cores()
        for start in range(0, len(missing), together):
            places = missing[start : start + together]
            pairs = [(name, parent) for _, name, parent in places]
            slices = [pairs[at : at + SLICE] for at in range(0, len(pairs), SLICE)]
            with ThreadPoolExecutor(len(slices)) as gits:  # threads, because it is git that works
                touched = list(gits.map(partial(git_objects.touched, self.spot.root), slices))
            ours = [self._ours(each[name]) for part, each in zip(slices, touched, strict=True) for name, _ in part]
            records = self._records({touch.path for touches in ours for touch in touches})
            for place, touches in zip(places, ours, strict=True):
                yield self._of(_Sorted(*place), touches, records)

    def _ours(self, touches: Sequence[Touch]) -> Sequence[Touch]:
        """Return what a commit touches below the root, as seen from there."""
        prefix = self.spot.prefix
        if not prefix:
            return touches
        inside = (each for each in touches if each.path.startswith(prefix))
        return [replace(each, path=each.path.removeprefix(prefix)) for each in inside]

    def _of(self, commit: _Sorted, ours: Sequence[Touch], records: AbstractSet[str]) -> _Sorted:
        files: list[tuple[Stream, str, Touch]] = []
        for each in sorted(ours, key=lambda touch: touch.path):
            if each.path in records:
                continue
            if self.where.managed and each.path.startswith(FOLDER + "/"):
                files.append(("decisions", each.path.removeprefix(FOLDER + "/").partition("/")[0], each))
            elif self._judges(each.path):
                files.append(("policies", POLICIES, each))
        return replace(commit, records=tuple(each for each in ours if each.path in records), files=tuple(files))

    def _records(self, paths: AbstractSet[str]) -> set[str]:
        """Return the paths that are, or pretend to be, vendor files: those that a gate would look at."""
        pattern = self.where.vendors
        found = _matching(paths, pattern)
        if pattern.endswith(".yaml"):
            ended = [path for path in paths if path.lower().endswith((".yaml", ".yml"))]
            found |= _matching(ended, pattern.removesuffix(".yaml") + ".*")
        if self.where.managed:
            found = {path for path in found if not path.startswith(FOLDER + "/")}
        return found

    def _judges(self, path: str) -> bool:
        from preflight.shell import trust_root  # noqa: PLC0415 - loads all of the registry's reader

        return trust_root.holds(path, self._layout)

    @cached_property
    def _layout(self) -> Layout:
        from preflight.shell.registry import Layout  # noqa: PLC0415 - as above

        where = self.where
        return Layout(where.vendors, where.schema, where.rules, where.policies, where.id, where.managed)

    # ---- What it changed ----------------------------------------------------------------------------

    def _begin(self, batch: Sequence[_Sorted], share: _Share) -> _Begun:
        by_path = sorted((each.path, at, each) for at, one in enumerate(batch) for each in one.records)
        pairs = dict.fromkeys(Pair(each.before, each.after, "record") for _, _, each in by_path)
        return _Begun(batch, share, self._compare(list(pairs), share.advance))

    def _compare(self, pairs: Sequence[Pair], progress: Callable[[int], None]) -> Callable[[], dict[Pair, Compared]]:
        return history_work.compare(self._pool, self.spot.root, self.where, pairs, self._sound, progress)

    def _finish(self, begun: _Begun, compared: dict[Pair, Compared], known: Mapping[str, Row]) -> dict[str, Row]:
        rows = {row.name: row for row in self._rows(begun.batch, compared, known)}
        self.keep(rows.values())
        begun.share.finish()
        return rows

    def _rows(
        self, batch: Sequence[_Sorted], compared: dict[Pair, Compared], known: Mapping[str, Row]
    ) -> Iterator[Row]:
        facts = history_work.known(compared)
        told: list[tuple[list[Event], str]] = []
        for each in batch:
            if each.parent in known:
                before = known[each.parent].pending
                self._line = Line({path: (who, last) for path, (who, last) in json.loads(before or "{}").items()})
            events = self._line.step(each.records, each.files, facts.__getitem__)
            told.append((events, json.dumps(self._line.pending) if self._line.pending else ""))
        more = dict.fromkeys(pair for events, _ in told for pair in map(_pair, events) if pair not in compared)
        more.pop(None, None)
        compared |= self._compare([pair for pair in more if pair], lambda _: None)()
        for each, commit, (events, pending) in zip(batch, self._commits(batch), told, strict=True):
            if commit.parents[:1] != ((each.parent,) if each.parent else ()):
                message = f"git tells other parents of commit {each.name} than the commit itself"
                raise CannotJudge(message, fix="'git fsck' tells whether the repository is damaged.")
            if each.parent in known:
                self._latest = known[each.parent].latest
            self._latest = max(self._latest, datetime.fromisoformat(commit.date).astimezone(UTC).date().isoformat())
            about = lines.as_text(commit)
            written = {stream: _written(each.number, commit, events, stream, compared) for stream in STREAMS}
            yield Row(each.number, each.name, each.parent, self._latest, about, **written, pending=pending)

    def _commits(self, batch: Sequence[_Sorted]) -> Iterator[Commit]:
        names = [each.name for each in batch]
        objects = zip(names, git_objects.whole(self.spot.root, names), strict=True)
        read = [commits.parse(name, data) for name, data in objects]
        signed = [(payload, signature) for _, payload, signature in read if signature]
        found = iter(self._pool.begin(_examined, signed, lambda _: None)())
        for commit, _, signature in read:
            yield replace(commit, seal=next(found)) if signature else commit


@dataclass(frozen=True, slots=True)
class _Begun:
    """A batch that is being compared; ``wait`` until it is."""

    batch: Sequence[_Sorted]
    share: _Share
    wait: Callable[[], dict[Pair, Compared]]


@dataclass
class _Share:
    """Tells a bar of commits what was done of the files that a batch of them touches."""

    bar: Progress
    commits: int
    done: int = 0

    def advance(self, _: int) -> None:
        """Count a chunk as a part of the commits that is always less than all of them."""
        step = (self.commits - self.done) // 8
        self.done += step
        self.bar.advance(step)

    def finish(self) -> None:
        """Count the rest."""
        self.bar.advance(self.commits - self.done)


def _batches(found: Iterable[_Sorted]) -> Iterator[list[_Sorted]]:
    batch: list[_Sorted] = []
    weight = 0
    for each in found:
        batch.append(each)
        weight += 1 + len(each.records)
        if weight >= BATCH:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


@dataclass(frozen=True, slots=True)
class _Paths:
    """Paths as a source of files, of which nothing but the names is asked."""

    paths: Iterable[str]

    def entries(self, folder: str) -> list[Entry]:
        """Return all: the pattern is held against each anyway."""
        del folder
        return [Entry(path, Kind.FILE) for path in self.paths]

    def kind(self, path: str) -> Kind | None:
        """Return nothing: nobody asks."""
        raise NotImplementedError(path)

    def read(self, path: str, most: int) -> bytes:
        """Return nothing: nobody asks."""
        raise NotImplementedError(path, most)


def _matching(paths: Iterable[str], pattern: str) -> set[str]:
    return {entry.path for entry in matching(_Paths(paths), pattern)}


def _pair(event: Event) -> Pair | None:
    """Return what has to be compared to tell of an event; None: nothing."""
    if not (event.before or event.after):
        return None
    return Pair(event.before, event.after, STYLES[event.stream])


def _written(
    number: int, commit: Commit, events: Sequence[Event], stream: Stream, compared: Mapping[Pair, Compared]
) -> bytes:
    found = []
    for event in events:
        if event.stream == stream:
            pair = _pair(event)
            found.append((event, lines.of_event(event, compared[pair].fragments if pair else None)))
    return lines.written(number, commit, found) if found else b""


def _examined(chunk: Sequence[tuple[bytes, bytes]]) -> list[Seal]:
    return [seals.examine(payload, signature) for payload, signature in chunk]
