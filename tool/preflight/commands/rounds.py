"""The judging of many vendor files, in two rounds and on all cores.

In the first round every file is read once, and judged by the rules that one record is enough for. Then the facts of
the whole registry are known, and the rules that waited for them are judged from what was kept of each record.
"""

from __future__ import annotations

import pickle
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from preflight import engine
from preflight.model import NOTHING_EARLIER, Problem
from preflight.shell import workers
from preflight.shell.files import Entry, Kind
from preflight.shell.placed import Excerpt
from preflight.shell.terminal import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from preflight.commands.session import Session
    from preflight.engine import Judged
    from preflight.model import Context, Earlier, JsonObject, Position, Positions
    from preflight.shell.registry import RecordFile

Item = TypeVar("Item")
Result = TypeVar("Result")

_open: dict[int, Session] = {}


def judge(session: Session, entries: Sequence[Entry], *, whole: bool, everything: bool) -> list[Judged]:
    """Judge vendor files; the others are read, too, where a rule compares vendors. Raises PreflightError.

    ``whole``: they are the whole registry, so that the rules about it are judged as well.
    """
    judging = None if whole else frozenset(entry.path for entry in entries)
    wanted = entries if whole or not session.policy.shared else session.entries
    return second(
        session, first(session, wanted, judging, everything=everything), whole=whole, everything=everything
    ).results


def first(
    session: Session, entries: Sequence[Entry], judging: frozenset[str] | None, *, everything: bool
) -> list[FirstRound]:
    """Read vendor files, and judge those paths (None: all) by the rules that one record is enough for."""
    _ = session.policy, session.context  # made before processes are forked, and refused before anything is read
    work = partial(_read_chunk, Whose.of(session), everything, judging)
    return spread([session], work, entries, "Reading vendors")


def second(
    session: Session,
    read: Sequence[FirstRound],
    *,
    whole: bool,
    everything: bool,
    earlier: Earlier = NOTHING_EARLIER,
) -> Told:
    """Judge what was read by the rules that need all of it; ``earlier`` tells what records said before."""
    policy, known = session.policy, together(session, read, earlier)
    waiting = [(each.path, each.rest, known.shared[each.vendor]) for each in read if each.rest]
    later = spread([session], partial(_judge_rest, Whose.of(session), everything), waiting, "Judging vendors")
    done = {each.path: each for each in later}
    judged = [found for each in read if (found := _together(each, done)) is not None]
    results = _without_twins([engine.orphans(each, known.context) for each in judged], (each.vendor for each in read))
    if whole and policy.about_registry.rules:
        results.append(engine.judge_registry(policy, known.extracts, known.context, everything=everything))
    return Told(results, known)


def together(session: Session, read: Sequence[FirstRound], earlier: Earlier = NOTHING_EARLIER) -> Known:
    """Return what the registry knows of its vendors once all are read."""
    vendors = frozenset(each.vendor for each in read)
    context = replace(session.context, vendors=vendors, earlier=earlier, memory={})
    extracts = {each.vendor: each.read.extracts for each in read if each.read}
    return Known(extracts, engine.share(session.policy, extracts, context), context)


@dataclass(frozen=True, slots=True)
class Told:
    """What both rounds told: the results, and what the registry knew of its vendors when it came to them."""

    results: list[Judged]
    known: Known


@dataclass(frozen=True, slots=True)
class Known:
    """What the registry knows of its vendors: what each record gives to the others, and what they give to it."""

    extracts: Mapping[str, JsonObject]
    shared: Mapping[str, JsonObject]
    context: Context


@dataclass(frozen=True, slots=True)
class Whose:
    """The session that a chunk of work belongs to: forked processes find it open, others open it again."""

    number: int
    again: Callable[[], Session]

    @classmethod
    def of(cls, session: Session) -> Whose:
        """Return the token of a session."""
        return cls(session.number, session.again)

    @property
    def session(self) -> Session:
        """The session in this process."""
        if self.number not in _open:
            _open[self.number] = self.again()
        return _open[self.number]


def spread(
    sessions: Sequence[Session], work: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item], what: str
) -> list[Result]:
    """Do work on all cores that belongs to those sessions; results come in the order of the items."""
    _open.update({session.number: session for session in sessions})
    try:
        with Progress(what, len(items), quiet=sessions[0].quiet) as progress:
            return workers.spread(work, items, progress.advance)
    finally:
        for session in sessions:
            _open.pop(session.number, None)


