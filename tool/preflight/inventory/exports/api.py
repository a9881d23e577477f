"""The inventory as JSON: an index, all vendors in short, each in full, what falls due, and who is connected to whom.

Described by schemas/api.schema.json; a change that breaks readers gets a new version, and a folder of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.escaping import json_text
from preflight.inventory.exports import summary
from preflight.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.deciding.listing import Row
    from preflight.due.items import DueItem
    from preflight.inventory.frame import Site
    from preflight.inventory.stock import Card, Detail, Stock
    from preflight.model import JsonObject, Verdict

TITLE = ""  # no page of the menu
PATH = "api/v1/index.json"
FOLDER = "api/v1"


def offered(stock: Stock) -> bool:  # noqa: ARG001 - the shape of a page
    """Whether there is anything to tell: always."""
    return True


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield the documents about the whole registry."""
    stock, head = site.stock, summary.head(site.stock)
    parts: dict[str, JsonObject] = {"vendors": {"vendors": [summary.of(site, card) for card in stock.cards]}}
    if stock.due:
        parts["due"] = {"due": [_due(each) for each in stock.due]}
    if stock.landscape is not None:
        parts["integrations"] = {"integrations": list(_integrations(stock))}
    if stock.decided:
        parts["decisions"] = {"decisions": [_decision(each) for each in stock.decided]}
    if stock.events is not None:
        parts["changes"] = {"changes": list(_changes(stock))}
    index = {name: f"{FOLDER}/{name}.json" for name in parts}
    broken = [{"id": each.id, "file": each.path, "why": each.why} for each in stock.broken]
    counts = {"vendors": len(stock.cards), "governed": len(stock.governed)}
    yield PATH, json_text({**head, "documents": index, "counts": counts, "unreadable": broken}).encode()
    for name, content in parts.items():
        yield f"{FOLDER}/{name}.json", json_text(head | content).encode()


def _due(item: DueItem) -> JsonObject:
    return {
        "vendor": item.vendor,
        "kind": item.kind,
        "what": item.what,
        "date": item.date.isoformat(),
        "days": item.days,
        "owner": item.owner or None,
        "team": item.team or None,
        "pointer": item.pointer,
    }


def _integrations(stock: Stock) -> Iterator[JsonObject]:
    landscape = stock.landscape
    if landscape is None:
        return
    for (source, target), leg in sorted(landscape.legs.items()):
        yield {
            "from": source,
            "to": target,
            "data": list(leg.data),
            "frequency": leg.frequency,
            "error_handling": leg.error_handling,
            "owner": leg.owner.id if leg.owner else None,
        }


def _decision(row: Row) -> JsonObject:
    said = row.decision.statement
    return {
        "id": row.decision.id,
        "vendor": said.vendor,
        "kind": said.kind,
        "role": said.role,
        "by": said.by,
        "decided_on": said.decided_on.isoformat(),
        "valid_until": said.valid_until.isoformat() if said.valid_until else None,
        "state": row.standing,
        "why": row.why or None,
        "rule": said.rule or None,
        "bounds": said.bounds,
        "key": row.decision.fingerprint,
        "file": row.decision.path,
    }


MOST_CHANGES = 500


def _changes(stock: Stock) -> Iterator[JsonObject]:
    for event in (stock.events or ())[:MOST_CHANGES]:
        yield {
            "commit": event.commit,
            "date": event.day.isoformat(),
            "author": event.author,
            "subject": event.subject,
            "vendor": event.vendor or None,
            "kind": event.kind,
            "fields": [{"field": each.pointer, "before": each.before, "after": each.after} for each in event.edits],
            "signature": event.signature,
        }


# ---- One vendor -----------------------------------------------------------------------------------


def of_vendor(site: Site, card: Card, detail: Detail) -> Iterator[tuple[str, bytes]]:
    """Yield the document of one vendor."""
    stock = site.stock
    told = summary.of(site, card) | {
        "record": detail.record,
        "findings": [_finding(each) for each in detail.verdicts if each.outcome in {Outcome.FAIL, Outcome.WAIVED}],
        "due": [_due(each) for each in site.index.due.get(card.id, ())],
        "decisions": [_decision(each) for each in site.index.decided.get(card.id, ())],
    }
    yield f"{FOLDER}/vendors/{site.stems[card.id]}.json", json_text({**summary.head(stock), "vendor": told}).encode()


def _finding(verdict: Verdict) -> JsonObject:
    return {
        "rule": verdict.rule,
        "level": verdict.level.value,
        "outcome": verdict.outcome.value,
        "message": verdict.message,
        "fix": verdict.fix,
        "line": verdict.line,
        "pointer": verdict.pointer,
        "waiver": verdict.waiver,
    }
