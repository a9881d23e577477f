"""What was bought and still counts, beside the record that a change replaces: a ledger, where entries stay.

Limits are held against what runs and against what was bought within the window of policies/approvals.yaml. Either is
read from the record as it is now. Whoever could take an entry out, move it out of the window, make it smaller or call
it something else would buy the next slice as if it were the first.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from preflight import terms
from preflight.facts import cost, lifecycle, oversight
from preflight.naming import words
from preflight.shapes import TEXT, faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from preflight.model import Context, Json, JsonObject

    Fits = Callable[[JsonObject, JsonObject], bool]  # an entry of before, and one of now

NAME = "ledger"
INPUTS = ("/contract/subscriptions", "/cost/one_off", "/cost/recurring", "/cost/usage", "/lifecycle/status")
POLICIES = ("approvals", "rates")
SUBSCRIPTIONS, PAYMENTS, RECURRING, USAGE = INPUTS[:4]
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
    },
}

GONE = "it is not there any more"
LESS = "it is there as less than before"


def since(record: JsonObject, before: JsonObject | None, context: Context) -> JsonObject:
    """Return what of the record ``before`` has been withdrawn; nothing where that one was not agreed to yet."""
    if before is None or not lifecycle.was_agreed(before):
        return {"withdrawn": []}
    found = [
        *_subscriptions(record, before, context),
        *_payments(record, before, context),
        *_repeated(record, before, context),
    ]
    return {"withdrawn": found}


def _at(record: JsonObject, pointer: str) -> Sequence[JsonObject]:
    section, name = pointer[1:].split("/")
    listed: Sequence[JsonObject] = (record.get(section) or {}).get(name) or ()
    return listed


# ---- Subscriptions ------------------------------------------------------------------------------


def _subscriptions(record: JsonObject, before: JsonObject, context: Context) -> Iterator[JsonObject]:
    """Yield the subscriptions that run or were bought within the window, and are not in the record as they were.

    One that is longer or dearer than it was is in it still; its product, team, region and first day stay. One that was
    bought before the window and has renewed by itself since is in it as its new term, whatever that costs.
    """
    first = oversight.counted_from(before, context)
    counted = {each.pointer for each in cost.purchases(before, context) or ()}
    counted |= {each.pointer for each in cost.bought_since(before, context, first)}
    were = [each for index, each in enumerate(_at(before, SUBSCRIPTIONS)) if f"{SUBSCRIPTIONS}/{index}" in counted]

    def same(was: JsonObject, entry: JsonObject) -> bool:
        place = all(_plainly(was.get(each)) == _plainly(entry.get(each)) for each in ("product", "team", "region"))
        return place and (_began(was.get("starts"), entry.get("starts"), first) or renewed(was, entry))

    def renewed(was: JsonObject, entry: JsonObject) -> bool:
        rolled = was.get("auto_renews", True) and was.get("ends", "9999-12-31") < context.today.isoformat()
        return bool(rolled and was.get("starts", "9999-12-31") < first.isoformat() and _follows(was, entry))

    def holds(was: JsonObject, entry: JsonObject) -> bool:
        as_it_was = _runs_as_long(was, entry, context.today) and _costs_as_much(was, entry, context)
        return as_it_was or renewed(was, entry)

    for was, found in _missing(were, list(_at(record, SUBSCRIPTIONS)), same, holds):
        days = " to ".join(was[each] for each in ("starts", "ends") if each in was)
        yield {"pointer": SUBSCRIPTIONS, "what": f"{was['product']}{days and f' of {days}'}", "found": found}


def _plainly(text: Json) -> str:
    return " ".join(words(str(text or "")))


def _began(was: str | None, now: str | None, first: date) -> bool:
    """Whether the first day is the same. One that was not known counted as of late, and has to be so still."""
    return now == was or (was is None and now is not None and now >= first.isoformat())


def _follows(was: JsonObject, now: JsonObject) -> bool:
    return str(was["ends"]) <= str(now.get("starts", "")) and was["starts"] != now["starts"]


def _runs_as_long(was: JsonObject, now: JsonObject, today: date) -> bool:
    """Whether it does not end before its term does; what runs until somebody cancels ends today at the earliest."""
    return str(now.get("ends", "9999-12-31")) >= str(was.get("ends", today.isoformat()))


def _costs_as_much(was: JsonObject, now: JsonObject, context: Context) -> bool:
    """Whether it adds as much to a year as before. That it does not renew any more makes it no smaller."""
    kept = ("ends", "auto_renews") if "ends" not in was else ("auto_renews",)
    like = {name: each for name, each in now.items() if name not in kept}
    like |= {name: was[name] for name in kept if name in was}
    one, other = (terms.alone(each, context) for each in (was, like))
    return all(
        before is None or (after is not None and after >= before)
        for before, after in ((one.in_a_year, other.in_a_year), (one.term, other.term))
    )


# ---- Payments -----------------------------------------------------------------------------------


def _payments(record: JsonObject, before: JsonObject, context: Context) -> Iterator[JsonObject]:
    """Yield what was paid once within the window, or is to be paid, and is not in the record as it was."""
    first = oversight.counted_from(before, context)
    today = context.today.isoformat()

    def same(was: JsonObject, entry: JsonObject) -> bool:
        day, now = was.get("date"), entry.get("date")
        late = day is not None and day > today and now is not None and now >= today  # put off, or brought forward
        return was["kind"] == entry["kind"] and (late or _began(day, now, first))

    def holds(was: JsonObject, entry: JsonObject) -> bool:
        return _as_much(was["amount"], entry["amount"], context)

    were = [
        each
        for each in _at(before, PAYMENTS)
        if each["kind"] != cost.INSIDE and each.get("date", today) >= first.isoformat()
    ]
    for was, found in _missing(were, list(_at(record, PAYMENTS)), same, holds):
        day = f" of {was['date']}" if "date" in was else ""
        yield {"pointer": PAYMENTS, "what": f"a payment ({was['kind']}){day}", "found": found}


def _as_much(was: JsonObject, now: JsonObject, context: Context) -> bool:
    rates = terms.rates(context)
    before, after = (rates.converted(each, context.today) for each in (was, now))
    return before is None or (after is not None and after >= before)


# ---- What recurs --------------------------------------------------------------------------------


def _repeated(record: JsonObject, before: JsonObject, context: Context) -> Iterator[JsonObject]:
    """Yield what recurs or is used and has become less, of a vendor that was agreed to within the window.

    Nobody knows since when it has been paid. Of a vendor that has been there for longer it counts while it is paid,
    and whoever pays less has no more to ask for.
    """
    if oversight.counted_from(before, context) != date.min:
        return
    for pointer, name_of, sums in ((RECURRING, "the recurring cost of", _by_kind), (USAGE, "the usage in", _by_unit)):
        now = sums(record, context)
        for name, was in sums(before, context).items():
            left = now.get(name)
            if was is not None and (left is None or left < was):
                found = LESS if name in now else GONE
                yield {"pointer": pointer, "what": f"{name_of} {name}", "found": found}


def _by_kind(record: JsonObject, context: Context) -> dict[str, Decimal | None]:
    """Return what each kind of recurring cost comes to in a year; None where that is not known."""
    kinds = {each["kind"] for each in _at(record, RECURRING)} - {cost.INSIDE}
    return {kind: _sum(list(cost.recurring(record, context, {kind}))) for kind in sorted(kinds)}


def _by_unit(record: JsonObject, context: Context) -> dict[str, Decimal | None]:
    """Return what the usage of each unit comes to in a year that is expected."""
    found: dict[str, Decimal | None] = {}
    for entry, amount in zip(_at(record, USAGE), cost.used(record, context), strict=True):
        unit = _plainly(entry["unit"])
        found[unit] = _sum([found.get(unit, Decimal(0)), amount])
    return found


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    return None if None in amounts else sum((each for each in amounts if each is not None), Decimal(0))


# ---- Entries beside entries ---------------------------------------------------------------------


def _missing(
    were: Sequence[JsonObject],
    entries: list[JsonObject],
    same: Fits,
    holds: Fits,
) -> Iterator[tuple[JsonObject, str]]:
    """Yield each entry of before that no entry of now stands for, with what has become of it.

    One entry stands for one. Those that are as they were are paired first, so that none is taken for another.
    """
    left = [was for was in were if not _taken(entries, was.__eq__)]
    for was in left:
        if not _taken(entries, partial(_stands_for, same, holds, was)):
            yield was, LESS if any(same(was, each) for each in entries) else GONE


def _stands_for(same: Fits, holds: Fits, was: JsonObject, entry: JsonObject) -> bool:
    return same(was, entry) and holds(was, entry)


def _taken(entries: list[JsonObject], fits: Callable[[JsonObject], bool]) -> bool:
    """Take the first entry that fits out of the list, and say whether there was one."""
    for index, each in enumerate(entries):
        if fits(each):
            del entries[index]
            return True
    return False
