"""What belongs to one vendor, or to one rule, found without a search through all of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import TypeVar

    from preflight.deciding.listing import Row
    from preflight.due.items import DueItem
    from preflight.inventory.stock import Card, Event, Stock
    from preflight.model import Rule

    T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Index:
    """What falls due, what was decided and what happened, by vendor; rules by id, and who breaks them."""

    due: Mapping[str, Sequence[DueItem]]
    decided: Mapping[str, Sequence[Row]]
    events: Mapping[str, Sequence[Event]]
    rules: Mapping[str, Rule]
    breaking: Mapping[str, Sequence[Card]]
    members: frozenset[str]  # what records speak of at their top, by the schema or in fact


def of(stock: Stock) -> Index:
    """Look through the whole stock, once."""
    return Index(
        due=_by((each.vendor, each) for each in stock.due),
        decided=_by((each.decision.statement.vendor, each) for each in stock.decided),
        events=_by((each.vendor, each) for each in stock.events or ()),
        rules={rule.id: rule for rule in stock.rules},
        breaking=_by((rule, card) for card in stock.governed for rule in dict.fromkeys(card.failing)),
        members=frozenset(_members(stock)),
    )


def _members(stock: Stock) -> Iterator[str]:
    declared = (stock.schema or {}).get("properties")
    yield from declared if isinstance(declared, dict) else ()
    for card in stock.cards:
        for pointer in card.fields:
            yield pointer.split("/", 2)[1] if pointer.startswith("/") else ""


def _by(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return dict(found)
