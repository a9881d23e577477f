"""Two inventories side by side: which vendors came, which went, and what moved in those that stayed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.escaping import json_text, markdown
from preflight.money import shown
from preflight.tables import table, wrapped
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from preflight.inventory.stock import Card, Stock
    from preflight.model import Json, JsonObject
    from preflight.tables import Cell

SCHEMA = "preflight/inventory-diff/v1"
UNKNOWN = "not known"
FILE, READABLE, UNREADABLE = "file", "in order", "not of the right form"


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that is different: what, and how it was and is; None: not known."""

    what: str
    before: Json
    after: Json


@dataclass(frozen=True, slots=True)
class Moved:
    """A vendor that stayed: what moved in it, and how many fields of its record changed, those told of included."""

    card: Card
    moves: tuple[Move, ...]
    fields: int


@dataclass(frozen=True, slots=True)
class Difference:
    """From one inventory to the other. Totals are of the vendors that the rules apply to, as far as known."""

    before: Stock
    after: Stock
    came: tuple[Card, ...]
    went: tuple[Card, ...]
    moved: tuple[Moved, ...]

    @property
    def totals(self) -> tuple[Move, ...]:
        """How the whole moved."""
        found = []
        for what, of in TOTALS.items():
            was, now = (of(stock) for stock in (self.before, self.after))
            found.append(Move(what, was, now))
        return tuple(found)


def _sum(of: Callable[[Card], float | None]) -> Callable[[Stock], float | None]:
    def whole(stock: Stock) -> float | None:
        known = [value for card in stock.governed if (value := of(card)) is not None]
        return round(sum(known), 2) if known else None

    return whole


TOTALS: dict[str, Callable[[Stock], Json]] = {
    "vendors": lambda stock: len(stock.governed),
    "annual cost": _sum(lambda card: card.at_least if card.annual is None else card.annual),
    "red flags": _sum(lambda card: card.red_flags),
    "findings waived": _sum(lambda card: card.waived),
}
# What a reader of an inventory wants to hear of; whatever else changed in a record is counted.
TOLD: dict[str, Callable[[Card], Json]] = {
    "name": lambda card: card.name,
    "status": lambda card: card.status or None,
    "category": lambda card: card.category or None,
    "company": lambda card: card.company or None,
    "risk": lambda card: card.risk,
    "annual cost": lambda card: card.annual,
    "marketing owner": lambda card: _owner(card, "marketing"),
    "IT owner": lambda card: _owner(card, "it"),
    "data": lambda card: None if card.data is None else ", ".join(card.data),
    "residency": lambda card: None if card.residency is None else ", ".join(card.residency),
    "red flags": lambda card: card.red_flags,
    "findings waived": lambda card: card.waived,
    "last day to cancel": lambda card: card.cancel_by.isoformat() if card.cancel_by else None,
}


def _owner(card: Card, side: str) -> str | None:
    return card.owners[side].name if side in card.owners else None


def compare(before: Stock, after: Stock) -> Difference:
    """Compare two inventories; vendors are the same that have the same id."""
    was, now = ({card.id: card for card in stock.cards} for stock in (before, after))
    # A vendor whose file cannot be read did not go, and does not come when it can be read again.
    lost = was.keys() & {each.id for each in after.broken} - now.keys()
    found = now.keys() & {each.id for each in before.broken} - was.keys()
    moved = [_moved(was[name], now[name]) for name in was.keys() & now.keys()]
    moved += [Moved(was[name], (Move(FILE, READABLE, UNREADABLE),), 0) for name in lost]
    moved += [Moved(now[name], (Move(FILE, UNREADABLE, READABLE),), 0) for name in found]
    return Difference(
        before,
        after,
        tuple(now[name] for name in sorted(now.keys() - was.keys() - found)),
        tuple(was[name] for name in sorted(was.keys() - now.keys() - lost)),
        tuple(sorted((each for each in moved if each.moves or each.fields), key=lambda each: each.card.id)),
    )


