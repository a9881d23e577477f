"""What happened, by the git log: the latest changes, decisions of late, and how marketing and IT work together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from preflight.alignment import DRIFT, SHARES
from preflight.alignment.levels import lacks
from preflight.inventory import story
from preflight.inventory.dossier import said
from preflight.inventory.frame import first

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from preflight.alignment.report import Group, Past, Report
    from preflight.inventory.frame import Site
    from preflight.inventory.stock import Edit, Stock
    from preflight.inventory.story import Entry, Line

TITLE = "Audit"
PATH = "audit.html"
FEED = "feed.atom"
MOST = 200  # commits
MOST_DECISIONS = 12
MOST_LINES = 60  # vendors of one commit
OPEN = 6  # vendors of a commit that are listed without being folded
MOST_EDITS = 1000  # fields on the whole page; the pages of the vendors have more
MOST_OF_ONE = 20  # fields of one vendor in one commit
QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Told:
    """What a commit did to one vendor, with the fields that there is room for."""

    line: Line
    edits: tuple[Edit, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit as it is shown."""

    entry: Entry
    policies: Told | None
    vendors: tuple[Told, ...]
    more: int  # vendors that are left out

    @property
    def folded(self) -> bool:
        """Whether it did so much that it is shown only to whoever asks."""
        return len(self.vendors) > OPEN


@dataclass(frozen=True, slots=True)
class Alignment:
    """How marketing and IT work together: tables, ready to be shown."""

    step: str
    what: str
    above: str
    lacking: tuple[str, ...]
    teams: tuple[tuple[str, str, str, str], ...]
    quarters: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def offered(stock: Stock) -> bool:
    """Whether there is a history, or a decision."""
    return stock.events is not None or bool(stock.decided)


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield the page."""
    stock = site.stock
    entries, older = first(list(story.entries(stock.events or ())), MOST)
    days = [(day, list(found)) for day, found in groupby(_commits(entries), key=lambda each: each.entry.day)]
    roles = said.titles(stock.policies)
    yield site.page(
        PATH,
        "audit.html",
        TITLE,
        days=days,
        older=older,
        decisions=first(_of_late(said.signed(stock.decided, roles)), MOST_DECISIONS),
        alignment=None if stock.alignment is None else _alignment(site, stock.alignment),
        feed=FEED,
    )


def _of_late(decisions: list[said.Said]) -> list[said.Said]:
    """Return decisions with those that came last to the front."""
    return sorted(decisions, key=lambda each: (each.arrived or each.on, each.on, each.path), reverse=True)


def _commits(entries: Sequence[Entry]) -> Iterator[Commit]:
    left = [MOST_EDITS]
    for entry in entries:
        policies = _told(entry.policies, left) if entry.policies else None
        lines, more = first(entry.vendors, MOST_LINES)
        yield Commit(entry, policies, tuple(_told(line, left) for line in lines), more)


def _told(line: Line, left: list[int]) -> Told:
    edits = [edit for event in line.events for edit in event.edits]
    shown = edits[: max(0, min(MOST_OF_ONE, left[0]))]
    left[0] -= len(shown)
    return Told(line, tuple(shown), line.fields - len(shown))


# ---- Marketing and IT -----------------------------------------------------------------------------


def _alignment(site: Site, report: Report) -> Alignment:
    standing, past = report.whole.standing, report.past[-QUARTERS:]
    return Alignment(
        step=f"Step {standing.step.number} of {len(report.scale)}: {standing.step.title}",
        what=standing.step.what,
        above=f"Step {standing.next.number}, {standing.next.title}, lacks" if standing.next else "",
        lacking=tuple(_lacking(report.whole)),
        teams=tuple(
            (site.name(each.name), str(each.standing.step.number), f"{each.vendors:,}", "; ".join(_lacking(each)))
            for each in report.teams
        ),
        quarters=tuple(each.snapshot.quarter.name for each in past),
        rows=tuple(_rows(past)),
    )


def _lacking(group: Group) -> Iterator[str]:
    return (lacks(need, group.measures[need.measure]) for need in group.standing.lacking)


def _rows(past: Sequence[Past]) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "Step on the scale", tuple(str(each.group.standing.step.number) if each.group else "–" for each in past)
    for name, title in SHARES.items():
        values = [each.group.measures[name].value if each.group else None for each in past]
        yield title, tuple("–" if value is None else f"{value} %" for value in values)
    for name, title in DRIFT.items():
        counts = [each.drift.get(name) for each in past]
        yield title, tuple("–" if value is None else f"{value:,}" for value in counts)
