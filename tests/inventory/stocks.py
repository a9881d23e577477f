"""Small inventories for tests, and one whose texts are hostile."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from preflight.inventory.card import card
from preflight.inventory.stock import Detail, Event, Stock

if TYPE_CHECKING:
    from preflight.model import JsonObject

TODAY = date(2026, 11, 22)
COMMIT = "0123456789abcdef0123456789abcdef01234567"
HOSTILE = (
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    '"><img src=x onerror=alert(1)>',
    "</title></script><!-- {{ 7*7 }} {% raw %}",
    "=cmd|' /C calc'!A0",
    "مرحبا \u05e9\u05dc\u05d5\u05dd",
    "zero\u200bwidth \u202eright to left",
    "line\u2028separator",
    "x" * 10_000,
)


def hostile(text: str) -> JsonObject:
    """Return a record that says the same everywhere."""
    return {
        "id": "evil",
        "name": text,
        "summary": text,
        "category": text,
        "aliases": [text],
        "capabilities": [text],
        "lifecycle": {"status": text},
        "legal_entity": {"name": text},
        "ownership": {side: {"owner": text, "team": text} for side in ("marketing", "it")},
        "data": {"classes": [text], "residency": [text]},
        "integration": {"api": {"documentation": {"url": text}}},
        "integrations": [{"system": text}],
        text[:200]: text,
    }


def stock(*records: JsonObject, **more: Any) -> Stock:
    """Return the inventory of records that nothing judges."""
    by_id = {str(record["id"]): record for record in records}
    cards = [card(name, f"vendors/{name}.yaml", record, {}, None, {}) for name, record in sorted(by_id.items())]
    given: dict[str, Any] = {
        "title": "Stack",
        "as_of": TODAY,
        "commit": COMMIT,
        "exact": True,
        "judged": False,
        "cards": tuple(cards),
        "broken": (),
        "detail": lambda name: Detail(by_id[name]),
    }
    return Stock(**given | more)


def event(vendor: str, number: int = 1, **more: Any) -> Event:
    """Return what a commit did to a vendor."""
    given: dict[str, Any] = {
        "number": number,
        "commit": f"{number:040x}",
        "day": TODAY,
        "author": "Nora Fink",
        "subject": "Change it",
        "vendor": vendor,
        "kind": "changed",
    }
    return Event(**given | more)
