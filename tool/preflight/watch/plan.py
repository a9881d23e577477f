"""What there should be against what there is: which issue is opened, updated, closed or left as it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from tabulate import tabulate

from preflight.escaping import json_text, terminal
from preflight.model import REGISTRY
from preflight.watch.subjects import MAIN, title
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from datetime import date

    from preflight.watch.issues import Issue, Subject
    from preflight.watch.subjects import Wanted

SCHEMA = "preflight/watch/v1"
MOST_CHANGES = 200  # in one run: a forge slows down whoever writes more in an hour


class Action(Enum):
    """What is to be done about an issue."""

    OPEN = "open"
    UPDATE = "update"
    CLOSE = "close"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Step:
    """One issue, and what is done about it.

    OPEN with a ``number`` opens that one again, without one it is new. ``body`` is None where none is written.
    """

    action: Action
    subject: Subject
    number: int | None
    title: str
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of one run; ``waiting`` are changes that are left for the next one."""

    as_of: date
    within: int | None
    steps: tuple[Step, ...]
    waiting: int

    def count(self, action: Action) -> int:
        """Return how many steps are of one kind."""
        return Counter(step.action for step in self.steps)[action]


def plan(
    wanted: Sequence[Wanted], there: Iterable[Issue], unsure: Collection[str], as_of: date, within: int | None
) -> Plan:
    """Return what to do so that there is one open issue for each wanted one, and no other of ours.

    ``unsure`` are vendors whose records cannot be read: what was due of them still is, as far as anybody knows.
    """
    found: defaultdict[Subject, list[Issue]] = defaultdict(list)
    for issue in there:
        found[issue.subject].append(issue)
    steps = [step for each in wanted for step in _wanted(each, found.pop(each.subject, []))]
    steps += [step for subject in sorted(found) for step in _unwanted(found[subject], keep=_is_unsure(subject, unsure))]
    changes = [step for step in steps if step.action is not Action.KEEP]
    later = set(map(id, changes[MOST_CHANGES:]))
    return Plan(as_of, within, tuple(step for step in steps if id(step) not in later), len(later))


def _is_unsure(subject: Subject, unsure: Collection[str]) -> bool:
    return subject.vendor in unsure and subject.kind != MAIN


def _wanted(wanted: Wanted, there: Sequence[Issue]) -> Iterator[Step]:
    """Yield the step for an issue that there should be, and for its doubles."""
    standing = [issue for issue in there if issue.open]
    if standing:
        first = standing[0]
        same = (first.title, _plain(first.body)) == (wanted.title, _plain(wanted.body))
        action = Action.KEEP if same else Action.UPDATE
        yield Step(action, wanted.subject, first.number, wanted.title, None if same else wanted.body)
    else:
        again = there[-1].number if there else None
        yield Step(Action.OPEN, wanted.subject, again, wanted.title, wanted.body)
    for double in standing[1:]:
        yield Step(Action.CLOSE, wanted.subject, double.number, wanted.title)


def _unwanted(there: Sequence[Issue], *, keep: bool) -> Iterator[Step]:
    for issue in there:
        if issue.open:
            yield Step(Action.KEEP if keep else Action.CLOSE, issue.subject, issue.number, title(issue.subject))


def _plain(body: str) -> str:
    """Return a text as it is whatever the forge does to ends of lines."""
    return "\n".join(line.rstrip() for line in body.splitlines()).strip()


# ---- Shown ----------------------------------------------------------------------------------------


def table(made: Plan) -> str:
    """Return one line a change, then how many there are."""
    rows = [
        (step.action.value, f"#{step.number}" if step.number else "new", terminal(step.title))
        for step in made.steps
        if step.action is not Action.KEEP
    ]
    lines = tabulate(rows, tablefmt="plain", disable_numparse=True).splitlines()
    return "\n".join([*lines, *([""] if lines else []), _verdict(made)]) + "\n"


def _verdict(made: Plan) -> str:
    opened, updated, closed, kept = (made.count(action) for action in Action)
    later = f"; {counted(made.waiting, 'more change')} on the next run" if made.waiting else ""
    return (
        f"{counted(opened, 'issue')} to open, {updated:,} to update, {closed:,} to close, "
        f"{kept:,} as they should be{later}, as of {made.as_of}"
    )


def as_json(made: Plan) -> str:
    """Return JSON, described by schemas/watch.schema.json."""
    steps = [
        {
            "action": step.action.value,
            "vendor": None if step.subject.vendor == REGISTRY else step.subject.vendor,
            "kind": step.subject.kind,
            "number": step.number,
            "title": step.title,
            "body": step.body,
        }
        for step in made.steps
    ]
    summary = {action.value: made.count(action) for action in Action} | {"waiting": made.waiting}
    head = {"schema": SCHEMA, "as_of": made.as_of.isoformat(), "within": made.within, "summary": summary}
    return json_text({**head, "steps": steps})


FORMATS: dict[str, Callable[[Plan], str]] = {"table": table, "json": as_json}
