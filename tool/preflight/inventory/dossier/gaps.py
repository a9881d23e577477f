"""What nobody wrote down and somebody would ask for: in plain words, the weightiest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.inventory.card import PERSONAL, SIDES
from preflight.pointers import get

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from preflight.inventory.stock import Card, Detail
    from preflight.model import JsonObject

NAMES = {"marketing": "marketing", "it": "IT"}
MOST_SIGNS = 4
PAYING = frozenset({"approved", "live", "deprecated"})


def gaps(card: Card, detail: Detail, members: Collection[str]) -> list[str]:
    """Return what is missing, each as the end of a sentence that begins with ``Not known is``.

    ``members``: what records of this registry speak of at all; nobody asks for anything else.
    """
    found = (*_ours(card), *_theirs(card, detail.record))
    return [*(said for member, said in found if member in members), *_signs(detail.facts)]


def _ours(card: Card) -> Iterator[tuple[str, str]]:
    """Yield what is missing of what we know ourselves, with the member of the record that would tell."""
    for side in SIDES:
        if side not in card.owners:
            yield "ownership", f"who answers for it in {NAMES[side]}"
        elif card.owners[side].gone:
            yield "ownership", f"who follows {card.owners[side].name}, who has left, in {NAMES[side]}"
    if card.annual is None:
        yield "cost", "what it costs a year" if not card.at_least else "all of what it costs a year"
    if not card.line:
        yield "summary", "what it is for"


def _theirs(card: Card, record: JsonObject) -> Iterator[tuple[str, str]]:
    subscriptions = get(record, "/contract/subscriptions")
    if card.status in PAYING and subscriptions is None:
        yield "contract", "until when the contract runs and how it can be cancelled"
    elif any("ends" not in each or "auto_renews" not in each for each in subscriptions or ()):
        yield "contract", "when every subscription ends, and whether it renews by itself"
    elif any(each.get("auto_renews") and "notice_days" not in each for each in subscriptions or ()):
        yield "contract", "how much notice every subscription wants"
    if card.data is None:
        yield "data", "which classes of data it holds"
    if card.residency is None and card.data != ():
        yield "data", "in which countries the data lies"
    if PERSONAL in (card.data or ()) and get(record, "/data/dpa/signed") is None:
        yield "data", "whether there is a data processing agreement"
    if record.get("integrations") is None:
        yield "integrations", "what it is connected to"
    if not card.company:
        yield "legal_entity", "the company behind it"


def _signs(facts: JsonObject) -> Iterator[str]:
    unknown = [each["signal"] for each in facts.get("risk", {}).get("unknown", ())]
    if unknown:
        named = ", ".join(dict.fromkeys(each.lower() for each in unknown[:MOST_SIGNS]))
        yield f"how high the risk is in the end ({named}{' and more' if len(unknown) > MOST_SIGNS else ''})"
