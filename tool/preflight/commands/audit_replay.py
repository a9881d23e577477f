"""``preflight audit replay``: every commit held before the gate again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import click

from preflight.auditing import replay, replay_listing
from preflight.auditing.replay import Replayed, Seen, Spot
from preflight.commands import audit_span
from preflight.commands.past import Judge, Step, layout_at, matters
from preflight.shell import first_line, git, terminal, trust_root, workers
from preflight.shell.terminal import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from preflight.commands.audit_span import Span
    from preflight.commands.given import Given
    from preflight.history.line import Touch
    from preflight.shell.registry import Layout

SERIAL = 24  # fewer commits than this are judged by one process
CHUNK = 8
SIDES = 2  # of a commit: before it, and after it
BEFORE = -1  # the state of the rules before all that is looked at
CONFIGS = ("preflight.yaml", "preflight.yml", "preflight.json")

_judges: dict[tuple[Path, tuple[str, int] | None], Judge] = {}


@click.command("replay", short_help="Judge every commit again: who went round the gate, when red flags came and went.")
@click.option("--since", metavar="REV|DAY|CHECKPOINT", help="Only commits after that commit, day or checkpoint.")
@click.option("--until", metavar="REV|DAY", help="Only commits up to that commit; or to that day, as they claim.")
@click.option("--today-rules", "with_today", is_flag=True, help="Say what the rules of now say of each change, too.")
@click.option("--strict", is_flag=True, help="Exit with 1 for commits, too, that are in order only together.")
@click.option(
    "--format",
    "output",
    type=click.Choice(list(replay_listing.FORMATS)),
    default="table",
    show_default=True,
    help="Output format.",
)
@click.option("--all", "everything", is_flag=True, help="List commits that passed and those left alone, too.")
@click.pass_obj
def command(  # noqa: PLR0913 - one argument an option
    given: Given,
    *,
    since: str | None,
    until: str | None,
    with_today: bool,
    strict: bool,
    output: str,
    everything: bool,
) -> int:
    """Judge every commit of the first-parent line against the one before it, by the rules in force then.

    A commit that the gate refuses and that is there all the same went round it: pushed by somebody who may, or merged
    while the gate was off. Each is judged as of the day that it claims, but no earlier than the commits before it.
    Commits that pass together and not one by one may have been one push, which git does not tell: they are listed by
    themselves. For every red flag it tells at which commit it is first seen, and at which it is gone.

    \b
    Exit codes:
      0  no commit went round the gate, as far as git can tell
      1  one did; with --strict also: some are in order only together
      2  cannot judge: no history, or commits whose rules cannot be read
    """  # noqa: D301 - click wants the backspace itself
    found = replayed(given, audit_span.span(given, since, until), with_today=with_today)
    found = replace(found, strict=strict)
    terminal.show(replay_listing.FORMATS[output](found, everything=everything))
    return found.code


def replayed(given: Given, span: Span, *, with_today: bool = False) -> Replayed:
    """Judge the commits of a span again. Raises PreflightError where there is no history to judge."""
    with git.asked_once():
        return _replayed(given, span, with_today=with_today)


def _replayed(given: Given, span: Span, *, with_today: bool) -> Replayed:
    listed = list(_steps(given.root, span))
    told = [each if isinstance(each, Seen) else None for each in listed]
    steps = [each for each in listed if isinstance(each, Step)]
    law = (span.spot.commit, steps[-1].rules) if with_today and steps else None
    judged = iter(_judged(given, steps, law))
    seen = [next(judged) if each is None else each for each in told]
    pushes = _Pushes(Judge(given.root, None), {step.place.number: step for step in steps})
    seen, groups = replay.together([pushes.in_setup(each) for each in seen], pushes.passes)
    cut = span.start > 0
    flags = replay.flags(seen, cut=cut)
    return Replayed(span.spot.commit, span.since, tuple(seen[1:] if cut else seen), flags, with_today, groups)


@dataclass(frozen=True, slots=True)
class _Pushes:
    """Judges what may have been one push, from the steps of single commits, by their numbers."""

    judge: Judge
    steps: Mapping[int, Step]

    def in_setup(self, seen: Seen) -> Seen:
        """Return a refusal from before there was any vendor as what it is: nobody could have gone round anything."""
        if seen.state != "refused" or not self.judge.is_setup(self.steps[seen.spot.number]):
            return seen
        return replace(seen, state="setup", findings=())

    def passes(self, first: Spot, last: Spot) -> bool:
        """Whether the gate lets the commits between those two through as one push."""
        begins, ends = self.steps[first.number], self.steps[last.number]
        push = replace(ends, parent=begins.parent, rules_before=begins.rules_before, where_before=begins.where_before)
        return self.judge.passes(push)


def _judged(given: Given, steps: Sequence[Step], law: tuple[str, int] | None) -> list[Seen]:
    _judges.clear()
    here = _judges[given.root, law] = Judge(given.root, law)
    if len(steps) >= SERIAL:
        here.prepare(steps[-1])  # processes that are forked later find the rules compiled
    try:
        with Progress("Judging commits", len(steps), quiet=given.quiet) as progress:
            work = partial(_chunk, given.root, law)
            return workers.spread(work, steps, progress.advance, serial=SERIAL, size=CHUNK)
    finally:
        _judges.clear()


def _chunk(root: Path, law: tuple[str, int] | None, steps: Sequence[Step]) -> list[Seen]:
    judge = _judges.setdefault((root, law), Judge(root, law))
    with git.asked_once():
        return [judge.seen(step) for step in steps]


def _steps(root: Path, span: Span) -> Iterator[Step | Seen]:
    """Yield a step for each commit that has to be judged, and for the others what is known of them: nothing happened.

    Where the line was cut, the first is the last commit before it, of which only what stands is looked at.
    """
    first = max(span.start - 1, 0)
    line = span.line[first:]
    where: Layout | None = None
    rules = first
    for passed, touches in zip(line, first_line.touched(span.spot, line), strict=True):
        commit = passed.commit
        begins = passed.number == first
        before, rules_before = where, rules
        parent = commit.parents[0] if commit.parents else None
        if begins and parent:
            before = layout_at(root, parent)
        if begins or where is None or any(_moves_parts(touch, where) for touch in touches):
            where = layout_at(root, commit.id)
        told = [each for each in (before, where) if each is not None]
        if len(told) < SIDES or any(trust_root.holds(touch.path, each) for each in told for touch in touches):
            rules = passed.number
        if begins:
            rules_before = BEFORE
        spot = Spot(passed.number, commit, passed.day)
        step = Step(spot, parent, touches, rules, rules_before, where, before)
        cut = begins and span.start > 0
        last = passed is line[-1]
        weighty = len(told) < SIDES or any(matters(touch.path, each) for each in told for touch in touches)
        if cut:
            yield replace(step, only_standing=True)
        elif weighty or parent is None:
            yield step
        elif last:
            yield replace(step, only_standing=True)
        else:
            yield Seen(spot, "untouched")


def _moves_parts(touch: Touch, where: Layout) -> bool:
    """Whether a path decides where a registry keeps its parts."""
    top = touch.path.partition("/")[0]
    return top in CONFIGS or touch.path == where.schema
