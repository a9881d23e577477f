"""The gate, held again over every commit of a line: who went round it, and when each red flag came and went.

A commit is judged against its first parent, by the rules that were in force before it, on the day on which it was
made. What stands is looked at where records or rules change, and each time as of the day of that commit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from preflight.field_changes import moved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from preflight.history import Commit
    from preflight.model import Verdict

UNJUDGEABLE = "gate/cannot-judge"  # stands where a rule's id would: the gate refuses what it cannot judge

State: TypeAlias = Literal["first", "no-rules", "untouched", "passed", "refused", "cannot-judge"]
Cause: TypeAlias = Literal["change", "rules", "elsewhere"]
CAUSES: Mapping[Cause, str] = {
    "change": "by a change of the vendor or of what was decided about it",
    "rules": "with a change of the rules, or by the day",
    "elsewhere": "by the day, or by another record",
}


@dataclass(frozen=True, slots=True)
class Spot:
    """A commit of the line, its place on it (0: the first), and its day.

    The day is the one that it claims, but no earlier than that of the commits before it.
    """

    number: int
    commit: Commit
    day: date


@dataclass(frozen=True, slots=True)
class Finding:
    """What blocks. ``new``: it came with the change that is judged; else it stood before."""

    vendor: str
    rule: str
    pointer: str
    message: str
    path: str
    about: str = ""
    new: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found when one commit was judged again.

    ``first``: nothing stands before it. ``no-rules``: there were none before it, so nobody could go round them.
    ``refused``: the gate says no, for the reasons in ``findings``, and the commit is there all the same. ``standing``
    are all red flags after it; None where that cannot be told. ``today`` is what the rules of now say of the vendors
    that it changes; None where nobody asked. ``moves`` says of each vendor that changed where entries of lists went.
    """

    spot: Spot
    state: State
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    standing: tuple[Finding, ...] | None = None
    today: tuple[Finding, ...] | None = None
    vendors: frozenset[str] = frozenset()
    rules_changed: bool = False
    moves: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flag:
    """A red flag from the commit at which it is first seen to the one at which it is not there any more.

    ``went`` None: it still stands. ``came_by`` None: it stood already where the replay begins.
    """

    finding: Finding
    came: Spot
    came_by: Cause | None
    went: Spot | None = None
    went_by: Cause | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """All that a replay found, in the order of the line. ``since`` is the last commit before it, if it was cut."""

    head: str
    since: str | None
    seen: tuple[Seen, ...]
    flags: tuple[Flag, ...]
    with_today: bool = False

    def of(self, state: State) -> list[Seen]:
        """Return the commits in that state."""
        return [each for each in self.seen if each.state == state]

    @property
    def code(self) -> int:
        """The exit code: 1 somebody went round the gate, 2 that cannot be told, 0 nobody did."""
        if self.of("refused"):
            return 1
        return 2 if self.of("cannot-judge") else 0


def finding(verdict: Verdict, *, new: bool = True) -> Finding:
    """Return what a verdict says that blocks."""
    each = verdict
    return Finding(each.vendor, each.rule, each.pointer, each.message, each.path, each.about, new)


def flags(seen: Iterable[Seen], *, cut: bool) -> tuple[Flag, ...]:
    """Follow every red flag through the commits. ``cut``: the first of them only shows what stood before the replay."""
    over: list[Flag] = []
    standing: list[Flag] = []
    begun = False
    for each in seen:
        if each.standing is None:
            continue
        matched, left = _matched(standing, each)
        over += [Flag(flag.finding, flag.came, flag.came_by, each.spot, _cause(flag.finding, each)) for flag in left]
        known = begun or not cut
        standing = [
            # What is told is what it says now; when it came stays.
            Flag(now, flag.came, flag.came_by)
            if flag is not None
            else Flag(now, each.spot, _cause(now, each) if known else None)
            for now, flag in matched
        ]
        begun = True
    return tuple(sorted([*over, *standing], key=_order))


def _order(flag: Flag) -> tuple[int, str, str, str, str]:
    each = flag.finding
    return flag.came.number, each.vendor, each.rule, each.pointer, each.message


def _matched(standing: Sequence[Flag], seen: Seen) -> tuple[list[tuple[Finding, Flag | None]], list[Flag]]:
    """Pair what stands now with what stood before; and return what stood before and does not any more."""
    earlier: dict[tuple[str, ...], list[Flag]] = {}
    gone: list[Flag] = []
    for flag in standing:
        was = flag.finding
        place = moved(was.pointer, seen.moves.get(was.vendor, {}))
        if place is None:
            gone.append(flag)
        else:
            earlier.setdefault((was.vendor, was.rule, place, was.about), []).append(flag)
    pairs: dict[int, Flag] = {}
    now = seen.standing or ()
    # Those that say the same first: at one place several things may be missing.
    tests: tuple[Callable[[Finding, Flag], bool], ...] = (lambda new, old: new.message == old.finding.message, _any)
    for same in tests:
        for index, each in enumerate(now):
            left = earlier.get((each.vendor, each.rule, each.pointer, each.about), [])
            found = next((flag for flag in left if index not in pairs and same(each, flag)), None)
            if found is not None:
                pairs[index] = found
                left.remove(found)
    gone += [flag for left in earlier.values() for flag in left]
    return [(each, pairs.get(index)) for index, each in enumerate(now)], gone


def _any(new: Finding, old: Flag) -> bool:  # noqa: ARG001 - one shape with the other test
    return True


def _cause(of: Finding, seen: Seen) -> Cause:
    if of.vendor in seen.vendors or seen.state == "first":
        return "change"
    return "rules" if seen.rules_changed else "elsewhere"
