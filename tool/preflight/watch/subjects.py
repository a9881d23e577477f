"""What there should be an issue about: what is due by the calendar, and the red flags that stand on the main branch."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.escaping import markdown, terminal
from preflight.model import REGISTRY
from preflight.watch.issues import Subject, marker
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from preflight.due.items import DueItem
    from preflight.model import Verdict

MAIN = "main"
TITLES = {
    MAIN: "red flags on the main branch",
    "notice": "last day to cancel",
    "term": "a term ends",
    "certification": "a certificate runs out",
    "findings": "findings of an assessment are open",
    "evidence": "evidence runs out",
    "approval": "an approval runs out",
    "review": "a review is due",
    "performance-review": "a performance review is due",
    "penetration-test": "a penetration test is due",
    "incident-exercise": "an incident exercise is due",
    "recovery-test": "a recovery test is due",
    "control": "a control is due",
    "remediation": "a step of the plan is due",
    "action": "an agreed action is due",
    "milestone": "a planned step is due",
    "rate": "currency rates grow stale",
    "committee": "the committee meets",
    "role": "a role ends",
}
TOLD = (
    "Written by `preflight watch`, and anew when the records change: say what there is to say in a comment. "
    "It is closed when the records no longer give cause for it; closed before that, it is opened again on the next run."
)
SOON = 30  # days ahead, where policies/calendar.yaml has no reminder of that kind
MOST_BYTES = 60_000  # the text of an issue may have 65,536 characters
MOST_TITLE = 200  # characters; 256 are taken


@dataclass(frozen=True, slots=True)
class Wanted:
    """An issue that there should be."""

    subject: Subject
    title: str
    body: str


def near(items: Iterable[DueItem], reminders: Mapping[str, int], within: int | None) -> list[DueItem]:
    """Return what it is time for: within so many days or, with None, by the reminder of its kind."""

    def ahead(item: DueItem) -> int:
        return reminders.get(item.kind.replace("-", "_"), SOON) if within is None else within

    return [each for each in items if each.days <= ahead(each)]


def wanted(items: Iterable[DueItem], verdicts: Iterable[Verdict]) -> tuple[Wanted, ...]:
    """Return the issues that there should be, the most pressing first.

    ``items`` are what it is time for, the soonest first; of the ``verdicts`` those count that block.
    """
    standing: defaultdict[Subject, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.blocks:
            standing[Subject(verdict.vendor, MAIN)].append(verdict)
    due: defaultdict[Subject, list[DueItem]] = defaultdict(list)
    for item in items:
        due[Subject(item.vendor, item.kind)].append(item)
    red = [Wanted(subject, title(subject), _of_main(subject, standing[subject])) for subject in sorted(standing)]
    return (*red, *(Wanted(subject, title(subject), _of_due(subject, found)) for subject, found in due.items()))


def title(subject: Subject) -> str:
    """Return the title of an issue; it depends on what the issue is about, and on nothing that changes."""
    name = subject.vendor.strip("()") if subject.vendor == REGISTRY else subject.vendor
    said = TITLES.get(subject.kind, subject.kind)
    # Made safe twice: an id that is a colon would begin a command together with ours.
    return terminal(f"{terminal(name)[: MOST_TITLE - len(said) - 2]}: {said}")


def _of_main(subject: Subject, verdicts: Sequence[Verdict]) -> str:
    about = "the registry" if subject.vendor == REGISTRY else f"**{markdown(subject.vendor)}**"
    head = [f"{counted(len(verdicts), 'red flag')} of {about} {'stands' if len(verdicts) == 1 else 'stand'} today."]
    head += ["", "| What is wrong | How to fix it | Where |", "| --- | --- | --- |"]
    rows = [
        f"| {markdown(each.message)} | {markdown(each.fix)} | {markdown(each.path)}<br>{markdown(each.rule)} |"
        for each in verdicts
    ]
    return _body(subject, head, rows)


def _of_due(subject: Subject, items: Sequence[DueItem]) -> str:
    about = "the registry" if subject.vendor == REGISTRY else f"**{markdown(items[0].name)}**"
    head = [f"Of {about}:", "", "| By | What | Who sees to it | Record |", "| --- | --- | --- | --- |"]
    return _body(subject, head, [_row(each) for each in items])


def _row(item: DueItem) -> str:
    """Return a row that is the same every day, but for the day on which it is overdue."""
    by = f"{item.date}<br>**overdue**" if item.overdue else item.date.isoformat()
    who = item.owner_name or item.owner or item.team or "nobody named"
    left = " (left)" if item.gone else ""
    return f"| {by} | {markdown(item.what)} | {markdown(who)}{left} | {markdown(item.path)} |"


def _body(subject: Subject, head: Sequence[str], rows: Sequence[str]) -> str:
    fitting = list(_fitting(rows))
    more = [f"{counted(len(rows) - len(fitting), 'more row')} left out for length.", ""]
    lines = [marker(subject), "", *head, *fitting, "", *(more if len(fitting) < len(rows) else []), TOLD]
    return "\n".join(lines) + "\n"


def _fitting(rows: Iterable[str]) -> Iterator[str]:
    size = 0
    for row in rows:
        size += len(row.encode()) + 1
        if size > MOST_BYTES:
            return
        yield row
