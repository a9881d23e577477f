"""Vendors that a change leaves alone, judged where the registry knows something else of them than before."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from preflight import engine
from preflight.commands import marking, rounds
from preflight.commands.rounds import Whose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from preflight.commands.rounds import Known
    from preflight.commands.session import Session
    from preflight.engine import Judged
    from preflight.model import JsonObject, Verdict
    from preflight.shell.files import Entry


@dataclass(frozen=True, slots=True)
class Affected:
    """What a change brings to vendors whose files it leaves alone, and of what it relieves them."""

    news: tuple[Judged, ...] = ()
    relieved: tuple[Verdict, ...] = ()


def affected(
    session: Session, then: Session, known: Sequence[tuple[Known, Known]], same: Sequence[tuple[str, Entry]]
) -> Affected:
    """Judge the vendors of ``same``, and the registry, by what is known of it now and what was known before.

    ``known`` may have several such pairs: what is new by any of them is told, and what is repaired by the first.
    """
    rules = frozenset(compiled.rule.id for compiled in session.policy.rules)
    news: list[Judged] = []
    relieved: list[list[Verdict]] = []
    for pair in known:
        sides = _judged_twice(session, then, pair, same)
        standing = [verdict for _, was in sides for verdict in was.verdicts]
        marked, fixed = marking.marked([now for now, _ in sides], standing, {}, rules)
        news += marking.only_new(marked, news)
        relieved.append(fixed)
    return Affected(tuple(news), tuple(relieved[0]) if relieved else ())


def _judged_twice(
    session: Session, then: Session, known: tuple[Known, Known], same: Sequence[tuple[str, Entry]]
) -> list[tuple[Judged, Judged]]:
    """Judge those on both sides of which rules read something else of the registry than before, and the registry."""
    after, before = known
    seen = session.policy.deferred.seen
    touched = [
        (entry, after.shared[vendor], before.shared[vendor])
        for vendor, entry in same
        if seen(after.shared[vendor]) != seen(before.shared[vendor])
    ]
    work = partial(_touched_chunk, Whose.of(session), Whose.of(then))
    sides = rounds.spread([session, then], work, touched, "Judging what the change touches")
    if session.policy.about_registry.rules:
        now, was = (engine.judge_registry(session.policy, each.extracts, each.context) for each in known)
        sides.append((now, was))
    return sides


def _touched_chunk(
    whose: Whose, past: Whose, chunk: Sequence[tuple[Entry, JsonObject, JsonObject]]
) -> list[tuple[Judged, Judged]]:
    session, then = whose.session, past.session
    found: list[tuple[Judged, Judged]] = []
    for entry, now, was in chunk:
        case = session.case(session.file(entry))  # the same for both: neither the record nor the one before differs
        found.append((_judged(session, case, now), _judged(then, case, was)))
    return found


def _judged(session: Session, case: engine.Case, shared: JsonObject) -> Judged:
    found = engine.judge_case(case, session.policy, session.context, shared)
    return engine.orphans(found, session.context)