def _moved(was: Card, now: Card) -> Moved:
    moves = tuple(Move(what, of(was), of(now)) for what, of in TOLD.items() if of(was) != of(now))
    names = was.fields.keys() | now.fields.keys()
    return Moved(now, moves, sum(was.fields.get(name) != now.fields.get(name) for name in names))


# ---- How it is shown ------------------------------------------------------------------------------


def _said(stock: Stock, value: Json, what: str) -> str:
    if value is None:
        return UNKNOWN
    return shown(value, stock.currency) if what == "annual cost" else f"{value}"


def _change(found: Difference, move: Move) -> str:
    before, after = (
        _said(stock, value, move.what) for stock, value in ((found.before, move.before), (found.after, move.after))
    )
    return f"{move.what}: {before} → {after}"


def as_table(found: Difference) -> str:
    """Return lines for the terminal."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Difference) -> Iterator[str]:
    rows: list[tuple[str, str, Cell]] = [("came", card.id, _short(card)) for card in found.came]
    rows += [("went", card.id, _short(card)) for card in found.went]
    rows += [("moved", each.card.id, _moves(found, each)) for each in found.moved]
    if rows:
        yield from table([list(row) for row in rows], ["What", "Vendor", "How"], (6, 26, 44))
        yield ""
    yield from wrapped(_summary(found))
    for move in found.totals:
        if move.before != move.after:
            yield from wrapped(_change(found, move))


def _moves(found: Difference, each: Moved) -> tuple[str, ...] | str:
    told = [_change(found, move) for move in each.moves]
    if not told:
        return f"{counted(each.fields, 'field')} changed"
    return tuple(told)


def _short(card: Card) -> str:
    return ", ".join(each for each in (card.name, card.category.replace("-", " "), card.status) if each)


def _summary(found: Difference) -> str:
    counts = f"{len(found.came)} came, {len(found.went)} went, {len(found.moved)} moved"
    return f"{counts} from {_point(found.before)} to {_point(found.after)}"


def _point(stock: Stock) -> str:
    return (stock.commit or "")[:12] if stock.exact else "the working tree"


def as_json(found: Difference) -> str:
    """Return JSON, described by schemas/inventory-diff.schema.json."""
    return json_text(
        {
            "schema": SCHEMA,
            "as_of": found.after.as_of.isoformat(),
            "before": found.before.commit,
            "after": found.after.commit if found.after.exact else None,
            "totals": {move.what: {"before": move.before, "after": move.after} for move in found.totals},
            "came": [_named(card) for card in found.came],
            "went": [_named(card) for card in found.went],
            "moved": [
                {
                    **_named(each.card),
                    "moves": [{"what": move.what, "before": move.before, "after": move.after} for move in each.moves],
                    "fields_changed": each.fields,
                }
                for each in found.moved
            ],
        }
    )


def _named(card: Card) -> JsonObject:
    return {"id": card.id, "name": card.name, "category": card.category or None, "status": card.status or None}


def as_markdown(found: Difference) -> str:
    """Return Markdown, for a comment or a page of the wiki."""
    lines = [f"**{markdown(_summary(found))}**", ""]
    lines += [f"- {markdown(_change(found, move))}" for move in found.totals if move.before != move.after]
    for title, cards in (("Came", found.came), ("Went", found.went)):
        if cards:
            lines += ["", f"### {title}", "", *(f"- {markdown(_short(card))} ({markdown(card.id)})" for card in cards)]
    if found.moved:
        lines += ["", "### Moved", ""]
        for each in found.moved:
            told = _moves(found, each)
            said = told if isinstance(told, str) else "; ".join(told)
            lines.append(f"- **{markdown(each.card.name)}**: {markdown(said)}")
    return "\n".join(lines) + "\n"


FORMATS: dict[str, Callable[[Difference], str]] = {"table": as_table, "json": as_json, "markdown": as_markdown}
