"""What was decided by signatures, under which rules, and what they said: verified and judged anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.model import Level, Outcome
from preflight.provenance import COMPUTED, SIGNED, UNTOLD, Said
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date

    from preflight.decisions import Decision
    from preflight.decisions.court import Fault
    from preflight.model import Verdict
    from preflight.provenance import Part

STATES = {"in-force": "in force", "not-yet": "not yet in force", "void": "void, by a key that leaked"}
VERBS: dict[Part, str] = {"findings": "stood", "since": "stands now"}
MOST = 8  # findings on the page


def decided(
    decisions: Iterable[Decision], arrived: Mapping[str, date], say: Callable[[Decision], str]
) -> Iterator[Said]:
    """Yield the signed decisions; ``say`` gives what one decides in words."""
    for each in decisions:
        said = each.statement
        came = f"; here since {arrived[each.path]}" if each.path in arrived else ""
        text = f"{say(each)}, as {said.role}; {STATES.get(each.state, each.state)}{came}"
        part: Part = "waived" if said.kind == "waive" else "approved"
        yield Said(part, text, SIGNED, said.by, said.decided_on.isoformat(), key=each.fingerprint)


def faulty(faults: Iterable[Fault]) -> Iterator[Said]:
    """Yield the files of decisions that count for nothing."""
    for path, problem in faults:
        name = path.rpartition("/")[2]
        yield Said("approved", f"{name} counts for nothing: {problem.message}", COMPUTED)


def rules(base: str, day: str, digest: str) -> Iterator[Said]:
    """Yield by which rules it was judged: those before the commit, which no change can bring along itself."""
    text = "the rules of the commit before it; the digest is over all that judges"
    yield Said("rules", text, COMPUTED, on=day, commit=base, key=digest)


def amended(commits: int, last: str, day: str) -> Said:
    """Say that the rules changed since."""
    changed = counted(commits, "commit has changed", "commits have changed")
    return Said("since", f"{changed} what judges; this was the last", COMPUTED, on=day, commit=last)


def findings(part: Part, verdicts: Iterable[Verdict], vendor: str) -> Iterator[Said]:
    """Yield the red flags of a vendor that stood, and those that were waived."""
    ours = [each for each in verdicts if each.vendor == vendor and each.level is Level.RED_FLAG]
    found = [each for each in ours if each.outcome in {Outcome.FAIL, Outcome.WAIVED}]
    for each in found[:MOST]:
        stood = f"waived by {each.waiver}" if each.outcome is Outcome.WAIVED else VERBS[part]
        yield Said(part, f"{each.rule} {stood}: {each.message}", COMPUTED, pointer=each.pointer)
    if len(found) > MOST:
        yield Said(part, f"{counted(len(found) - MOST, 'more red flag')}, standing or waived", COMPUTED)


def untold(part: Part, why: str) -> Said:
    """Say what cannot be told, and why."""
    return Said(part, why, UNTOLD)
