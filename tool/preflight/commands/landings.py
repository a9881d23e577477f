"""What became of decisions since they landed: what the vendor was called then, and whether a waiver's finding stood."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from preflight import waiving
from preflight.commands.recollection import recorded
from preflight.decisions import FOLDER, revoking
from preflight.decisions.waivers import LATE, waiver_of
from preflight.errors import DocumentError
from preflight.facts.spend import earlier
from preflight.periods import CLOCKS_APART, add_days
from preflight.shell import documents, registry
from preflight.shell.git import GitTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from preflight.commands.session import Session
    from preflight.decisions import Decision
    from preflight.model import JsonObject, Waiver
    from preflight.shell.git import Arrival

MOST_VERSIONS = 200  # that are read for a waiver: whoever writes more of them would make every check of main wait
AT_ONCE = 2 * CLOCKS_APART  # days from that of a decision's commit on: the others of its push are of no later day


def names(
    session: Session, line: GitTree | None, decisions: Sequence[Decision], came: Mapping[str, Arrival]
) -> Callable[[str, str], str]:
    """Return what tells, by vendor and id of a decision, under which name that stood in the register when it landed.

    Empty where that is not known: a vendor may be renamed after that, and not before. It is read when it is asked. The
    name has to stay for the days of which commits of one push may be, on the ``line`` that the change leaves: what is
    said on the way, nobody judged.
    """
    known = {(each.statement.vendor, each.id): each for each in decisions}
    # Not the session itself, which would hold what holds it, and leave its git processes to chance.
    root, tip, paths = session.root, line.commit if line else "", _paths(session)

    def name(vendor: str, identifier: str) -> str:
        decision, path = known.get((vendor, identifier)), paths.get(vendor)
        if decision is None or path is None or decision.path not in came:
            return ""
        arrival = came[decision.path]
        tree = GitTree(root, tip)
        settled = add_days(arrival.on, AT_ONCE)
        later = [each for day, each in tree.versions(path, arrival.commit) if day <= settled]
        told = {_name(tree, each) for each in (GitTree(root, arrival.commit).name(path), *later)}
        return told.pop() if len(told) == 1 else ""

    return name


def waivers(
    session: Session,
    line: GitTree | None,
    given: Mapping[str, Sequence[Waiver]],
    decisions: Sequence[Decision],
    came: Mapping[str, Arrival],
) -> Iterator[tuple[str, tuple[Waiver, ...]]]:
    """Yield the waivers of each vendor with what became of them, as the history of ``line`` tells; None: there is none.

    ``came`` tells by path when each of the ``decisions`` arrived, before the change; the line holds the change, too.
    """
    if line is None:
        yield from ((vendor, tuple(found)) for vendor, found in given.items())
        return
    there = {entry.path for entry in session.lawful.entries(FOLDER)} if session.law is not None else set()
    paths = _paths(session)
    signed = {each.path: each.statement.decided_on for each in decisions}
    used = _used(session, decisions, came)
    brought = line.arrivals(FOLDER) if any(given.values()) else {}
    for vendor, found in given.items():
        told: list[Waiver] = []
        for each in found:
            arrival = came.get(each.path)
            over = ""
            on = next((known.on for known in (arrival, brought.get(each.path)) if known), session.today)
            if (on - signed[each.path]).days >= LATE:  # a commit may claim to be of the day before
                over = f"it was signed {LATE} days or more before it came"
            elif arrival is None and signed[each.path] <= used.get(_finding(vendor, each), date.min):
                over = "one that was signed by then came with the same change before"
            elif each.path in brought and vendor in paths:
                landed = arrival.on if arrival else max(brought[each.path].on, session.today)
                versions = _since(session, line, paths[vendor], signed[each.path])
                if len({name for _, name in versions}) > MOST_VERSIONS:
                    over = f"its record was written more than {MOST_VERSIONS:,} times since it was signed"
                else:
                    said = _said(session, line, versions)
                    over = waiving.owned(each, said, landed) or waiving.over(
                        each, said, landed, session.policy, session.today
                    )
            told.append(replace(each, landed=each.path in there, over=over))
        yield vendor, tuple(told)


def _used(session: Session, decisions: Sequence[Decision], came: Mapping[str, Arrival]) -> dict[tuple[str, ...], date]:
    """Return of waivers of what a change does, by what they waive, the last day on which one has landed.

    A commit may say that it is of the day before the one on which it is pushed.
    """
    found: dict[tuple[str, ...], date] = {}
    for each in decisions:
        said = each.statement
        compiled = session.policy.rule(said.rule) if said.kind == "waive" and each.path in came else None
        if compiled and compiled.needs_before:
            key = _finding(said.vendor, waiver_of(each))
            found[key] = max(found.get(key, date.min), add_days(came[each.path].on, CLOCKS_APART))
    return found


def _finding(vendor: str, waiver: Waiver) -> tuple[str, ...]:
    return vendor, waiver.rule, waiver.fingerprint


def _since(session: Session, line: GitTree, path: str, signed: date) -> list[tuple[date, str]]:
    """Return the object that a record was when a decision was signed, and those since then; oldest first.

    A commit may claim to be older than its push, and a statement to be of a later day than its signature; so what came
    in the days before may have come after the signature.
    """
    first = add_days(signed, -earlier.STALE - revoking.AHEAD)
    versions = _versions(session, line, path)
    was = next((name for day, name in reversed(versions) if day < first), "")
    return [(first, was), *((day, name) for day, name in versions if day >= first)]


def _said(session: Session, line: GitTree, versions: Sequence[tuple[date, str]]) -> list[tuple[date, JsonObject]]:
    """Return what a record said in those versions, and from which day on.

    A version that cannot be read by the schema of now says nothing: what stood in it cannot be told.
    """
    objects = {name for _, name in versions}
    records = {name: (recorded(line, name, session.policy) if name else None) or {} for name in objects}
    return [(day, records[name]) for day, name in versions]


def _versions(session: Session, line: GitTree, path: str) -> list[tuple[date, str]]:
    """Return day and object of what a file became on the line. Of what the change brings, today is the day."""
    told = line.versions(path)
    if session.law is None:
        return told
    there = len(told) - len(line.versions(path, session.law))
    return [*told[:there], *((max(day, session.today), name) for day, name in told[there:])]


def _paths(session: Session) -> dict[str, str]:
    return {registry.stem(entry.path): entry.path for entry in session.entries}


def _name(tree: GitTree, identifier: str) -> str:
    """Return the name of a vendor in an object of git; empty where there is none."""
    try:
        name = documents.parse(tree.content(identifier, documents.MAX_BYTES)).known.get("name") if identifier else ""
    except (DocumentError, OSError):
        return ""
    return name if isinstance(name, str) else ""
