"""The gate, held again over every commit of a line: who went round it, and when each red flag came and went.

A commit is judged against its first parent, by the rules that were in force before it, on the day on which it was
made. What stands is looked at where records or rules change, and each time as of the day of that commit.

A server judges a push, and git does not keep which commits came in one. So a commit that alone would have been refused
accuses nobody where it passes together with those beside it: that is told for what it is, and not as a way round.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from preflight.field_changes import moved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from preflight.history import Commit
    from preflight.model import Verdict

UNJUDGEABLE = "gate/cannot-judge"  # stands where a rule's id would: the gate refuses what it cannot judge

MOST_TOGETHER = 20  # commits that may have been one push
MOST_BEFORE = 5  # commits before one that may have been pushed with it

State: TypeAlias = Literal["first", "no-rules", "setup", "untouched", "passed", "together", "refused", "cannot-judge"]
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
    ``setup``: there was no vendor yet, neither before it nor after it. ``refused``: the gate says no, for the reasons
    in ``findings``, and the commit is there all the same. ``together``: it says no to the commit alone, and lets it
    pass with those beside it, as one push. ``standing``
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
class Group:
    """Commits that follow each other and pass the gate as one push, some of which do not pass alone."""

    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """All that a replay found, in the order of the line. ``since`` is the last commit before it, if it was cut.

    ``strict``: what is in order only together counts as round the gate for the exit code.
    """

    head: str
    since: str | None
    seen: tuple[Seen, ...]
    flags: tuple[Flag, ...]
    with_today: bool = False
    groups: tuple[Group, ...] = ()
    strict: bool = False

    def of(self, state: State) -> list[Seen]:
        """Return the commits in that state."""
        return [each for each in self.seen if each.state == state]

    @property
    def code(self) -> int:
        """The exit code: 1 somebody went round the gate, 2 that cannot be told, 0 nobody did."""
        if self.of("refused") or (self.strict and self.groups):
            return 1
        return 2 if self.of("cannot-judge") else 0


def finding(verdict: Verdict, *, new: bool = True) -> Finding:
    """Return what a verdict says that blocks."""
    each = verdict
    return Finding(each.vendor, each.rule, each.pointer, each.message, each.path, each.about, new)


# ---- Commits that may have been one push --------------------------------------------------------


def together(seen: Sequence[Seen], passes: Callable[[Spot, Spot], bool]) -> tuple[list[Seen], tuple[Group, ...]]:
    """Find commits that are in order only together, and return all commits with the state that this gives them.

    ``passes`` says whether the gate lets the commits from one to another through as one push; it is asked as seldom
    as possible, because that takes as long as judging a commit.
    """
    told = list(seen)
    groups: list[Group] = []
    free = 0  # the first that belongs to no group yet
    index = 0
    while index < len(told):
        found = _range(told, free, index, passes) if told[index].state == "refused" else None
        if found is None:
            index += 1
            continue
        first, last = found
        groups.append(Group(tuple(each.spot for each in told[first : last + 1])))
        for place in range(first, last + 1):
            if told[place].state in {"refused", "cannot-judge"}:
                told[place] = replace(told[place], state="together")
        index = free = last + 1
    return told, tuple(groups)


def _range(seen: Sequence[Seen], free: int, index: int, passes: Callable[[Spot, Spot], bool]) -> tuple[int, int] | None:
    """Return the first and the last of the commits with which one passes: those after it, else those before it."""
    spot = seen[index].spot
    for last in _after(seen, index):
        if passes(spot, seen[last].spot):
            return index, last
    for first in range(index - 1, max(free, index - MOST_BEFORE) - 1, -1):
        if seen[first].state not in {"passed", "untouched"} or not _one_request(seen[first : index + 1]):
            break
        if seen[first].state == "passed" and passes(seen[first].spot, spot):
            return first, index
    return _beginning(seen, free, index)


def _after(seen: Sequence[Seen], index: int) -> Iterator[int]:
    """Yield the later commits with which one may have been pushed."""
    first = seen[index]
    blamed = {_place(each) for each in first.findings if each.new}
    same_rules = not first.rules_changed
    for last in range(index + 1, min(index + MOST_TOGETHER, len(seen))):
        each = seen[last]
        same_rules = same_rules and not each.rules_changed
        if not _one_request(seen[index : last + 1]):
            return
        # By the same rules, what still stands is still in the way; to ask the gate would say nothing new.
        stands = same_rules and any(_place(other) in blamed for other in each.standing or ())
        if each.state != "untouched" and not stands:
            yield last


def _beginning(seen: Sequence[Seen], free: int, index: int) -> tuple[int, int] | None:
    """Return the commits that may have been the first push of all: it has to hold by the rules that it brings."""
    if free or seen[0].state != "first" or any(each.vendors for each in seen[:index]):
        return None  # there was a vendor before, so that rules were in force
    for last in range(index, min(index + MOST_TOGETHER, len(seen))):
        if seen[last].standing == ():
            return 0, last
    return None


def _one_request(seen: Sequence[Seen]) -> bool:
    """Whether commits name the same request, or none: what a forge merges, it merges by itself."""
    return len({each.spot.commit.pull_request for each in seen}) == 1


def _place(of: Finding) -> tuple[str, ...]:
    return of.vendor, of.rule, of.pointer, of.about


# ---- Red flags ----------------------------------------------------------------------------------


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
