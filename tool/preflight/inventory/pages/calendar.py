"""Everything that falls due, by when: first the last days to cancel, then what is late, what is near, and the year."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.inventory.exports import calendars
from preflight.inventory.frame import first, words
from preflight.model import REGISTRY
from preflight.periods import add_days, add_months
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from preflight.due.items import DueItem
    from preflight.inventory.frame import Site
    from preflight.inventory.stock import Stock, Term

TITLE = "Calendar"
PATH = "calendar.html"
NOTICE, TERM = "notice", "term"
MOST_CANCELS = 6
MOST_KEPT = 120  # last days to cancel that the page holds for its filters
MOST_NEAR = 200  # lines of what is late or within 90 days, each
MOST_A_MONTH = 40  # lines of a month, where there are very many
FEW = 1200  # lines that a page has without leaving any out
MOST_VENDORS = 300  # links to calendars of single vendors
WEEK, MONTH, QUARTER, YEAR = 7, 30, 90, 12
NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
KINDS = {
    NOTICE: "last day to cancel",
    "term": "end of a term",
    "rate": "currency rates",
    "committee": "committee",
    "role": "role ends",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that falls due, as the page shows it. ``left``: the days that are left, in words."""

    item: DueItem
    kind: str
    left: str
    vendor: bool
    team_name: str
    calendar: str  # address of the calendar of its vendor


@dataclass(frozen=True, slots=True)
class Span:
    """A time, and what falls due in it; ``more`` is not listed. ``month``: it is one of the year's."""

    id: str
    title: str
    lines: tuple[Line, ...]
    more: int
    cancels: int
    month: bool = False
    style: str = ""

    @property
    def count(self) -> int:
        """How many things fall due in it."""
        return len(self.lines) + self.more


@dataclass(frozen=True, slots=True)
class Cancel:
    """A last day to cancel, or the day on which a subscription ends by itself, with what that one costs a year."""

    line: Line
    annual: float | None
    ends: bool  # by itself


def offered(stock: Stock) -> bool:
    """Whether anything falls due."""
    return bool(stock.due)


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield the page."""
    stock = site.stock
    spans = list(_spans(site))
    cancels = list(_cancels(site))
    teams = Counter(item.team for item in stock.due if item.team)
    kinds = Counter(item.kind for item in stock.due)
    people = {item.owner: item.owner_name or item.owner for item in stock.due if item.owner}
    listed = {line.item.vendor for span in spans for line in span.lines if line.calendar}
    yield site.page(
        PATH,
        "calendar.html",
        TITLE,
        spans=spans,
        cancels=cancels[:MOST_KEPT],
        cancels_shown=MOST_CANCELS,
        cancels_more=max(0, len(cancels) - MOST_CANCELS),
        total=len(stock.due),
        left_out=sum(span.more for span in spans),
        teams=sorted(((site.name(each), each) for each in teams), key=_folded),
        kinds=sorted(((_kind(each), each) for each in kinds), key=_folded),
        owners=sorted(((name, each) for each, name in people.items()), key=_folded),
        feeds=sorted(((stock.teams[each], each) for each in teams if each in stock.teams), key=_folded),
        vendors=sorted(((site.name(each), each) for each in listed), key=_folded)[:MOST_VENDORS],
        calendars=calendars,
    )


def _folded(pair: tuple[str, str]) -> tuple[str, str]:
    return pair[0].casefold(), pair[1]


def _cancels(site: Site) -> Iterator[Cancel]:
    """Yield the subscriptions that can be cancelled, or that end by themselves, the soonest first."""
    terms = _terms(site)
    ahead = [item for item in site.stock.due if item.kind in {NOTICE, TERM} and item.days >= 0]
    noticed = {(item.vendor, item.pointer) for item in ahead if item.kind == NOTICE}
    for item in ahead:
        found = terms.get((item.vendor, item.subject, item.kind, item.date))
        term = found.pop(0) if found else None
        if item.kind == NOTICE:
            yield Cancel(_line(site, item), term.annual if term else None, ends=False)
        elif term is not None and term.renews is False and (item.vendor, item.pointer) not in noticed:
            yield Cancel(_line(site, item), term.annual, ends=True)


def _terms(site: Site) -> dict[tuple[str, str, str, date], list[Term]]:
    """Return subscriptions by vendor, what things that fall due are about, and their kind and day."""
    found: dict[tuple[str, str, str, date], list[Term]] = {}
    for card in site.stock.cards:
        for term in card.ledger.terms:
            subject = " · ".join(each for each in (term.product, term.team, term.region) if each)
            for kind, day in ((NOTICE, term.cancel_by), (TERM, term.ends)):
                if day is not None:
                    found.setdefault((card.id, subject, kind, day), []).append(term)
    return found


def _spans(site: Site) -> Iterator[Span]:
    """Yield the times that something falls due in, in order."""
    stock = site.stock
    end = add_months(stock.as_of.replace(day=1), YEAR + 1)
    begun = add_days(stock.as_of, QUARTER).replace(day=1)  # the month of which the first days are near
    near: dict[str, list[DueItem]] = {"overdue": [], "week": [], "month": [], "quarter": []}
    months: dict[date, list[DueItem]] = {}
    later: list[DueItem] = []
    for item in stock.due:
        if item.days <= QUARTER:
            near[_near(item.days)].append(item)
        elif item.date < end:
            months.setdefault(item.date.replace(day=1), []).append(item)
        else:
            later.append(item)
    most, most_a_month = (MOST_NEAR, MOST_A_MONTH) if len(stock.due) > FEW else (FEW, FEW)
    titles = {"overdue": "Overdue", "week": "Next 7 days", "month": "8 to 30 days", "quarter": "31 to 90 days"}
    for name, items in near.items():
        yield _span(site, name, titles[name], items, most, style="bad" if name == "overdue" and items else "")
    for begin, items in sorted(months.items()):
        title = f"{'Rest of ' if begin == begun else ''}{NAMES[begin.month - 1]} {begin.year}"
        yield _span(site, begin.isoformat()[:7], title, items, most_a_month, month=True)
    if later:
        yield _span(site, "later", "Later than a year", later, most_a_month, month=True)


def _near(days: int) -> str:
    if days < 0:
        return "overdue"
    return "week" if days <= WEEK else "month" if days <= MONTH else "quarter"


def _span(  # noqa: PLR0913 - the parts of a span
    site: Site, name: str, title: str, items: Sequence[DueItem], most: int, *, month: bool = False, style: str = ""
) -> Span:
    shown, more = first(items, most)
    cancels = sum(item.kind == NOTICE for item in items)
    return Span(name, title, tuple(_line(site, item) for item in shown), more, cancels, month, style)


def _line(site: Site, item: DueItem) -> Line:
    known = item.vendor in site.cards
    return Line(
        item,
        _kind(item.kind),
        _left(item.days),
        known and item.vendor != REGISTRY,
        site.stock.teams.get(item.team, item.team),
        calendars.vendor(site, item.vendor) if known else "",
    )


def _left(days: int) -> str:
    if days < 0:
        return f"{counted(-days, 'day')} late"
    return "today" if days == 0 else f"{counted(days, 'day')} left"


def _kind(kind: str) -> str:
    return KINDS.get(kind, words(kind))
