"""What comes into a record once it is agreed to, in a way in which nobody would be asked about it.

Limits count a purchase in the year of its day. What is bought today must not carry the day of an older entry, nor none,
and a vendor that is over, about which nobody is asked any more, buys nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from operator import eq
from typing import TYPE_CHECKING

from preflight import terms
from preflight.facts import cost, lifecycle
from preflight.facts.spend import earlier, window
from preflight.pairing import missing, taken
from preflight.periods import add_days
from preflight.pointers import get
from preflight.recurring import INSIDE, KINDS, RECURRING, SUBSCRIPTION, USAGE, is_since, listed
from preflight.shapes import TEXT, faults
from preflight.spans import beyond

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.model import Context, Json, JsonObject
    from preflight.recurring import Kind

NAME = "additions"
SUBSCRIPTIONS, PAYMENTS = "/contract/subscriptions", "/cost/one_off"
COUNTED = {"active_users": "people who use it", "seats": "seats that are paid or given out"}
IN_USE = {
    "/integrations": "a connection",
    "/contract/reference": "another contract",
    "/readiness": "conditions of going live",
}
# Of a vendor that was left one may be found later; of a rejected one there is none.
ONCE_USED = {"/incidents": "an incident"}
# Of a record that is over: what it is called, who looks after it, why it ended. What it costs is told of elsewhere.
_ALWAYS = {
    *("id", "name", "summary", "aliases", "category", "capabilities", "classification", "legal_entity", "lifecycle"),
    *("ownership", "evidence", "approvals", "not_applicable", "remediation", "contract", "cost"),
    *("integrations", "incidents", "readiness", "usage"),
}
# Of one that was retired, how it went besides.
MAY_CHANGE = {"rejected": _ALWAYS, "retired": _ALWAYS | {"retirement", "reviews", "governance"}}
INPUTS = (SUBSCRIPTIONS, PAYMENTS, RECURRING, USAGE, "/lifecycle/status")
POLICIES = ("approvals", "rates")
SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "late": {
            **faults(
                "What recurs or is used, is new or more than before, and has no day of late since when it is paid.",
                what={**TEXT, "description": "What it is."},
            ),
            "needs": [RECURRING, USAGE],
        },
        "grown": {
            **faults(
                "Subscriptions of more than 90 days ago that are longer than they were, or dearer though they are over "
                "or priced for the whole term.",
                what={**TEXT, "description": "Which one."},
            ),
            "needs": [SUBSCRIPTIONS],
        },
        "belated": {
            **faults(
                "What is new in the record of a vendor that is over, or is retired from a later day on.",
                what={**TEXT, "description": "What it is."},
            ),
            "needs": [SUBSCRIPTIONS, PAYMENTS, RECURRING, USAGE],
        },
        "abandoned": {
            **faults(
                "What is bought, is to be on a day, or is used now, of a vendor that the change rejects.",
                what={**TEXT, "description": "What it is."},
            ),
            "needs": [SUBSCRIPTIONS, PAYMENTS, RECURRING, USAGE],
        },
    },
}


def since(record: JsonObject, before: JsonObject | None, context: Context) -> JsonObject:
    """Return what is new in the record, or more than in the one ``before``, and says nothing true of when."""
    found: JsonObject = {"late": [], "grown": [], "belated": [], "abandoned": []}
    if before is None:
        return found
    agreed, was_over = lifecycle.was_agreed(before), cost.is_over(before, context)
    # Of a day that is still to come it is asked now: once it has come, nobody looks. What was rejected unasked buys
    # nothing later, either.
    is_left = record["lifecycle"]["status"] == "retired" or cost.is_over(record, context)
    if is_left and (agreed or was_over):
        found["belated"] = _belated(record, before, context)
    if record["lifecycle"]["status"] == "rejected" and not was_over:
        # Who uses it may have been told before: what people use was not rejected.
        found["abandoned"] = [*_bought(record, planned=not agreed), *_used(record, {**before, "usage": {}})]
    if agreed:  # a proposal may change until it is agreed to
        found["late"] = list(_late(record, before, context))
        found["grown"] = list(_grown(record, before, context))
    return found


def _bought(record: JsonObject, *, planned: bool) -> Iterator[JsonObject]:
    """Yield all that a record says is bought; of what was only ever ``planned`` what has a day, which would come."""
    for each in listed(record, SUBSCRIPTIONS):
        if not planned or "starts" in each:
            yield {"pointer": SUBSCRIPTIONS, "what": str(each["product"])}
    for each in listed(record, PAYMENTS):
        if each["kind"] != INSIDE and (not planned or "date" in each):
            yield {"pointer": PAYMENTS, "what": f"a payment ({each['kind']})"}
    for kind in KINDS:
        for each in kind.entries(record):
            if not planned or "since" in each:
                yield {"pointer": kind.at, "what": f"{kind.what} {kind.name(each)}"}


# ---- Subscriptions ------------------------------------------------------------------------------


def _grown(record: JsonObject, before: JsonObject, context: Context) -> Iterator[JsonObject]:
    """Yield subscriptions that have become longer or dearer: what comes on top is bought now, and would be older.

    While things are entered, that is part of entering them. Later, a price by the month or year of what runs may rise:
    it counts in full in what a year costs.
    """
    entered = add_days(context.today, -window.IN_TIME).isoformat()
    left = [each for each in listed(before, SUBSCRIPTIONS) if each.get("starts", entered) < entered]
    changed = [
        (index, entry, now)
        for index, (entry, now) in enumerate(
            zip(listed(record, SUBSCRIPTIONS), terms.bought(record, context), strict=True)
        )
        if not taken(left, entry.__eq__)  # one stands for one
    ]
    for index, entry, now in changed:
        twins = [each for each in left if each["starts"] == entry.get("starts") and each["product"] == entry["product"]]
        twins.sort(key=lambda was: [was.get(name) != entry.get(name) for name in ("team", "region")])
        fits = [was for was in twins if _is_no_more(was, entry, context) or _is_raised(was, entry, now, context)]
        if fits:
            left.remove(fits[0])
        elif twins:
            days = " to ".join(entry[each] for each in ("starts", "ends") if each in entry)
            yield {"pointer": f"{SUBSCRIPTIONS}/{index}", "what": f"{entry['product']} of {days}"}


def _is_raised(was: JsonObject, entry: JsonObject, now: terms.Purchase, context: Context) -> bool:
    """Whether it is what it was and runs today, at another price by the period that is more than what is promised."""
    days = all(was.get(name) == entry.get(name) for name in ("starts", "ends", "auto_renews"))
    runs = days and terms.runs(now, context.today)
    if not runs or "term" in (was.get("per"), entry.get("per")):
        return False
    plain = terms.alone({name: each for name, each in entry.items() if name != "commitment"}, context)
    return (plain.annual, plain.term) == (now.annual, now.term)


def _is_no_more(was: JsonObject, now: JsonObject, context: Context) -> bool:
    """Whether it is no dearer than it was, and no longer than the term that runs or cannot be left any more."""
    one, other = (terms.alone({**each, "auto_renews": False}, context) for each in (was, now))
    rate = one.a_day is None or (other.a_day is not None and other.a_day <= one.a_day)
    owed = one.term is None or other.term is None or other.term <= one.term
    if str(now.get("ends", "9999-12-31")) <= str(was.get("ends", "9999-12-31")):
        return rate and owed
    rolled = (
        was.get("auto_renews", True)
        and "ends" in was
        and str(now.get("ends", "9999-12-31")) <= _bound_until(was, context)
    )
    return rate and bool(rolled)


def _bound_until(was: JsonObject, context: Context) -> str:
    """Return the last day of the term after the one that runs: further than that nothing has renewed by itself."""
    first, last = (date.fromisoformat(was[name]) if name in was else None for name in ("starts", "ends"))
    if last is None or (first is not None and first > last):
        return "9999-12-31"
    return terms.rolling(first, last, context.today)[1].isoformat()


# ---- What recurs --------------------------------------------------------------------------------


def _late(record: JsonObject, before: JsonObject, context: Context) -> Iterator[JsonObject]:
    """Yield what recurs and is new or more than before, and has no day within the days in which things are entered.

    Without one nobody could tell it from what has been paid for years. Of subscriptions, what the contract has with
    its days needs no other.
    """
    first, entered = window.window_begins(context), add_days(context.today, -window.IN_TIME)
    subscribed, _ = terms.yearly(cost.purchases(record, context))
    contracted = subscribed * (1 + cost.TOLERANCE)
    for kind in KINDS:
        undated, old = (
            kind.sums_of([each for each in kind.entries(one) if not is_since(each, first)], context)
            for one in (record, before)
        )
        for name, amount in undated.items():
            was = [each for each in (old.get(name), contracted if name == SUBSCRIPTION else None) if each is not None]
            if amount is None or not was or amount > max(was):
                yield {"pointer": kind.at, "what": f"{kind.what} {name}"}
        dated = [each for each in kind.entries(record) if is_since(each, first) and not is_since(each, entered)]
        for each, _ in missing(dated, kind.entries(before), kind.same, partial(kind.as_much, context=context)):
            yield {"pointer": kind.at, "what": f"{kind.what} {kind.name(each)} since {each['since']}"}


# ---- What came after the end --------------------------------------------------------------------


def _belated(record: JsonObject, before: JsonObject, context: Context) -> list[JsonObject]:
    """Return what a vendor that is over would still buy or promise: nobody is asked about it any more."""
    return list(_entered(record, before, context)) or list(_costlier(record, before, context))


def _entered(record: JsonObject, before: JsonObject, context: Context) -> Iterator[JsonObject]:
    """Yield the entries that are new, or are more than they were."""
    subscriptions = listed(before, SUBSCRIPTIONS)
    for entry, _ in missing(listed(record, SUBSCRIPTIONS), list(subscriptions), _is_shorter, _always):
        yield {"pointer": SUBSCRIPTIONS, "what": str(entry["product"])}
    for entry, _ in missing(listed(record, PAYMENTS), list(listed(before, PAYMENTS)), eq, _always):
        if entry["kind"] != INSIDE:
            yield {"pointer": PAYMENTS, "what": f"a payment ({entry['kind']})"}
    yield from _used(record, before)
    for kind in KINDS:
        holds = partial(_is_left, kind, context)
        for entry, _ in missing(kind.entries(record), kind.entries(before), kind.same, holds):
            yield {"pointer": kind.at, "what": f"{kind.what} {kind.name(entry)}"}


def _used(record: JsonObject, before: JsonObject) -> Iterator[JsonObject]:
    """Yield what only a vendor has that is used, and that the record did not tell before."""
    usage = record.get("usage", {})
    if usage != before.get("usage", {}):
        yield from ({"pointer": "/usage", "what": what} for member, what in COUNTED.items() if usage.get(member))
    status = record["lifecycle"]["status"]
    rejected = status == "rejected"
    for at, what in {**IN_USE, **(ONCE_USED if rejected else {})}.items():
        if _adds(get(record, at), get(before, at)):
            yield {"pointer": at, "what": what}
    if status in MAY_CHANGE and before["lifecycle"]["status"] == status:
        for name in sorted(record.keys() - MAY_CHANGE[status]):
            if _adds(record[name], before.get(name)):
                yield {"pointer": f"/{name}", "what": f"something new under {name}"}


def _adds(now: Json, was: Json) -> bool:
    """Whether a value says more than one before, or something else; to take something out adds nothing."""
    if isinstance(now, dict):
        return any(_adds(each, was.get(name) if isinstance(was, dict) else None) for name, each in now.items())
    if isinstance(now, list):
        return any(each not in (was if isinstance(was, list) else ()) for each in now)
    return bool(now) and now != was


def _costlier(record: JsonObject, before: JsonObject, context: Context) -> Iterator[JsonObject]:
    """Yield for what more is paid on some day than before, by a vendor that was over before the change, too.

    The entries may be as they were, and a day of the life cycle make more of them.
    """
    if not cost.is_over(before, context):
        return
    now, was = (earlier.said(each, context, context.today) for each in (record, before))
    for place, spans in now.places.items():
        known = (replace(each, rate=each.rate * (1 + cost.TOLERANCE)) for each in was.places.get(place, ()))
        if more := next(beyond(spans, known), None):
            named = next((each for each in place if each and not each.startswith("/")), "a subscription")
            yield {"pointer": "/lifecycle", "what": f"the cost of {named} from {more.first} on"}


def _always(_now: JsonObject, _was: JsonObject) -> bool:
    return True


def _is_left(kind: Kind, context: Context, now: JsonObject, was: JsonObject) -> bool:
    """Whether what recurs is no more than it was, and ends no later; what had no end by today."""
    until = str(was.get("until", context.today.isoformat()))
    ends = "until" not in was if "until" not in now else str(now["until"]) <= until
    known = kind.amount(now, context) is not None or kind.amount(was, context) is None
    return ends and known and kind.as_much(now, was, context)


def _is_shorter(now: JsonObject, was: JsonObject) -> bool:
    """Whether it is what was there, and ends or stops renewing: that is how a vendor is left."""
    ending = ("ends", "auto_renews", "notice_days")
    one, other = ({name: each for name, each in entry.items() if name not in ending} for entry in (now, was))
    renews = was.get("auto_renews", True) and now.get("notice_days") == was.get("notice_days")
    ends = str(now.get("ends", "9999-12-31")) <= str(was.get("ends", "9999-12-31"))
    return one == other and ends and (renews or not now.get("auto_renews", True))