@dataclass(frozen=True, slots=True)
class FirstRound:
    """A vendor file that was read: ``read`` where its form is right, else ``breached``.

    ``rest`` is what waits for the second round, packed: thousands of them wait in one process.
    """

    vendor: str
    path: str
    read: engine.Read | None = None
    breached: Judged | None = None
    rest: bytes = b""


def _read_chunk(
    whose: Whose,
    everything: bool,  # noqa: FBT001 - bound by partial
    judging: frozenset[str] | None,
    entries: Sequence[Entry],
) -> list[FirstRound]:
    """Read a chunk; judge those that are wanted by the rules that their record is enough for."""
    session = whose.session
    # One at a time: a document is large beside its verdicts, so it is not kept until the others are read.
    return [
        read_one(session, session.file(entry), everything=everything, judging=judging is None or entry.path in judging)
        for entry in entries
    ]


def read_one(session: Session, file: RecordFile, *, everything: bool, judging: bool) -> FirstRound:
    """Judge one file that was read: its form first; rules see only records of the right shape."""
    return session.first_round(file, partial(_read_one, session, file, everything, judging), judging=judging)


def _read_one(
    session: Session,
    file: RecordFile,
    everything: bool,  # noqa: FBT001 - bound by partial
    judging: bool,  # noqa: FBT001 - as above
) -> FirstRound:
    problems = file.problems
    if file.document is not None:
        problems = (*problems, *session.policy.shape.problems(file.document.value, file.document))
    if file.document is None or problems:
        return FirstRound(file.id, file.path, None, engine.breached(file.id, file.path, problems) if judging else None)
    # What is read only because others are judged beside it needs no record before: reading that takes as long again.
    case = session.case(file) if judging else case_of(file)
    read = engine.read(case, session.policy, session.context, everything=everything, judging=judging)
    packed = pickle.dumps(read.rest, pickle.HIGHEST_PROTOCOL) if read.rest else b""
    return FirstRound(file.id, file.path, replace(read, rest=None), rest=packed)


def case_of(file: RecordFile) -> engine.Case:
    """Return a file of the right form as a case to judge."""
    if file.document is None:
        raise AssertionError  # whoever asks has looked
    return engine.Case(file.id, file.path, file.document.known, file.document)


def _judge_rest(
    whose: Whose,
    everything: bool,  # noqa: FBT001 - bound by partial
    chunk: Sequence[tuple[str, bytes, JsonObject]],
) -> list[Judged]:
    """Judge the rest of a chunk, now that all records are read."""
    session = whose.session
    policy, context = session.policy, session.context
    return [
        engine.judge_rest(placed(session, path, _unpacked(packed)), policy, context, shared, everything=everything)
        for path, packed, shared in chunk
    ]


def _unpacked(packed: bytes) -> engine.Rest:
    rest: engine.Rest = pickle.loads(packed)  # noqa: S301 - our own, of a moment ago
    return rest


def placed(session: Session, path: str, rest: engine.Rest) -> engine.Rest:
    """Return the rest of a record with all places in its file, those included that were not kept with it."""
    return replace(rest, case=replace(rest.case, positions=LatePositions(session, path, rest.case.positions)))


@dataclass
class LatePositions:
    """The places of a record that is no longer at hand: from what was kept, else from its file, read again."""

    session: Session
    path: str
    kept: Positions

    def position(self, pointer: str) -> Position:
        """Return the place of ``pointer``, or of its nearest ancestor that exists."""
        if isinstance(self.kept, Excerpt) and not self.kept.has(pointer):
            self.kept = self.session.file(Entry(self.path, Kind.FILE)).document or self.kept
        return self.kept.position(pointer)

    def part(self, members: Collection[str]) -> Positions:
        """Return the places in those members only."""
        return self.kept.part(members)


def _together(first: FirstRound, later: Mapping[str, Judged]) -> Judged | None:
    if first.read is None or first.read.judged is None:
        return first.breached
    return first.read.judged.with_later(later[first.path])


def _without_twins(judged: list[Judged], vendors: Iterable[str]) -> list[Judged]:
    """Two files with one id are two stories of one vendor: both are refused. ``vendors`` are those of all files."""
    twice = {vendor for vendor, count in Counter(vendors).items() if count > 1}
    return [
        each if each.vendor not in twice else engine.breached(each.vendor, each.path, [_twin(each.vendor)])
        for each in judged
    ]


def _twin(vendor: str) -> Problem:
    return Problem(
        "file/id", f"another file has the id {vendor!r} too", "Give each vendor one file and an id of its own."
    )
