"""A change beside the registry before it: both judged by the same rules, for the same day.

Files that the change leaves alone are read once. Of them, only those are judged whose surroundings the change
alters: those of which the registry knows something else than before.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from preflight import comparison, engine, facts
from preflight.commands import marking, neighbours, rounds, trust
from preflight.commands.rounds import FirstRound, Whose
from preflight.commands.session import Session
from preflight.errors import CannotJudge
from preflight.field_changes import moves
from preflight.model import NOTHING_EARLIER, REGISTRY, Comparison, Weight
from preflight.shell.files import Kind, matching

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from preflight.engine import Judged
    from preflight.model import Delta, Verdict
    from preflight.shell.files import Entry
    from preflight.shell.registry import RecordFile

WEIGHED = frozenset({"cost", "risk"})  # the facts that a delta is made of


@dataclass(frozen=True, slots=True)
class Scope:
    """What a change is: the files to judge in full, and the paths that differ from before.

    ``alone``: only those files were asked for, so nothing is said of others.
    """

    judged: Sequence[Entry]
    changed: frozenset[str]
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """What a change leaves behind, its findings marked, beside what it found.

    ``before`` are the verdicts on the vendors that it touches, ``moves`` where entries of their lists went.
    """

    results: tuple[Judged, ...]
    comparison: Comparison
    before: tuple[Verdict, ...] = ()
    moves: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def earlier(session: Session) -> Session | None:
    """Return the registry before the change, under the same rules; None: there is nothing to compare with."""
    if session.since is None:
        return None
    # Compared with itself: nobody proposes anything, and what compares a record with the one before sees no difference.
    then = Session(session.root, session.today, session.since, session.law, session.since, quiet=session.quiet)
    vars(then).update(policy=session.policy, layout=session.layout)  # the same law: not compiled again
    vars(then)["_before"] = then.source  # the same commit: not listed again
    vars(then)["entries"] = _entries(then)
    return then


def _entries(then: Session) -> list[Entry]:
    """Return the vendor files of before; none of a registry that only begins. Raises CannotJudge."""
    try:
        return then.entries
    except CannotJudge:
        where = "vendors/**" if then.layout.managed else then.layout.vendors
        if any(entry.kind is Kind.FILE for entry in matching(then.source, where)):
            raise
        return []


def compared(session: Session, then: Session | None, scope: Scope, *, everything: bool) -> Compared:
    """Judge vendor files in full, and mark what is new in them and, because of them, in others. Raises PreflightError.

    ``then``: the registry before, as ``earlier`` gives it.
    """
    judged, changed, alone = scope.judged, scope.changed, scope.alone
    asked = frozenset(entry.path for entry in judged)
    past = {entry.path: entry for entry in then.entries if entry.path in changed | asked} if then else {}
    if not asked and not past:
        return Compared((), Comparison(delta=_delta(session, ())))
    whole = judged is session.entries
    wanted = session.entries if session.policy.shared else judged
    read = rounds.first(session, wanted, None if whole else asked, everything=everything)
    touched = {each.vendor for each in read if each.path in asked | changed}
    remembered = session.remembered(touched, {each.vendor: each.path for each in read}, changed)
    told = rounds.second(session, read, whole=whole, everything=everything, earlier=remembered)
    ours = {entry.path: entry for entry in session.entries}
    weighed = asked if alone else asked | set(past)
    sound = {each.path for each in read if each.read}
    both = [
        _Both(ours.get(path), past.get(path), weighed=path in weighed, sound=path in sound)
        for path in sorted({*asked, *past})
        if session.policy.shared or path in weighed
    ]
    pairs = _paired(session, then, both)
    delta = _delta(session, pairs)
    if then is None:
        return Compared(tuple(told.results), Comparison(delta=delta))
    # Of files that the change leaves alone only what the registry has to know of them.
    same = [
        FirstRound(each.vendor, each.path, each.read and engine.Read(each.read.extracts))
        for each in read
        if each.path not in asked and each.path not in changed
    ]
    first = sorted([*same, *(pair.before for pair in pairs if pair.before)], key=lambda each: each.path)
    before = rounds.second(then, first, whole=False, everything=False, earlier=remembered)
    known = [] if alone else [(told.known, before.known)]
    if known and remembered is not NOTHING_EARLIER:
        # Nor without what is remembered: main is judged by what its records say, and nothing may get worse by that.
        known.append((rounds.together(session, read), rounds.together(then, first)))
    moved = {pair.now: pair.moves for pair in pairs if pair.now}
    rules = frozenset(compiled.rule.id for compiled in session.policy.rules)
    there = {each.vendor for each in read} | {REGISTRY}
    standing = tuple(verdict for each in before.results for verdict in each.verdicts)
    marked, fixed = marking.marked(told.results, standing, moved, rules)
    near = neighbours.affected(session, then, known, [(each.vendor, ours[each.path]) for each in same if each.read])
    gone = [verdict for verdict in (*fixed, *near.relieved) if verdict.vendor in there]
    return Compared((*marked, *near.news), Comparison(tuple(sorted(gone, key=_order)), delta), standing, moved)


def mark(
    results: Sequence[Judged], found: Compared, then: Session | None, rules: Collection[str], paths: Collection[str]
) -> list[Judged]:
    """Mark what other rules say of vendors, beside what those of ``found`` said of them before.

    ``paths`` are files that ``found`` did not look at.
    """
    more = then.judge([entry for entry in then.entries if entry.path in paths]) if then and paths else []
    # What is told of decisions on the policies belongs to no record, and stands wherever the records do.
    more += [each for each in trust.told(then, None) if each.vendor == REGISTRY] if then else []
    standing = [*found.before, *(verdict for each in more for verdict in each.verdicts)]
    return marking.marked(results, standing, found.moves, rules)[0]


def _order(verdict: Verdict) -> tuple[int, str, str, str, str]:
    return verdict.level.rank, verdict.vendor, verdict.rule, verdict.pointer, verdict.message


# ---- The files of a change, now and before ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Both:
    """One path of a change: what lies there now, and what lay there before.

    ``weighed``: it belongs to what is judged; ``sound``: what lies there now is of the right form.
    """

    now: Entry | None
    then: Entry | None
    weighed: bool
    sound: bool


@dataclass(frozen=True, slots=True)
class _Pair:
    """What was read at one path: ids and weights of now and before, and the first round on what was there before."""

    now: str = ""
    after: Weight | None = None
    then: str = ""
    was: Weight | None = None
    before: FirstRound | None = None
    moves: Mapping[str, str] = field(default_factory=dict)


def _paired(session: Session, then: Session | None, both: Sequence[_Both]) -> list[_Pair]:
    sessions = [session] if then is None else [session, then]
    work = partial(_pair_chunk, [Whose.of(each) for each in sessions])
    return rounds.spread(sessions, work, both, "Reading what was there before")


def _pair_chunk(whose: Sequence[Whose], chunk: Sequence[_Both]) -> list[_Pair]:
    session, *past = (each.session for each in whose)
    return [_pair(session, past[0] if past else session, each) for each in chunk]


def _pair(session: Session, then: Session, both: _Both) -> _Pair:
    now = None if both.now is None else session.file(both.now)
    was = None if both.then is None else then.file(both.then)
    pair = _Pair()
    if now is not None and both.weighed:
        pair = replace(pair, now=now.id, after=_weight(session, now, sound=both.sound))
    if was is not None:
        first = rounds.read_one(then, was, everything=False, judging=both.weighed)
        weight = _weight(then, was, sound=first.read is not None) if both.weighed else None
        pair = replace(pair, then=was.id, was=weight, before=first)
    if now is not None and was is not None and now.id == was.id and now.document and was.document:
        pair = replace(pair, now=now.id, moves=moves(was.document.value, now.document.value))
    return pair


def _weight(session: Session, file: RecordFile, *, sound: bool) -> Weight:
    """Return what a vendor costs and risks; of a file of the wrong form nothing is known."""
    if file.document is None or not sound:
        return Weight()
    weighed = [fact for fact in facts.local(session.policy.facts) if fact.NAME in WEIGHED]
    return comparison.weight(facts.compute(weighed, file.document.known, session.context))


def _delta(session: Session, pairs: Sequence[_Pair]) -> Delta | None:
    """Put the weights side by side; None where the registry knows neither cost nor risk."""
    if not any(fact.NAME in WEIGHED for fact in session.policy.facts):
        return None
    rates = session.policy.documents.get("rates")
    before = {pair.then: pair.was for pair in pairs if pair.was}
    after = {pair.now: pair.after for pair in pairs if pair.after}
    return comparison.delta(before, after, rates.value["base"] if rates else "")
