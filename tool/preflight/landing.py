"""Commits of the first-parent line as they landed: their day, what they changed, and the commits they brought along.

Days are what committers claim; a commit counts as no earlier than those before it, so that a date that was set back
brings nothing into the past. Nothing is ordered by them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from preflight.history import Change, Commit

TRAILED = re.compile(r"(?P<name>[^<>]*)<(?P<email>[^<>]*)>\s*")
AUTHORS = frozenset({"co-authored-by"})
REVIEWERS = frozenset({"reviewed-by"})


@dataclass(frozen=True, slots=True)
class Brought:
    """A commit that a merge brought along, and the paths that it changed."""

    commit: Commit
    paths: frozenset[str]


@dataclass(frozen=True, slots=True)
class Landing:
    """A commit of the line with what it changed; ``day`` is no earlier than that of any commit before it."""

    number: int
    commit: Commit
    day: date
    changes: tuple[Change, ...] = ()
    brought: tuple[Brought, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """What one landing did to one vendor: to its record, and to the decisions about it."""

    landing: Landing
    record: tuple[Change, ...]
    decisions: tuple[Change, ...]
    brought: tuple[Commit, ...]

    @property
    def writers(self) -> Iterator[tuple[str, str]]:
        """Name and address of everybody who wrote a part of it: authors of it and of what it merged, and co-authors.

        Whoever merges did not write what others had written; so of a merge with commits those count, not itself.
        """
        for commit in self.brought or (self.landing.commit,):
            yield commit.author, commit.email
            yield from trailed(commit, AUTHORS)

    @property
    def reviewers(self) -> Iterator[tuple[str, str]]:
        """Name and address of everybody whom trailers name as reviewers."""
        for commit in (self.landing.commit, *self.brought):
            yield from trailed(commit, REVIEWERS)


def trailed(commit: Commit, wanted: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield name and address of whom trailers of a commit name."""
    for key, value in commit.trailers:
        if key.lower() in wanted:
            found = TRAILED.fullmatch(value)
            yield (found["name"].strip(), found["email"].strip()) if found else (value.strip(), "")


def claimed(commit: Commit) -> date:
    """Return the day on which a commit claims to have been made."""
    return datetime.fromisoformat(commit.date).astimezone(UTC).date()


def acts(landings: Iterable[Landing]) -> dict[str, list[Act]]:
    """Return what happened to each vendor, by id, in the order of the line."""
    found: dict[str, list[Act]] = {}
    paths: dict[str, set[str]] = {}
    for landing in landings:
        touched: dict[str, list[Change]] = {}
        for each in landing.changes:
            if each.stream != "policies":
                touched.setdefault(each.vendor, []).append(each)
        for vendor, ours in touched.items():
            record = tuple(each for each in ours if each.stream == "changes")
            known = paths.setdefault(vendor, set())
            known |= {each.path for each in record}
            known |= {each.before for each in record if each.kind == "renamed"}
            brought = tuple(each.commit for each in landing.brought if each.paths & known) if record else ()
            decided = tuple(each for each in ours if each.stream == "decisions")
            found.setdefault(vendor, []).append(Act(landing, record, decided, brought))
    return found
