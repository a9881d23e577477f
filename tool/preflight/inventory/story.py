"""What happened, told by commit: one entry each, however much it did."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from preflight.inventory.stock import Event

# Kind of event → how it is told of one vendor, or of so many.
KINDS = {
    "added": "added",
    "removed": "removed",
    "renamed": "renamed",
    "changed": "changed",
    "decision": "decided",
    "unreadable": "no longer readable",
    "readable": "readable again",
}


@dataclass(frozen=True, slots=True)
class Line:
    """What a commit did to one vendor (empty: to what judges)."""

    vendor: str
    events: tuple[Event, ...]

    @property
    def what(self) -> str:
        """How it is told, after the name."""
        return " and ".join(dict.fromkeys(KINDS.get(event.kind, event.kind) for event in self.events))

    @property
    def fields(self) -> int:
        """How many edits it has, those included that nobody wrote down."""
        return sum(len(event.edits) + event.more for event in self.events)


@dataclass(frozen=True, slots=True)
class Entry:
    """One commit: what it claims of itself, and what it did."""

    number: int
    commit: str
    day: date
    author: str
    subject: str
    request: str
    signature: str
    policies: Line | None  # it changed rules, schema or policies
    vendors: tuple[Line, ...]

    @property
    def only(self) -> Line | None:
        """The one vendor that it is about, if there is but one and no rule."""
        return self.vendors[0] if len(self.vendors) == 1 and self.policies is None else None

    @property
    def summary(self) -> str:
        """Say in a few words what it did: ``rules changed, 3 vendors decided``."""
        counts = Counter(kind for line in self.vendors for kind in {event.kind for event in line.events})
        told = [f"{counted(counts[kind], 'vendor')} {word}" for kind, word in KINDS.items() if counts[kind]]
        told += [f"{counted(counts[kind], 'vendor')} {kind}" for kind in sorted(set(counts) - set(KINDS))]
        return ", ".join([*(["rules changed"] if self.policies else []), *told])


def entries(events: Iterable[Event]) -> Iterator[Entry]:
    """Yield one entry a commit, in the order of the events, of which those of a commit follow each other."""
    for number, found in groupby(events, key=lambda event: event.number):
        together = list(found)
        lines: dict[str, list[Event]] = {}
        for event in together:
            lines.setdefault(event.vendor, []).append(event)
        ruled = lines.pop("", None)
        first = together[0]
        yield Entry(
            number=number,
            commit=first.commit,
            day=first.day,
            author=first.author,
            subject=first.subject,
            request=first.request,
            signature=first.signature,
            policies=Line("", tuple(ruled)) if ruled else None,
            vendors=tuple(Line(vendor, tuple(lines[vendor])) for vendor in sorted(lines)),
        )
