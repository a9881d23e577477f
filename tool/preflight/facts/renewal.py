"""Terms of subscriptions: until when each runs, whether it renews by itself, and the last day to cancel it.

A notice has to arrive at least ``notice_days`` before the last day of the term, so the last day to cancel is
``ends`` minus ``notice_days``: a term that ends on 31 December with 30 days of notice is cancelled on 1 December
at the latest. A term that renewed by itself since the record was written goes on with its own length.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from preflight.facts import lifecycle
from preflight.periods import add_days, days_until, term_end

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from preflight.model import Context, JsonObject

NAME = "renewal"
INPUTS = ("/lifecycle/status", "/contract/subscriptions")
POLICIES = ()
_NEEDS = ["/contract/subscriptions"]
_ENDS = ["/contract/subscriptions (with ends, auto_renews and notice_days)"]
_WHICH: JsonObject = {
    "pointer": {"type": "string", "description": "The subscription."},
    "product": {"type": "string", "description": "The product."},
}
_LAST: JsonObject = {"type": "string", "description": "The last day of the term that runs now."}


def _listed(what: str, members: JsonObject) -> JsonObject:
    items = {"type": "object", "additionalProperties": False, "properties": {**_WHICH, **members}}
    return {"type": "array", "description": what, "needs": _NEEDS, "items": items}


SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "terms": _listed(
            "Every subscription under contract, with the last day to cancel it.",
            {
                "team": {"type": "string", "description": "The team that uses it."},
                "ends": _LAST,
                "last_day": {
                    "type": "string",
                    "description": "The last day to cancel this term; not there where it does not renew by itself.",
                },
                "days_left": {
                    "type": "integer",
                    "description": "Days to the last day to cancel, or to the end of a term that does not renew.",
                },
                "auto_renews": {"type": "boolean", "description": "Whether it renews by itself."},
                "rolled": {
                    "type": "boolean",
                    "description": "Whether the end in the record lies in the past and the term has renewed since.",
                },
                "known": {"type": "boolean", "description": "Whether the record says enough for these dates."},
                "next_day": {
                    "type": "string",
                    "description": "The next last day to cancel that has not passed: of this term or a later one.",
                },
                "next_days": {"type": "integer", "description": "Days to that day."},
            },
        ),
        "ended": _listed(
            "Subscriptions of a live vendor that ended and were not renewed.",
            {"ends": _LAST, "days": {"type": "integer", "description": "Days since it ended."}},
        ),
        "undated": _listed(
            "Subscriptions of which the record does not say when they end, or when they can be cancelled.",
            {
                "lacks": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "What has to be filled in.",
                },
            },
        ),
        "next_notice_days": {
            "type": "integer",
            "description": "Days to the soonest last day to cancel that has not passed.",
            "needs": _ENDS,
        },
        "next_end_days": {
            "type": "integer",
            "description": "Days to the soonest end of a term that runs now.",
            "needs": _ENDS,
        },
    },
}


def of(record: JsonObject, context: Context) -> JsonObject:
    """Return the terms of a vendor with a contract; nothing while its subscriptions are not known."""
    if not lifecycle.of(record, context)["contracted"]:
        return {"terms": [], "ended": [], "undated": []}
    subscriptions = record.get("contract", {}).get("subscriptions")
    if subscriptions is None:
        return {}
    today = context.today
    current = [
        (f"/contract/subscriptions/{index}", entry)
        for index, entry in enumerate(subscriptions)
        if not succeeded(entry, subscriptions, today)
    ]
    terms = [_term(pointer, entry, today) for pointer, entry in current]
    live = record["lifecycle"]["status"] == "live"
    facts: JsonObject = {
        "terms": terms,
        "ended": [each for term in terms for each in _ended(term, today)] if live else [],
        "undated": [each for pointer, entry in current for each in _undated(pointer, entry, today)],
    }
    notices = [term["next_days"] for term in terms if "next_days" in term]
    ends = [days for term in terms if "ends" in term and (days := _days(term["ends"], today)) >= 0]
    return facts | _least("next_notice_days", notices) | _least("next_end_days", ends)


def _least(name: str, days: list[int]) -> JsonObject:
    return {name: min(days)} if days else {}


def _days(day: str, today: date) -> int:
    return days_until(date.fromisoformat(day), today)


def _same(entry: JsonObject) -> tuple[str, str | None, str | None]:
    return entry["product"], entry.get("team"), entry.get("region")


def succeeded(entry: JsonObject, others: Sequence[JsonObject], today: date) -> bool:
    """Whether the record keeps an ended term beside the one that took its place."""
    ends = entry.get("ends")
    return (
        ends is not None
        and date.fromisoformat(ends) < today
        and any(
            other is not entry and _same(other) == _same(entry) and other.get("starts", "") >= ends for other in others
        )
    )


def _term(pointer: str, entry: JsonObject, today: date) -> JsonObject:
    term: JsonObject = {"pointer": pointer, "product": entry["product"]}
    term |= {name: entry[name] for name in ("team", "auto_renews") if name in entry}
    term["known"] = not _lacks(entry, today)
    if "ends" not in entry:
        return term
    return term | _dates(entry, date.fromisoformat(entry["ends"]), today)


def _dates(entry: JsonObject, stated: date, today: date) -> JsonObject:
    """Return the dates of a term of which the record states the end, as far as they are known."""
    renews, notice = entry.get("auto_renews"), entry.get("notice_days")
    first = date.fromisoformat(entry["starts"]) if "starts" in entry else None
    ends = term_end(first, stated, today) if renews else stated
    dates: JsonObject = {"ends": ends.isoformat()}
    if renews is not None:
        dates["rolled"] = ends != stated
    if renews is False:
        return dates | {"days_left": days_until(ends, today)}
    if notice is None:
        return dates
    last = add_days(ends, -notice)
    dates |= {"last_day": last.isoformat(), "days_left": days_until(last, today)}
    if renews:
        last = add_days(term_end(first, stated, add_days(today, notice)), -notice)
    if last >= today:
        dates |= {"next_day": last.isoformat(), "next_days": days_until(last, today)}
    return dates


def _ended(term: JsonObject, today: date) -> Iterator[JsonObject]:
    if term.get("auto_renews") is False and "ends" in term and (days := -_days(term["ends"], today)) > 0:
        yield {name: term[name] for name in ("pointer", "product", "ends")} | {"days": days}


def _lacks(entry: JsonObject, today: date) -> list[str]:
    """Return the fields without which nobody can say when a subscription ends, or can be cancelled.

    Whether it renews is asked even where a notice is stated: once its end has passed, that decides whether it runs.
    """
    renews = entry.get("auto_renews")
    wanted = ["ends"] if renews is False else ["ends", "notice_days"]
    lacks = [name for name in wanted if name not in entry]
    passed = "ends" in entry and date.fromisoformat(entry["ends"]) < today
    return lacks if renews is not None or not (lacks or passed) else [*lacks, "auto_renews"]


def _undated(pointer: str, entry: JsonObject, today: date) -> Iterator[JsonObject]:
    if lacks := _lacks(entry, today):
        yield {"pointer": pointer, "product": entry["product"], "lacks": lacks}
