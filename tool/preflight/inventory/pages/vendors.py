"""The table of all vendors, and what the search in the head of every page reads.

The page has the first vendors as plain HTML. Its script loads the packed columns (see columns.py) from files beside
it when the page is opened, and one file for every field of the records when somebody asks for that field.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from preflight.escaping import json_line
from preflight.inventory import any_field
from preflight.inventory.columns import broken, clip, ends, more, standard
from preflight.inventory.frame import first
from preflight.lineage import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from preflight.inventory.any_field import Field
    from preflight.inventory.columns import Column
    from preflight.inventory.frame import Site
    from preflight.inventory.stock import Card, Stock
    from preflight.model import Json, JsonObject

TITLE = "Vendors"
PATH = "vendors.html"
PLAIN = 500  # vendors in the page itself
DEFAULT = ("name", "category", "status", "risk", "spend", "red", "marketing", "it", "cancel")
FOUND = frozenset({"name", "category", "status", "company", "marketing", "it"})  # what the search in the head shows
# Where a registry has no standard columns, fields of its own stand in.
ENOUGH = 3
MOST_GUESSED = 4
FEW = 60  # values that such a field has at most to be a filter


def offered(stock: Stock) -> bool:
    """Whether there is a vendor."""
    return bool(stock.cards)


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield the page, the columns, and what the search loads."""
    cards = site.stock.cards
    columns = standard(site)
    fields, left = any_field.found(cards, site.stock.schema)
    known = {each.id for each in columns}
    shown = [name for name in DEFAULT if name in known]
    if "ends" in known and "cancel" not in known:  # beside it, it stands in the same column
        shown.append("ends")
    guessed = _guess(cards, fields) if len(shown) < ENOUGH else []
    shown += [each.id for each in guessed]
    plain, missing = first(cards, PLAIN)
    yield site.page(
        PATH,
        "vendors.html",
        TITLE,
        cards=[_brief(card) for card in plain],
        missing=missing,
        ends={card.id: ends(card, site.stock.as_of) for card in plain},
        columns={each.id: each.label for each in columns if each.id in shown},
        broken=len(site.stock.broken),
    )
    rows = {
        "rows": len(cards),
        "ids": [card.id for card in cards],
        "files": [0 if site.stems[card.id] == card.id else site.stems[card.id] for card in cards],
        "more": [" · ".join([*more(card), *_words(card, guessed)]) for card in cards],
    }
    whole = rows | {
        "columns": [each.packed for each in columns],
        "shown": shown,
        "filters": [each.id for each in guessed if len(each.values) <= FEW],
    }
    yield _file("vendors", whole)
    rules = [each for each in [broken(site)] if each is not None]
    found = [each.packed for each in columns if each.id in FOUND]
    yield _file("find", rows | {"columns": found, "systems": _systems(site)})
    yield _file(
        "fields",
        {
            "fields": [
                *([each.pointer, each.label, each.help, each.count] for each in fields),
                *([each.id, each.label, "", sum(map(bool, each.cells))] for each in rules),
            ],
            "left": left,
        },
    )
    for number, column in enumerate(chain(any_field.columns(cards, fields), rules)):
        yield _file(f"fields/{number}", column.packed)


def _brief(card: Card) -> Card:
    """Return a card whose texts are no longer than the table shows."""
    owners = {side: replace(person, name=clip(person.name)) for side, person in card.owners.items()}
    texts = {name: clip(getattr(card, name)) for name in ("name", "category", "status")}
    return replace(card, owners=owners, **texts)


def _systems(site: Site) -> list[Json]:
    """Return the ids and names of the company's own systems: the search finds them, too."""
    landscape = site.stock.landscape
    if landscape is None or "integrations.html" not in site.paths:
        return []
    others = (each for each in landscape.parties.values() if each.kind == SYSTEM and each.id not in site.cards)
    return [[each.id, clip(each.name)] for each in sorted(others, key=lambda each: (each.name, each.id))]


def _file(name: str, value: JsonObject) -> tuple[str, bytes]:
    """Return a script that hands a value over: a page of a local folder can load nothing else."""
    text = f"(self.preflightData = self.preflightData || {{}})[{json_line(name)}] = {json_line(value)};\n"
    return f"data/{name}.js", text.encode()


def _guess(cards: Sequence[Card], fields: Sequence[Field]) -> list[Column]:
    """Return the fields that tell vendors apart, of a registry of which nothing else is known."""
    common = sorted(fields, key=lambda field: -field.count)[: 4 * MOST_GUESSED]
    telling = [each for each in any_field.columns(cards, common) if len(each.values) > 1]
    return telling[:MOST_GUESSED]


def _words(card: Card, guessed: Sequence[Column]) -> Iterator[str]:
    for column in guessed:
        value: Json = card.fields.get(column.id)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str):
                yield each
