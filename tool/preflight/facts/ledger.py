"""What was bought and still counts, beside the record that a change replaces: a ledger, where entries stay.

Limits are held against what runs and against what was bought within the window of policies/approvals.yaml. Either is
read from the record as it is now. Whoever could take an entry out, move it out of the window, make it smaller or call
it something else would buy the next slice as if it were the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from preflight import terms
from preflight.facts import cost, lifecycle, oversight
from preflight.naming import owned, words
from preflight.periods import add_days, term_end
from preflight.shapes import TEXT, faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from preflight.model import Context, Json, JsonObject

    Fits = Callable[[JsonObject, JsonObject], bool]  # an entry of before, and one of now

NAME = "ledger"
INPUTS = (
    *("/contract/subscriptions", "/cost/one_off", "/cost/recurring", "/cost/usage"),
    *("/legal_entity", "/lifecycle/status"),
)
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
        "late": {
            **faults(
                "What recurs or is used, is new or more than before, and has no day of late since when it is paid.",
                what={**TEXT, "description": "What it is."},
            ),
            "needs": [RECURRING, USAGE],
        },
        "grown": {
            **faults(
                "Subscriptions from before the window that are longer than they were, or dearer though they are over "
                "or priced for the whole term.",
                what={**TEXT, "description": "Which one."},
            ),
            "needs": [SUBSCRIPTIONS],
        },
        "exchanged": {
            **faults(
                "What tells who sold it, and was agreed to, and is not in the record any more.",
                what={**TEXT, "description": "What it was, in the words of the record before."},
            ),
            "needs": ["/legal_entity"],
        },
        "belated": {
            **faults(
                "What is new in the record of a vendor that is over.",
                what={**TEXT, "description": "What it is."},
            ),
            "needs": [SUBSCRIPTIONS, PAYMENTS, RECURRING, USAGE],
        },
    },
}

SIGNED = ("signed_on", "live_on")
UNDER_CONTRACT = frozenset({"live", "deprecated", "retired"})
IN_TIME = 90  # days within which what is bought has to be entered
GONE = "it is not there any more"
LESS = "it is there as less than before"
LATE = "it is said to have ended before today"


def since(record: JsonObject, before: JsonObject | None, context: Context) -> JsonObject:
    """Return what of the record ``before`` was withdrawn, and what came in a way in which nobody is asked."""
    if before is None or not lifecycle.was_agreed(before):
        # A proposal may change until it is agreed to.
        return {"withdrawn": [], "late": [], "grown": [], "exchanged": [], "belated": []}
    withdrawn = [
        *_subscriptions(record, before, context),
        *_left(record, before, context),
        *_payments(record, before, context),
        *_repeated(record, before, context),
    ]
    over = not lifecycle.of(record, context)["governed"]
    belated = list(_belated(record, before, context)) if over else []
    return {
        "withdrawn": withdrawn,
        "late": list(_late(record, before, context)),
        "grown": list(_grown(record, before, context)),
        "exchanged": list(_exchanged(record.get("legal_entity", {}), before.get("legal_entity", {}))),
        "belated": belated,
    }


def _is_bought(record: JsonObject, day: str, today: str) -> bool:
    """Whether something of that day is bought: it has begun, or the contract is signed. Until then it is negotiated.

    Where one thing has begun, the contract is signed, whatever the record says.
    """
    life = record.get("lifecycle", {})
    signed = not life.keys().isdisjoint(SIGNED) or life.get("status") in UNDER_CONTRACT
    return signed or day <= today or any(each.get("starts", today) <= today for each in _at(record, SUBSCRIPTIONS))


def _at(record: JsonObject, pointer: str) -> Sequence[JsonObject]:
    section, name = pointer[1:].split("/")
    listed: Sequence[JsonObject] = (record.get(section) or {}).get(name) or ()
    return listed


# ---- Subscriptions ------------------------------------------------------------------------------


def _subscriptions(record: JsonObject, before: JsonObject, context: Context) -> Iterator[JsonObject]:
    """Yield the subscriptions that run or ran within the window, and are not in the record as they were.

    One that is longer or dearer than it was is in it still; its product, team, region and first day stay.
    """
    first, today = oversight.counted_from(before, context), context.today.isoformat()
    window = oversight.window_begins(context)
    were = [
        entry
        for entry, each in zip(_at(before, SUBSCRIPTIONS), terms.bought(before, context), strict=True)
        if (first == date.min or each.until is None or each.until >= window)
        and _is_bought(before, entry.get("starts", today), today)
    ]

    def same(was: JsonObject, entry: JsonObject) -> bool:
        place = all(_plainly(was.get(each)) == _plainly(entry.get(each)) for each in ("product", "team", "region"))
        return place and _began(was.get("starts"), entry.get("starts"), first)

    def holds(was: JsonObject, entry: JsonObject) -> bool:
        seats = entry.get("users", 0) >= was.get("users", 0)
        return seats and _runs_as_long(was, entry, context.today) and _costs_as_much(was, entry, context)

    for was, found in _missing(were, list(_at(record, SUBSCRIPTIONS)), same, holds):
        days = " to ".join(was[each] for each in ("starts", "ends") if each in was)
        yield {"pointer": SUBSCRIPTIONS, "what": f"{was['product']}{days and f' of {days}'}", "found": found}


def _left(record: JsonObject, before: JsonObject, context: Context) -> Iterator[JsonObject]:
    """Yield what would be owed of a vendor that is left today, and is not, by the day that the record says."""
    if cost.is_over(before, context) or not cost.is_over(record, context):
        return
    today = {**record, "lifecycle": {**record["lifecycle"], "retired_on": context.today.isoformat()}}
    owed = {each.pointer: each.until for each in oversight.still(record, context)}
    for each in oversight.still(today, context):
        if each.until != owed.get(each.pointer):
            product = _at(record, SUBSCRIPTIONS)[int(each.pointer.rpartition("/")[2])]["product"]
            yield {"pointer": SUBSCRIPTIONS, "what": f"{product}, which had renewed", "found": LATE}


def _plainly(text: Json) -> str:
    return " ".join(words(str(text or "")))


def _began(was: str | None, now: str | None, first: date) -> bool:
    """Whether the first day is the same. One that was not known counted as of late, and has to be so still."""
    return now == was or (was is None and now is not None and now >= first.isoformat())


def _runs_as_long(was: JsonObject, now: JsonObject, today: date) -> bool:
    """Whether it does not end before its term does, that which renewed by itself included, or will for want of notice.

    What runs until somebody cancels ends today at the earliest.
    """
    if "ends" not in was:
        return str(now.get("ends", "9999-12-31")) >= today.isoformat()
    first, last = (date.fromisoformat(was[name]) if name in was else None for name in ("starts", "ends"))
    if last is not None and was.get("auto_renews", True) and (first is None or first <= last):
        running, following = _terms_from(first, last, today)
        too_late = running < date.max and add_days(running, -was.get("notice_days", 0)) < today  # to leave by then
        last = following if too_late else running
    return last is None or str(now.get("ends", "9999-12-31")) >= last.isoformat()


def _costs_as_much(was: JsonObject, now: JsonObject, context: Context) -> bool:
    """Whether it adds as much to a year as before, and to its term. That it does not renew any more is no less."""
    kept = ("ends", "auto_renews") if "ends" not in was else ("auto_renews",)
    like = {name: each for name, each in now.items() if name not in kept}
    like |= {name: was[name] for name in kept if name in was}
    one, other = (terms.alone(each, context) for each in (was, like))
    sums = ((each.annual, each.in_a_year, each.term) for each in (one, other))
    return all(before is None or (after is not None and after >= before) for before, after in zip(*sums, strict=True))


def _grown(record: JsonObject, before: JsonObject, context: Context) -> Iterator[JsonObject]:
    """Yield old subscriptions that have become longer or dearer: what comes on top is bought now, and would be old.

    A price by the month or year of what runs may rise: it counts in full in what a year costs.
    """
    first = oversight.counted_from(before, context).isoformat()
    left = [each for each in _at(before, SUBSCRIPTIONS) if each.get("starts", first) < first]
    changed = [
        (index, entry, now)
        for index, (entry, now) in enumerate(
            zip(_at(record, SUBSCRIPTIONS), terms.bought(record, context), strict=True)
        )
        if not _taken(left, entry.__eq__)  # one stands for one
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
    return _terms_from(first, last, context.today)[1].isoformat()


def _terms_from(first: date | None, last: date, today: date) -> tuple[date, date]:
    """Return the last days of the term that runs, and of the one after it, of what renews by itself."""
    running = term_end(first, last, today)
    return running, running if running == date.max else term_end(first, last, add_days(running, 1))


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
        if each["kind"] != cost.INSIDE
        and each.get("date", today) >= first.isoformat()
        and _is_bought(before, each.get("date", today), today)
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
    """Yield what recurs or is used, was paid within the window, and is not in the record as it was.

    That is what says since when it is paid: it stays, with its last day when there is one, which is not over before it
    is told. Of a vendor that was agreed to within the window it is the rest as well. Otherwise that counts while it is
    paid, and whoever pays less has no more to ask for.
    """
    first = oversight.counted_from(before, context)
    window = oversight.window_begins(context).isoformat()
    today = context.today.isoformat()
    for kind in KINDS:
        if first == date.min and _is_bought(before, "9999-12-31", today):
            now = kind.sums(record, context, first)
            for name, was in kind.sums(before, context, first).items():
                left = now.get(name)
                if was is not None and (left is None or left < was):
                    yield {"pointer": kind.at, "what": f"{kind.what} {name}", "found": LESS if name in now else GONE}
        were = [
            each
            for each in kind.entries(before)
            if "since" in each and _until(each) >= window and _is_bought(before, each["since"], today)
        ]
        same, holds = partial(_is_same, kind), partial(_is_paid_as_long, kind, context)
        for entry, found in _missing(were, kind.entries(record), same, holds):
            yield {"pointer": kind.at, "what": f"{kind.what} {kind.name(entry)} since {entry['since']}", "found": found}
        over = [each for each in kind.entries(record) if "since" not in each and _until(each) < today]
        ended = [each for each in kind.entries(before) if "since" not in each]
        for entry, _ in _missing(over, ended, partial(_is_same, kind), _ends_alike):
            yield {"pointer": kind.at, "what": f"{kind.what} {kind.name(entry)}", "found": LATE}


def _late(record: JsonObject, before: JsonObject, context: Context) -> Iterator[JsonObject]:
    """Yield what recurs and is new or more than before, and has no day within the days in which things are entered.

    Without one nobody could tell it from what has been paid for years. Of subscriptions, what the contract has with
    its days needs no other.
    """
    first, entered = oversight.window_begins(context), add_days(context.today, -IN_TIME)
    subscribed, _ = terms.yearly(cost.purchases(record, context))
    contracted = subscribed * (1 + cost.TOLERANCE)
    for kind in KINDS:
        undated, old = (
            kind.sums_of([each for each in kind.entries(one) if not cost.is_since(each, first)], context)
            for one in (record, before)
        )
        for name, amount in undated.items():
            was = [
                each for each in (old.get(name), contracted if name == cost.SUBSCRIPTION else None) if each is not None
            ]
            if amount is None or not was or amount > max(was):
                yield {"pointer": kind.at, "what": f"{kind.what} {name}"}
        dated = [
            each for each in kind.entries(record) if cost.is_since(each, first) and not cost.is_since(each, entered)
        ]
        for each, _ in _missing(
            dated, kind.entries(before), partial(_is_same, kind), partial(_is_as_much, kind, context)
        ):
            yield {"pointer": kind.at, "what": f"{kind.what} {kind.name(each)} since {each['since']}"}


def _is_same(kind: _Kind, one: JsonObject, other: JsonObject) -> bool:
    return kind.name(one) == kind.name(other) and one.get("since") == other.get("since")


def _is_as_much(kind: _Kind, context: Context, was: JsonObject, now: JsonObject) -> bool:
    before, after = (kind.amount(each, context) for each in (was, now))
    return before is None or (after is not None and after >= before)


def _until(entry: JsonObject) -> str:
    return str(entry.get("until", "9999-12-31"))


def _ends_alike(one: JsonObject, other: JsonObject) -> bool:
    return _until(one) == _until(other)


def _is_paid_as_long(kind: _Kind, context: Context, was: JsonObject, now: JsonObject) -> bool:
    """Whether as much is paid, and to a last day that is not over before it is told."""
    as_long = _until(now) >= min(_until(was), context.today.isoformat())
    return as_long and _is_as_much(kind, context, was, now)


@dataclass(frozen=True, slots=True)
class _Kind:
    """A list of what recurs: where it is, what it is called, and which member of an entry says what it pays for."""

    at: str
    what: str
    by: str
    amount: Callable[[JsonObject, Context], Decimal | None]

    def entries(self, record: JsonObject) -> list[JsonObject]:
        return [each for each in _at(record, self.at) if each[self.by] != cost.INSIDE]

    def name(self, entry: JsonObject) -> str:
        return _plainly(entry[self.by])

    def sums(self, record: JsonObject, context: Context, first: date | None) -> dict[str, Decimal | None]:
        """Return by name what entries come to in a year, those since ``first``; None: those of whatever day."""
        return self.sums_of(
            [each for each in self.entries(record) if first is None or cost.is_since(each, first)], context
        )

    def sums_of(self, entries: Sequence[JsonObject], context: Context) -> dict[str, Decimal | None]:
        found: dict[str, Decimal | None] = {}
        for each in entries:
            name, amount = self.name(each), self.amount(each, context)
            so_far = found.get(name, Decimal(0))
            found[name] = None if so_far is None or amount is None else so_far + amount
        return dict(sorted(found.items()))


KINDS = (
    _Kind(RECURRING, "the recurring cost of", "kind", cost.yearly),
    _Kind(USAGE, "the usage in", "unit", cost.expected),
)


# ---- The seller ---------------------------------------------------------------------------------


def _exchanged(now: JsonObject, was: JsonObject) -> Iterator[JsonObject]:
    """Yield what told of the seller and is gone. Another way of writing a name is the same name."""
    for name, what in (("name", "the seller"), ("parent", "its parent")):
        if name in was and _plainly(was[name]) != _plainly(now.get(name)):
            yield {"pointer": "/legal_entity", "what": f"{what} was {was[name]}"}
    domains = {owned(each) for each in now.get("domains", ())}
    for domain in was.get("domains", ()):
        if owned(domain) not in domains:
            yield {"pointer": "/legal_entity", "what": f"its domain was {domain}"}


# ---- What came after the end --------------------------------------------------------------------


def _belated(record: JsonObject, before: JsonObject, context: Context) -> Iterator[JsonObject]:
    """Yield what a vendor that is over would still buy: nobody is asked about it any more."""
    added = partial(_missing, same=lambda one, other: one == other, holds=lambda _one, _other: True)
    for entry, _ in added(_at(record, SUBSCRIPTIONS), list(_at(before, SUBSCRIPTIONS))):
        if not _is_shorter(entry, _at(before, SUBSCRIPTIONS)):
            yield {"pointer": SUBSCRIPTIONS, "what": str(entry["product"])}
    for entry, _ in added(_at(record, PAYMENTS), list(_at(before, PAYMENTS))):
        if entry["kind"] != cost.INSIDE:
            yield {"pointer": PAYMENTS, "what": f"a payment ({entry['kind']})"}
    for kind in KINDS:
        old = kind.sums(before, context, None)
        for name, amount in kind.sums(record, context, None).items():
            was = old.get(name)
            if amount is None or was is None or amount > was:
                yield {"pointer": kind.at, "what": f"{kind.what} {name}"}


def _is_shorter(entry: JsonObject, were: Sequence[JsonObject]) -> bool:
    """Whether it is what was there, and ends or stops renewing: that is how a vendor is left."""
    ending = ("ends", "auto_renews", "notice_days")
    plain = {name: each for name, each in entry.items() if name not in ending}
    end = str(entry.get("ends", "9999-12-31"))
    return any(
        plain == {name: each for name, each in was.items() if name not in ending}
        and end <= str(was.get("ends", "9999-12-31"))
        for was in were
    )


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
