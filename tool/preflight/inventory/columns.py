"""What vendors are looked up by: the columns of their table, packed so that a page loads and searches them fast.

A column holds every value once, in the order in which it is sorted, and for every vendor the places of its values in
that list, from 1: one number, a list of them, or 0 where nothing is known. Texts are neither escaped nor made visible
here: whoever shows them does that.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from preflight.inventory.frame import words
from preflight.levels import LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from preflight.inventory.frame import Site
    from preflight.inventory.stock import Card, Term
    from preflight.model import Json, JsonObject

TEXT, NUMBER, DAY, PERSON = "text", "number", "day", "person"
LONGEST = 300  # characters of a text in the table; the vendor's page has all of it
STATUSES = ("proposed", "approved", "live", "deprecated", "retired", "rejected")
ABROAD = {"yes": "yes", "no": "no", "unknown": "not known"}
RULE = "rule"  # the column of broken rules, which the table loads when somebody asks for it
SIDES = {"marketing": "Marketing owner", "it": "IT owner"}

Cell: TypeAlias = "int | list[int]"
Values: TypeAlias = "Sequence[Json] | None"  # of one vendor; None: not known
_DIGITS = re.compile(r"([0-9]+)")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Column:
    """One packed column.

    ``names`` are what is shown for the values, where that differs. ``least`` are the rows (from 0) whose value is the
    least that it is; ``gone`` the places of people who left. ``filters``: it is offered as a filter from the start;
    ``searched``: its words are found by the search.
    """

    id: str
    label: str
    kind: str
    values: list[Json]
    cells: list[Cell]
    names: list[str] | None = None
    least: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()
    filters: bool = False
    searched: bool = False

    @property
    def packed(self) -> JsonObject:
        """The column as the scripts read it; what is empty is left out."""
        extra = {
            "names": self.names,
            "least": list(self.least),
            "gone": list(self.gone),
            "filters": self.filters,
            "searched": self.searched,
        }
        found: JsonObject = {"id": self.id, "label": self.label, "kind": self.kind}
        found |= {key: value for key, value in extra.items() if value}
        return found | {"values": self.values, "cells": self.cells}


def column(  # noqa: PLR0913 - what a column is said to be
    identifier: str,
    label: str,
    kind: str,
    rows: Iterable[Values],
    *,
    named: Callable[[str], str] | None = None,
    order: Sequence[str] = (),
    least: Iterable[int] = (),
    gone: Callable[[str], bool] | None = None,
    filters: bool = False,
    searched: bool = False,
) -> Column | None:
    """Pack the values of all vendors; None where no vendor has any. ``order``: the values that come first.

    ``kind`` empty: what the values are.
    """
    coded, distinct = _coded(rows)
    if not distinct:
        return None
    values = [clip(each) for each in distinct]
    first = {value: place for place, value in enumerate(order)}
    shown = [clip(named(each)) if named and isinstance(each, str) else each for each in values]
    by_sorting = sorted(
        range(len(values)),
        key=lambda at: (first.get(values[at], len(first)), sorting(shown[at]), str(values[at])),
    )
    place, kept = [0] * len(values), list[int]()
    for at in by_sorting:  # what is the same once it is clipped stands side by side, and becomes one
        if not kept or _key(values[kept[-1]]) != _key(values[at]):
            kept.append(at)
        place[at] = len(kept)
    known, names = [values[at] for at in kept], [str(shown[at]) for at in kept]
    return Column(
        identifier,
        label,
        kind or _kind(known),
        known,
        [_cell(place, row) for row in coded],
        names if named and names != known else None,
        tuple(least),
        tuple(place[at] for at in kept if gone and isinstance(values[at], str) and gone(values[at])),
        filters,
        searched,
    )


def _coded(rows: Iterable[Values]) -> tuple[list[list[int] | None], list[Json]]:
    """Return for every vendor the numbers of its values, and the values in the order in which they came."""
    numbers: dict[Json, int] = {}
    values: list[Json] = []
    coded: list[list[int] | None] = []
    for row in rows:
        if row is None:
            coded.append(None)
            continue
        marks = []
        for each in row:
            key = each if each.__class__ is str else _key(each)
            number = numbers.get(key)
            if number is None:
                number = numbers[key] = len(values)
                values.append(each)
            marks.append(number)
        coded.append(marks)
    return coded, values


def _key(value: Json) -> Json:
    """Return what tells a value from others: True is 1 and 1.0 to Python, but not to a reader."""
    return value if isinstance(value, str) else (type(value), value)


def _cell(place: Sequence[int], row: Sequence[int] | None) -> Cell:
    if row is None:
        return 0
    if len(row) == 1:
        return place[row[0]]
    found = list(dict.fromkeys(place[each] for each in row))
    return found[0] if len(found) == 1 else found


def _kind(values: Iterable[Json]) -> str:
    kinds = {_kind_of(each) for each in values}
    return kinds.pop() if len(kinds) == 1 else TEXT


def _kind_of(value: Json) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return NUMBER
    return DAY if isinstance(value, str) and _DAY.fullmatch(value) else TEXT


def clip(value: Json) -> Json:
    """Return a value that is no longer than the table shows."""
    return value[: LONGEST - 1] + "…" if isinstance(value, str) and len(value) > LONGEST else value


def sorting(value: Json) -> tuple[int, float, tuple[tuple[int, int, str], ...]]:
    """Return what a value is sorted by: flags, numbers, then texts without accents, and by the numbers in them."""
    if isinstance(value, bool):
        return 0, float(value), ()
    if isinstance(value, (int, float)):
        return 1, value, ()
    text = unicodedata.normalize("NFKD", str(value).casefold())
    parts = _DIGITS.split("".join(each for each in text if not unicodedata.combining(each)))
    return 2, 0, tuple((1, 0, part) if number % 2 == 0 else (0, int(part), "") for number, part in enumerate(parts))


# ---- The columns that every registry can have ------------------------------------------------------


def standard(site: Site) -> list[Column]:
    """Return the standard columns of which something is known, in the order in which they are offered."""
    cards, people = site.stock.cards, site.stock.people
    annual = f"Annual cost ({site.stock.currency})" if site.stock.currency else "Annual cost"

    def gone(person: str) -> bool:
        return person in people and people[person].gone

    known_abroad = any(card.abroad is not None for card in cards)
    made = [
        column("name", "Vendor", TEXT, ([card.name] for card in cards), searched=True),
        column("category", "Category", TEXT, _one(cards, "category"), named=words, filters=True, searched=True),
        column("status", "Status", TEXT, _one(cards, "status"), order=STATUSES, filters=True),
        column("risk", "Risk", TEXT, _one(cards, "risk"), order=LEVELS, least=_unsure(cards), filters=True),
        column("sensitivity", "Data sensitivity", TEXT, _one(cards, "sensitivity"), order=LEVELS),
        column("criticality", "Operational criticality", TEXT, _one(cards, "criticality"), order=LEVELS),
        column("spend", annual, NUMBER, (_spend(card) for card in cards), least=_dearer(cards)),
        column("red", "Red flags", NUMBER, _one(cards, "red_flags")),
        column("warnings", "Warnings", NUMBER, _one(cards, "warnings")),
        column("waived", "Waived", NUMBER, _one(cards, "waived")),
        *(
            column(side, label, PERSON, _owner(cards, side), named=site.name, gone=gone, searched=True)
            for side, label in SIDES.items()
        ),
        column("owner", "Owner", PERSON, _owner(cards, *SIDES), named=site.name, gone=gone, filters=True),
        column("team", "Team", TEXT, (_teams(card) for card in cards), named=site.name, filters=True),
        column("company", "Company", TEXT, _one(cards, "company"), filters=True, searched=True),
        column("data", "Data class", TEXT, (card.data for card in cards), named=words, filters=True),
        column("residency", "Data residency", TEXT, (card.residency for card in cards), filters=True),
        column(
            "abroad",
            "Personal data outside the EU and EEA",
            TEXT,
            ([_abroad(card)] if known_abroad else None for card in cards),
            named=ABROAD.__getitem__,
            order=tuple(ABROAD),
            filters=True,
        ),
        column("region", "Region", TEXT, (card.regions for card in cards), named=words, filters=True),
        column("systems", "Connected systems", TEXT, (card.systems for card in cards), named=site.name),
        column("certificates", "Current certificates", TEXT, (card.certificates for card in cards), filters=True),
        column("complete", "Answered (%)", NUMBER, _one(cards, "complete")),
        column("cancel", "Last day to cancel", DAY, _day(cards, "cancel_by")),
        column("ends", "Ends by itself", DAY, _ends(cards, site.stock.as_of)),
        column("due", "Next due", DAY, _day(cards, "next_due")),
        column("overdue", "Overdue", NUMBER, ([card.overdue] if site.stock.judged else None for card in cards)),
    ]
    return [each for each in made if each is not None]


def broken(site: Site) -> Column | None:
    """Return the rules that each vendor breaks; None where none is broken."""
    titles = {rule.id: rule.title for rule in site.stock.rules}
    rows = (card.failing or None if card.governed else None for card in site.stock.cards)
    return column(RULE, "Rules it breaks", TEXT, rows, named=lambda rule: titles.get(rule, rule))


def lapsing(term: Term, as_of: date) -> date | None:
    """Return the day ahead on which a subscription ends if nobody does anything; None where it goes on, or may."""
    return term.ends if term.renews is False and term.ends and term.ends >= as_of else None


def ends(card: Card, as_of: date) -> date | None:
    """Return the first day on which a subscription of a vendor ends by itself."""
    return min((day for term in card.ledger.terms if (day := lapsing(term, as_of))), default=None)


def more(card: Card) -> list[str]:
    """Return the further words by which a vendor is found."""
    return [str(clip(each)) for each in (*card.aliases, *card.capabilities)]


def _one(cards: Sequence[Card], name: str) -> Iterable[Values]:
    """Yield one field of every card. An empty text is not known."""
    for card in cards:
        value = getattr(card, name)
        yield None if value in {None, ""} else [value]


def _day(cards: Sequence[Card], name: str) -> Iterable[Values]:
    for card in cards:
        value = getattr(card, name)
        yield None if value is None else [value.isoformat()]


def _ends(cards: Sequence[Card], as_of: date) -> Iterable[Values]:
    for card in cards:
        day = ends(card, as_of)
        yield None if day is None else [day.isoformat()]


def _owner(cards: Sequence[Card], *sides: str) -> Iterable[Values]:
    for card in cards:
        yield [card.owners[side].id for side in sides if side in card.owners] or None


def _teams(card: Card) -> Values:
    """Return the teams that own it, or pay for it."""
    return [*card.teams.values(), *(team for team in card.spend if team)] or None


def _spend(card: Card) -> Values:
    amount = card.annual if card.annual is not None else card.at_least
    return None if amount is None else [round(amount)]


def _dearer(cards: Sequence[Card]) -> list[int]:
    return [row for row, card in enumerate(cards) if card.annual is None and card.at_least is not None]


def _unsure(cards: Sequence[Card]) -> list[int]:
    return [row for row, card in enumerate(cards) if card.risk and not card.risk_sure]


def _abroad(card: Card) -> str:
    return "unknown" if card.abroad is None else "yes" if card.abroad else "no"
