"""What was bought and still counts, beside the record that a change replaces: a ledger, where entries stay.

Limits are held against what runs and against what was bought within the window of policies/approvals.yaml. Either is
read from the record as it is now. Whoever could take an entry out, move it out of the window, make it smaller or call
it something else would buy the next slice as if it were the first.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from preflight import houses, terms
from preflight.facts import cost, lifecycle
from preflight.facts.spend import window
from preflight.naming import owned
from preflight.pairing import GONE, LESS, missing
from preflight.periods import add_days
from preflight.recurring import INSIDE, KINDS, RECURRING, SUBSCRIPTION, USAGE, Kind, listed, plainly
from preflight.shapes import TEXT, faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from preflight.model import Context, JsonObject

NAME = "ledger"
SUBSCRIPTIONS, PAYMENTS = "/contract/subscriptions", "/cost/one_off"
INPUTS = (SUBSCRIPTIONS, PAYMENTS, RECURRING, USAGE, "/legal_entity", "/lifecycle/status")
POLICIES = ("approvals", "rates")
SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "withdrawn": {
            **faults(
                "What was bought, still counts, and is not told any more, or as less.",
                what={**TEXT, "description": "What it is, in the words of the record before."},
                found={**TEXT, "description": "What has become of it."},
            ),
            "needs": [SUBSCRIPTIONS, PAYMENTS, RECURRING, USAGE],
        },
        "looked_at": {
            "type": "boolean",
            "description": "Whether somebody agreed to the record before, reviewed or approved it, or has by now.",
        },
        "exchanged": {
            **faults(
                "What tells who sold it, and was looked at or agreed to, and is not in the record any more.",
                what={**TEXT, "description": "What it was, in the words of the record before."},
            ),
            "needs": ["/legal_entity"],
        },
    },
}

LATE = "it is said to have ended before today"


def since(record: JsonObject, before: JsonObject | None, context: Context) -> JsonObject:
    """Return what of the record ``before`` is not in the one of now, though it counts."""
    if before is None:
        return {"looked_at": False, "withdrawn": [], "exchanged": []}
    agreed = lifecycle.was_agreed(before)
    signed = context.decided.approvals.get(record.get("id", ""))
    looked_at = bool(agreed or before.get("reviews") or before.get("approvals") or signed)
    # What somebody found out about one company is of no other.
    sold_by, was_sold_by = (each.get("legal_entity", {}) for each in (record, before))
    exchanged = list(_exchanged(sold_by, was_sold_by, context)) if looked_at else []
    if not agreed:  # a proposal may change until it is agreed to
        return {"looked_at": looked_at, "withdrawn": [], "exchanged": exchanged}
    withdrawn = [
        *_subscriptions(record, before, context),
        *_left(record, before, context),
        *_payments(record, before, context),
        *_repeated(record, before, context),
    ]
    return {"looked_at": looked_at, "withdrawn": withdrawn, "exchanged": exchanged}


def _is_bought(record: JsonObject, day: str, today: str) -> bool:
    """Whether something of that day is bought: it has begun, or the contract is signed. Until then it is negotiated.

    Where one thing has begun, the contract is signed, whatever the record says.
    """
    signed = lifecycle.is_signed(record)
    return signed or day <= today or lifecycle.begun_on(record, date.fromisoformat(today)) is not None


# ---- Subscriptions ------------------------------------------------------------------------------


def _subscriptions(record: JsonObject, before: JsonObject, context: Context) -> Iterator[JsonObject]:
    """Yield the subscriptions that run or ran within the window, and are not in the record as they were.

    One that is longer or dearer than it was is in it still; its product, team, region and first day stay.
    """
    first, today = window.counted_from(before, context), context.today.isoformat()
    back = window.looked_back_to(context)
    were = [
        entry
        for entry, each in zip(listed(before, SUBSCRIPTIONS), terms.bought(before, context), strict=True)
        if (first == date.min or each.until is None or each.until >= back)
        and _is_bought(before, entry.get("starts", today), today)
    ]

    def same(was: JsonObject, entry: JsonObject) -> bool:
        place = all(plainly(was.get(each)) == plainly(entry.get(each)) for each in ("product", "team", "region"))
        return place and _began(was.get("starts"), entry.get("starts"), first)

    def holds(was: JsonObject, entry: JsonObject) -> bool:
        seats = entry.get("users", 0) >= was.get("users", 0)
        # With a shorter notice it could be left later, and less would be owed.
        notice = not was.get("auto_renews", True) or entry.get("notice_days", 0) >= was.get("notice_days", 0)
        return seats and notice and _runs_as_long(was, entry, context.today) and _costs_as_much(was, entry, context)

    told = list(missing(were, list(listed(record, SUBSCRIPTIONS)), same, holds))
    for was, found in told:
        yield {"pointer": SUBSCRIPTIONS, "what": _named(was), "found": found}
    for was in _given_way(record, before, context):
        if was in were and all(was != each for each, _ in told):
            yield {"pointer": SUBSCRIPTIONS, "what": _named(was), "found": LESS}


def _named(entry: JsonObject) -> str:
    days = " to ".join(entry[each] for each in ("starts", "ends") if each in entry)
    return f"{entry['product']}{days and f' of {days}'}"


def _given_way(record: JsonObject, before: JsonObject, context: Context) -> Iterator[JsonObject]:
    """Yield subscriptions that end before what is owed of them does, for what follows upon them costs less.

    What follows in the same place takes the place of what had renewed: it is as if the old one had become cheaper.
    """
    now = terms.bought(record, context)
    gone: dict[tuple[str, ...], list[_Ended]] = {}
    for entry, was, kept in _still_there(record, before, context):
        last = min(was.until or date.max, _owed_until(entry, context.today) or date.max)
        until = kept.until or date.max
        if add_days(until, 1) < last:  # the last day of a term may be told as the day after it
            gone.setdefault(_place(was), []).append(_Ended(entry, was, until, last))
    for place, ended in gone.items():
        here = [each for each in now if _place(each) == place]
        if not _costs_on(ended, here):
            yield from (each.entry for each in ended)


class _Ended(NamedTuple):
    """A subscription of before that ends now, on another day than the last one that is owed."""

    entry: JsonObject
    was: terms.Purchase
    until: date
    last: date


def _still_there(
    record: JsonObject, before: JsonObject, context: Context
) -> Iterator[tuple[JsonObject, terms.Purchase, terms.Purchase]]:
    """Yield subscriptions that are in both records, with what they came to and come to; one stands for one."""
    left = list(zip(listed(record, SUBSCRIPTIONS), terms.bought(record, context), strict=True))
    were = list(zip(listed(before, SUBSCRIPTIONS), terms.bought(before, context), strict=True))
    were.sort(key=lambda each: each[0] not in listed(record, SUBSCRIPTIONS))  # what is as it was stands for itself
    for entry, was in were:
        same = [each for each in left if each[1].starts == was.starts and _place(each[1]) == _place(was)]
        same.sort(key=lambda each: each[0] != entry)
        if same and was.starts:
            left.remove(same[0])
            yield entry, was, same[0][1]


def _costs_on(ended: Sequence[_Ended], here: Sequence[terms.Purchase]) -> bool:
    """Whether what follows in a place costs as much as all that ends there, to the last day that is owed of any."""
    until, last = min(each.until for each in ended), max(each.last for each in ended)
    were = [each.was for each in ended]
    begun = {each.starts for each in were}
    later = [each for each in here if each.starts and each.starts >= until and each.starts not in begun]
    first = min((each.starts for each in later if each.starts), default=None)
    bound = [each for each in later if each.ends and add_days(min(each.ends, each.until or date.max), 1) >= last]
    follow = [each for each in bound if each.starts == first]
    costs, before = (sum((each.annual or Decimal(0) for each in some), Decimal(0)) for some in (follow, were))
    return costs >= before


def _place(purchase: terms.Purchase) -> tuple[str, ...]:
    return tuple(plainly(each) for each in purchase.place)


def _left(record: JsonObject, before: JsonObject, context: Context) -> Iterator[JsonObject]:
    """Yield what would be owed of a vendor that is left today, and is not, by the day that the record says."""
    if cost.is_over(before, context) or not cost.is_over(record, context):
        return
    today = {**record, "lifecycle": {**record["lifecycle"], "retired_on": context.today.isoformat()}}
    owed = {each.pointer: each.until for each in window.still(record, context)}
    for each in window.still(today, context):
        if each.ends and each.until != owed.get(each.pointer):  # what has no term ends with the vendor
            product = listed(record, SUBSCRIPTIONS)[int(each.pointer.rpartition("/")[2])]["product"]
            yield {"pointer": SUBSCRIPTIONS, "what": f"{product}, which had renewed", "found": LATE}


def _began(was: str | None, now: str | None, first: date) -> bool:
    """Whether the first day is the same. One that was not known counted as of late, and has to be so still."""
    return now == was or (was is None and now is not None and now >= first.isoformat())


def _runs_as_long(was: JsonObject, now: JsonObject, today: date) -> bool:
    """Whether it says to end no earlier than what is owed of it does."""
    last = _owed_until(was, today)
    return last is None or str(now.get("ends", "9999-12-31")) >= last.isoformat()


def _owed_until(was: JsonObject, today: date) -> date | None:
    """Return the last day that is owed, the term included that has renewed, or will for want of notice.

    What runs until somebody cancels ends today at the earliest. None: nobody knows how long its terms are.
    """
    if "ends" not in was:
        return today
    first, last = (date.fromisoformat(was[name]) if name in was else None for name in ("starts", "ends"))
    if last is not None and was.get("auto_renews", True) and (first is None or first <= last):
        running, following = terms.rolling(first, last, today)
        too_late = running < date.max and add_days(running, -was.get("notice_days", 0)) < today  # to leave by then
        last = following if too_late else running
    return last


def _costs_as_much(was: JsonObject, now: JsonObject, context: Context) -> bool:
    """Whether it adds as much to a year as before, and to its term. That it does not renew any more is no less."""
    kept = ("ends", "auto_renews") if "ends" not in was else ("auto_renews",)
    like = {name: each for name, each in now.items() if name not in kept}
    like |= {name: was[name] for name in kept if name in was}
    one, other = (terms.alone(each, context) for each in (was, like))
    sums = ((each.annual, each.in_a_year, each.term, each.least) for each in (one, other))
    return all(before is None or (after is not None and after >= before) for before, after in zip(*sums, strict=True))


# ---- Payments -----------------------------------------------------------------------------------


def _payments(record: JsonObject, before: JsonObject, context: Context) -> Iterator[JsonObject]:
    """Yield what was paid once within the window, or is to be paid, and is not in the record as it was."""
    first = window.counted_from(before, context)
    back, today = min(first, window.looked_back_to(context)).isoformat(), context.today.isoformat()

    def same(was: JsonObject, entry: JsonObject) -> bool:
        day, now = was.get("date"), entry.get("date")
        late = day is not None and day > today and now is not None and now >= today  # put off, or brought forward
        return was["kind"] == entry["kind"] and (late or _began(day, now, first))

    def holds(was: JsonObject, entry: JsonObject) -> bool:
        return _as_much(was["amount"], entry["amount"], context)

    were = [
        each
        for each in listed(before, PAYMENTS)
        if each["kind"] != INSIDE
        and each.get("date", today) >= back
        and _is_bought(before, each.get("date", today), today)
    ]
    for was, found in missing(were, list(listed(record, PAYMENTS)), same, holds):
        day = f" of {was['date']}" if "date" in was else ""
        yield {"pointer": PAYMENTS, "what": f"a payment ({was['kind']}){day}", "found": found}


def _as_much(was: JsonObject, now: JsonObject, context: Context) -> bool:
    rates = terms.rates(context)
    before, after = (rates.converted(each, context.today) for each in (was, now))
    return before is None or (after is not None and after >= before)


# ---- What recurs --------------------------------------------------------------------------------


def _repeated(record: JsonObject, before: JsonObject, context: Context) -> Iterator[JsonObject]:
    """Yield what recurs or is used, was paid within the window, and is not in the record as it was.

    It stays, with its last day when there is one, which is not over before it is told. What says since when it is paid
    is held against its like; the rest, added up, against what is without a day as well, or was given its first day.
    """
    back, today = window.looked_back_to(context), context.today.isoformat()
    for kind in KINDS:
        if _is_paid(before, context):
            were, now = _without_days(kind, record, before, context)
            left, named = kind.known_of(now, context), {kind.name(each) for each in now}
            for name, was in kind.known_of(were, context).items():
                if left.get(name, Decimal(0)) < was:
                    yield {"pointer": kind.at, "what": f"{kind.what} {name}", "found": LESS if name in named else GONE}
        dated = [
            each
            for each in kind.entries(before)
            if "since" in each and _until(each) >= back.isoformat() and _is_bought(before, each["since"], today)
        ]
        holds = partial(_is_paid_as_long, kind, context)
        for entry, found in missing(dated, kind.entries(record), kind.same, holds):
            yield {"pointer": kind.at, "what": f"{kind.what} {kind.name(entry)} since {entry['since']}", "found": found}
        over = [each for each in kind.entries(record) if "since" not in each and _until(each) < today]
        ended = [each for each in kind.entries(before) if "since" not in each]
        for entry, _ in missing(over, ended, kind.same, _ends_alike):
            yield {"pointer": kind.at, "what": f"{kind.what} {kind.name(entry)}", "found": LATE}


def _is_paid(record: JsonObject, context: Context) -> bool:
    """Whether what has no day is taken to be paid: something is bought, or could have been for long."""
    entered = add_days(context.today, -window.IN_TIME).isoformat()
    agreed = record.get("lifecycle", {}).get("approved_on", "9999-12-31") < entered
    return agreed or _is_bought(record, "9999-12-31", context.today.isoformat())


def _without_days(
    kind: Kind, record: JsonObject, before: JsonObject, context: Context
) -> tuple[list[JsonObject], list[JsonObject]]:
    """Return what was paid since nobody knows when, and what stands for it now, though it got a day.

    That is no later than the first of the contract, and it is not over before it is told. Of a vendor that was agreed
    to of late it is all that was paid. A subscription of old is in the contract, with its days.
    """
    back, today = window.looked_back_to(context).isoformat(), context.today.isoformat()
    of_late = window.counted_from(before, context) == date.min
    begun = lifecycle.begun_on(before, context.today)
    asked = str(before.get("lifecycle", {}).get("approved_on", today))
    latest = max(back, begun.isoformat() if begun else asked)
    known = {(kind.name(each), each["since"]) for each in kind.entries(before) if "since" in each}

    def counts(entry: JsonObject) -> bool:
        since = entry.get("since")
        got_a_day = since is not None and (kind.name(entry), since) not in known
        if got_a_day and (str(since) > latest or _until(entry) < today):
            return False
        own = since is None or got_a_day
        return of_late or (own and _until(entry) >= back and (kind.at == USAGE or entry["kind"] != SUBSCRIPTION))

    were, now = ([each for each in kind.entries(one) if counts(each)] for one in (before, record))
    return were, now


def _until(entry: JsonObject) -> str:
    return str(entry.get("until", "9999-12-31"))


def _ends_alike(one: JsonObject, other: JsonObject) -> bool:
    return _until(one) == _until(other)


def _is_paid_as_long(kind: Kind, context: Context, was: JsonObject, now: JsonObject) -> bool:
    """Whether as much is paid, and as long as was promised; what had no last day is not over before it is told."""
    as_long = _until(now) >= str(was.get("until", context.today.isoformat()))
    return as_long and kind.as_much(was, now, context)


# ---- The seller ---------------------------------------------------------------------------------


def _exchanged(now: JsonObject, was: JsonObject, context: Context) -> Iterator[JsonObject]:
    """Yield what told of the seller and is gone. Another way of writing a name is the same name."""
    for name, what in (("name", "the seller"), ("parent", "its parent")):
        if name in was and not houses.is_one(was[name], now.get(name, ""), context):
            yield {"pointer": "/legal_entity", "what": f"{what} was {was[name]}"}
    if "country" in was and was["country"] != now.get("country"):
        yield {"pointer": "/legal_entity", "what": f"its country was {was['country']}"}
    domains = {owned(each) for each in now.get("domains", ())}
    for domain in was.get("domains", ()):
        if owned(domain) not in domains:
            yield {"pointer": "/legal_entity", "what": f"its domain was {domain}"}
