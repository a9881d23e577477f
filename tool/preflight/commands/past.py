"""The gate of the past: commits judged again, one after the other, as they would have been on their day.

Much stays the same from one commit to the next, so rules are compiled once as long as nothing of what judges
changes, and a record is read once as long as its content does not.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from preflight import engine
from preflight.auditing import replay
from preflight.auditing.replay import UNJUDGEABLE, Finding, Seen
from preflight.auditing.replay import Spot as Place
from preflight.commands import gate
from preflight.commands.session import Session
from preflight.decisions import FOLDER
from preflight.errors import PreflightError
from preflight.field_changes import moves
from preflight.model import Novelty
from preflight.shell import decision_files, registry, trust_root
from preflight.shell.files import Entry, Kind, matching
from preflight.shell.git import GitTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from preflight.commands.rounds import FirstRound
    from preflight.engine import Judged
    from preflight.history.line import Touch
    from preflight.model import JsonObject, Waiver
    from preflight.policy import Policy
    from preflight.shell.registry import Layout, RecordFile

MOST_READ = 4_000  # records that are kept in memory, as read
MOST_RULES = 4  # compiled policies that are kept


@dataclass(frozen=True, slots=True)
class Step:
    """A commit to judge: its place, its first parent (None: there is none), what it touches, and the state of rules.

    ``rules`` and ``rules_before`` name the state of what judges, after the commit and before it: the same number, the
    same files. ``where`` is the layout after it, ``where_before`` that of its parent; None: it cannot be read.
    """

    place: Place
    parent: str | None
    touches: Sequence[Touch]
    rules: int
    rules_before: int
    where: Layout | None
    where_before: Layout | None
    only_standing: bool = False  # nothing is judged, but what stands after it is looked at


@dataclass(frozen=True, slots=True)
class Basis:
    """What the first round of a record rests on, beside the record itself."""

    path: str
    day: date
    approvals: Sequence[JsonObject]
    waivers: Sequence[Waiver]
    policy: Policy = field(compare=False)


@dataclass
class Memory:
    """What one process keeps from commit to commit."""

    records: OrderedDict[tuple[str, str], RecordFile] = field(default_factory=OrderedDict)
    policies: OrderedDict[int, tuple[Policy, Layout]] = field(default_factory=OrderedDict)
    rounds: OrderedDict[str, tuple[Basis, FirstRound]] = field(default_factory=OrderedDict)

    def round_of(self, name: str, read: Callable[[], FirstRound], basis: Basis, *, judging: bool) -> FirstRound:
        """Return what the first round gave of a content, on the same day by the same rules; else read it."""
        known = self.rounds.get(name)
        if known is not None and known[0] == basis and known[0].policy is basis.policy:
            found = known[1]
            return found if judging else replace(found, read=found.read and engine.Read(found.read.extracts), rest=b"")
        found = read()
        if judging:
            self.rounds[name] = (basis, found)
            if len(self.rounds) > MOST_READ:
                self.rounds.popitem(last=False)
        return found

    def record(self, source: GitTree, entry: Entry, layout: Layout) -> RecordFile:
        """Read a vendor file, or give it as it was read."""
        key = (source.name(entry.path), entry.path)
        if not key[0] or entry.kind is not Kind.FILE:
            return registry.read_record(source, entry, layout)
        if key not in self.records:
            self.records[key] = registry.read_record(source, entry, layout)
            if len(self.records) > MOST_READ:
                self.records.popitem(last=False)
        else:
            self.records.move_to_end(key)
        return self.records[key]

    def keep(self, state: int, session: Session) -> None:
        """Keep the compiled rules of a session."""
        self.policies[state] = (session.policy, session.layout)
        if len(self.policies) > MOST_RULES:
            self.policies.popitem(last=False)

    def give(self, state: int, session: Session) -> None:
        """Give a session the compiled rules of a state, if they are known; else compile and keep them.

        Raises CannotJudge where they are no good.
        """
        if state in self.policies:
            policy, layout = self.policies[state]
            vars(session).update(policy=policy, layout=layout)
        else:
            self.keep(state, session)


@dataclass
class Past(Session):
    """A session that remembers what was read for other commits."""

    memory: Memory = field(default_factory=Memory)

    def file(self, entry: Entry) -> RecordFile:
        """Read one vendor file."""
        if isinstance(self.source, GitTree):
            return self.memory.record(self.source, entry, self.layout)
        return super().file(entry)

    def first_round(self, file: RecordFile, read: Callable[[], FirstRound], *, judging: bool) -> FirstRound:
        """Return what the first round gives of a file, where nothing that it rests on is another than before."""
        if not isinstance(self.source, GitTree) or (judging and self.law is not None):
            return read()  # what is judged as a change is judged for itself
        name = self.source.name(file.path)
        if not name or file.document is None:
            return read()
        decided = self.context.decided
        beside = decided.approvals.get(file.id, ()), decided.waivers.get(file.id, ())
        basis = Basis(file.path, self.today, *beside, self.policy)
        return self.memory.round_of(f"{name} {file.path}", read, basis, judging=judging)


@dataclass
class Judge:
    """Judges commits of one line, in one process."""

    root: Path
    law: tuple[str, int] | None  # the commit whose rules are those of today, and the state of rules there
    memory: Memory = field(default_factory=Memory)

    def seen(self, step: Step) -> Seen:
        """Judge one commit again. Never raises PreflightError: what cannot be judged is told."""
        place = step.place
        vendors = frozenset(self._vendors(step))
        changed = step.rules != step.rules_before
        blank = Seen(place, "untouched", vendors=vendors, rules_changed=changed)
        standing = self._standing(step)  # first: the gate then knows what it has to know of the other vendors
        held = blank if step.only_standing else self._held(step, blank)
        today = self._today(step) if self.law is not None and not step.only_standing else None
        return replace(held, standing=standing, today=today, moves=self._moves(step))

    def prepare(self, step: Step) -> None:
        """Compile the rules in force after a commit, if they are any good."""
        with contextlib.suppress(PreflightError):
            self.memory.give(step.rules, self._session(step.place.day, step.place.commit.id))

    def passes(self, step: Step) -> bool:
        """Whether the gate lets through what lies between a parent and a commit, as one push."""
        return self._held(step, Seen(step.place, "untouched")).state == "passed"

    def is_setup(self, step: Step) -> bool:
        """Whether there was no vendor yet, neither before a commit nor after it."""
        try:
            there = (commit for commit in (step.parent, step.place.commit.id) if commit)
            return not any(_has_records(self._session(step.place.day, commit)) for commit in there)
        except PreflightError:
            return False  # what cannot be read may hold some

    # ---- What the gate says -------------------------------------------------------------------------

    def _held(self, step: Step, blank: Seen) -> Seen:
        """Hold the gate before a commit."""
        if step.parent is None:
            return replace(blank, state="first")
        try:
            if not self._had_rules(step):
                return replace(blank, state="no-rules")
            before = self._session(step.place.day, step.parent)
            self.memory.give(step.rules_before, before)
        except PreflightError as error:
            return replace(blank, state="cannot-judge", reason=str(error))
        around = Session(self.root, step.place.day, quiet=True)
        try:
            change = gate.judge(
                around, step.parent, step.place.commit.id, (), everything=False, opened=self._opened(before)
            )
        except PreflightError as error:  # the rules before it are good, so that it is what the commit brought
            return replace(blank, state="refused", findings=(_unjudgeable(error),))
        blocking = tuple(_findings(change.results))
        return replace(blank, state="refused" if blocking else "passed", findings=blocking)

    def _had_rules(self, step: Step) -> bool:
        """Whether there were any rules before a commit. Raises PreflightError where that cannot be told."""
        where = step.where_before
        if where is None:
            where = registry.layout(GitTree(self.root, step.parent or ""))
        return any(each.kind is Kind.FILE for each in GitTree(self.root, step.parent or "").entries(where.rules))

    def _opened(self, before: Session) -> _Opened:
        return _Opened(self.memory, before.policy, before.layout)

    def _session(self, day: date, at: str) -> Past:
        return Past(self.root, day, at, quiet=True, memory=self.memory)

    # ---- What stands --------------------------------------------------------------------------------

    def _standing(self, step: Step) -> tuple[Finding, ...] | None:
        """Return every red flag after a commit, by the rules in it; None where they cannot judge."""
        session = self._session(step.place.day, step.place.commit.id)
        try:
            self.memory.give(step.rules, session)
            if not _has_records(session):
                return ()
            return tuple(_findings(session.judge(session.entries)))
        except PreflightError:
            return None

    def _today(self, step: Step) -> tuple[Finding, ...] | None:
        """Return what the rules of today say against the vendors that a commit changes."""
        commit, state = self.law or ("", 0)
        session = Past(
            self.root,
            step.place.day,
            step.place.commit.id,
            law=commit,
            since=step.parent,
            quiet=True,
            memory=self.memory,
        )
        try:
            self.memory.give(state, session)
            paths = {touch.path for touch in step.touches}
            decided = decision_files.vendors_of(paths)
            chosen = [each for each in session.entries if each.path in paths or registry.stem(each.path) in decided]
            return tuple(_findings(session.judge(chosen)))
        except PreflightError as error:
            return (_unjudgeable(error),)

    # ---- What changed -------------------------------------------------------------------------------

    def _vendors(self, step: Step) -> Iterable[str]:
        """Yield the vendors that a commit changes, or about which it brings a decision."""
        paths = [touch.path for touch in step.touches]
        yield from decision_files.vendors_of(paths)
        for where in (step.where, step.where_before):
            if where is None:
                continue
            for commit, touched in ((step.place.commit.id, "after"), (step.parent, "before")):
                for touch in step.touches:
                    if commit and getattr(touch, touched) and is_record(touch.path, where):
                        yield self._record(commit, touch.path, where).id

    def _record(self, commit: str, path: str, where: Layout) -> RecordFile:
        tree = GitTree(self.root, commit)
        kind = tree.kind(path)
        if kind is None:
            return registry.RecordFile(registry.stem(path), path, None)
        return self.memory.record(tree, Entry(path, kind), where)

    def _moves(self, step: Step) -> Mapping[str, Mapping[str, str]]:
        """Return of each record that changed where entries of its lists went."""
        found: dict[str, Mapping[str, str]] = {}
        if step.where is None or step.where != step.where_before or step.parent is None:
            return found
        for touch in step.touches:
            if touch.before and touch.after and is_record(touch.path, step.where):
                was, now = (self._record(each, touch.path, step.where) for each in (step.parent, step.place.commit.id))
                if was.document and now.document and was.id == now.id:
                    found[now.id] = moves(was.document.value, now.document.value)
        return found


@dataclass(frozen=True, slots=True)
class _Opened:
    """Gives the session of the gate what is known, and takes from it who says today that they propose something."""

    memory: Memory
    policy: Policy
    layout: Layout

    def __call__(self, session: Session) -> Session:
        past = Past(
            session.root,
            session.today,
            session.at,
            session.law,
            session.since,
            quiet=session.quiet,
            color=session.color,
            memory=self.memory,
        )
        vars(past).update(policy=self.policy, layout=self.layout)
        return past


def _findings(results: Iterable[Judged]) -> Iterable[Finding]:
    found = [verdict for each in results for verdict in each.verdicts if verdict.blocks]
    for verdict in sorted(found, key=lambda each: (each.vendor, each.rule, each.path, each.pointer, each.message)):
        yield replay.finding(verdict, new=verdict.change is not Novelty.KNOWN)


def _unjudgeable(error: PreflightError) -> Finding:
    return Finding("", UNJUDGEABLE, "", str(error), error.path)


def _has_records(session: Session) -> bool:
    """Whether there is any record; a registry may begin with its rules."""
    where = "vendors/**" if session.layout.managed else session.layout.vendors
    return any(entry.kind is Kind.FILE for entry in matching(session.source, where))


# ---- Which commits have to be looked at ---------------------------------------------------------


def is_record(path: str, where: Layout) -> bool:
    """Whether a path is, or pretends to be, a vendor file."""
    if where.managed:
        return path.startswith("vendors/") and not path.startswith(f"{FOLDER}/")
    return bool(matching(_OnePath(path), where.vendors))


def matters(path: str, where: Layout) -> bool:
    """Whether the gate looks at a path: it is a record, a decision, or a part of what judges."""
    return is_record(path, where) or trust_root.holds(path, where) or path.startswith(f"{FOLDER}/")


@dataclass(frozen=True, slots=True)
class _OnePath:
    """A source of one file."""

    path: str

    def entries(self, folder: str) -> list[Entry]:
        inside = not folder or self.path.startswith(f"{folder}/")
        return [Entry(self.path, Kind.FILE)] if inside else []

    def kind(self, path: str) -> Kind | None:
        return Kind.FILE if path == self.path else None

    def read(self, path: str, most: int) -> bytes:  # noqa: ARG002 - the shape of a source
        raise FileNotFoundError(path)


def layout_at(root: Path, commit: str) -> Layout | None:
    """Return where a commit keeps its parts; None where it does not say so in a way that can be read."""
    try:
        return registry.layout(GitTree(root, commit))
    except PreflightError:
        return None
