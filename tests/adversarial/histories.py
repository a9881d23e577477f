"""Histories of the records of one seller, by chance: whatever somebody may enter, change and take out over the years.

Only changes go in that break no rule about money or life cycle. What is left is what a patient proposer could bring
into main without anybody being asked about the amount.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import TypeAlias

from preflight import examples
from preflight.engine import Case, judge_case, read, share
from preflight.facts.spend import window
from preflight.model import Context, Decided, Earlier, JsonObject, Level, Outcome, Version
from preflight.shell import registry
from preflight.shell.files import WorkingTree

BEGIN = date(2026, 6, 1)
DOMAINS = ("contract/", "lifecycle/", "risk/")
# What is asked because of the amount is not: the amount itself is looked at.
ASKED = frozenset({"risk/approved-by-the-roles", "risk/no-split-purchase"})
NEXT = {
    "proposed": ("approved", "rejected"),
    "approved": ("live", "live", "rejected"),
    "live": ("deprecated", "retired"),
    "deprecated": ("retired",),
    "retired": ("proposed",),
    "rejected": ("proposed",),
}
DAYS_OF = {"approved": ("approved_on",), "live": ("signed_on", "live_on"), "deprecated": ("deprecated_on",)}

_WHOLE = registry.load_policy(WorkingTree(Path(__file__).parents[2]), registry.Layout())
_MONEY = [each for each in _WHOLE.rules if each.rule.id.startswith(DOMAINS) and each.rule.level is Level.RED_FLAG]
POLICY = replace(_WHOLE, rules=tuple(_MONEY))
EXAMPLE = {name: each for name, each in POLICY.example.items() if not name.startswith("$")}

Records: TypeAlias = Mapping[str, JsonObject]
Versions: TypeAlias = Mapping[str, list[tuple[date, JsonObject]]]
Edit: TypeAlias = Callable[[Random, JsonObject, date], None]


@dataclass
class History:
    """The records of one seller on a day, all versions that each ever had, and what the gate counts for them now."""

    today: date = BEGIN
    records: dict[str, JsonObject] = field(default_factory=dict)
    versions: dict[str, list[tuple[date, JsonObject]]] = field(default_factory=dict)
    counted: float = 0


def context_on(day: date, vendors: frozenset[str] = frozenset()) -> Context:
    """Return what the gate knows on a day, in the company of the example, where nobody has decided anything."""
    context = POLICY.context(day, vendors, Decided())
    return replace(context, policies=examples.merge(dict(context.policies), POLICY.example_policies))


def judge(
    records: Records, today: date, vendor: str, before: JsonObject | None, versions: Versions
) -> tuple[set[str], float]:
    """Return what blocks a change of one vendor, and the amount that the gate holds against the limits."""
    context = replace(context_on(today, frozenset(records)), earlier=Earlier(lambda _: earlier_of(versions, today)))
    cases = {
        name: Case(name, "", record, examples.Nowhere(), before if name == vendor else record, has_base=True)
        for name, record in records.items()
    }
    extracts = {name: read(case, POLICY, context, judging=False).extracts for name, case in cases.items()}
    shared = share(POLICY, extracts, context)[vendor]
    verdicts = judge_case(cases[vendor], POLICY, context, shared, everything=True).verdicts
    red = {(each.rule, each.message) for each in verdicts if each.outcome is Outcome.FAIL}
    return {f"{rule}: {message}" for rule, message in red if rule not in ASKED}, float(shared["oversight"]["amount"])


def earlier_of(versions: Versions, today: date) -> dict[str, list[Version]]:
    """Return all versions as the gate is given them: each until it was replaced, and the last one until today."""
    found = {}
    for vendor, told in versions.items():
        ends = [*(day for day, _ in told[1:]), today]
        pairs = zip(told, ends, strict=True)
        found[vendor] = [Version(record, end) for (_, record), end in pairs if end >= back_on(today)]
    return found


def back_on(today: date) -> date:
    """Return the first day on which a version was replaced of which the gate knows."""
    return window.looked_back_to(context_on(today))


def history(seed: int, changes: int, *, gate: bool = True, remembered: bool = True) -> Iterator[History]:
    """Yield a history after each change that goes in, of so many that are tried.

    Without the ``gate`` all go in. Where nothing is ``remembered``, only the records of the day are counted.
    """
    chance = Random(seed)  # noqa: S311 - the same seed gives the same history
    made = History()
    vendors = ("alpha", "beta")[: chance.choice([1, 1, 2])]
    for _ in range(changes):
        if chance.random() < 0.45:
            made.today += timedelta(chance.choice([1, 5, 20, 60, 100, 200]))
        vendor = chance.choice(vendors)
        was = made.records.get(vendor)
        now = _proposal(chance, vendor, made.today) if was is None else _changed(chance, was, made.today)
        if now == was or any(POLICY.shape.problems(now)):
            continue
        versions = made.versions if remembered else {}
        red, made.counted = judge({**made.records, vendor: now}, made.today, vendor, was, versions)
        stood = judge(made.records, made.today, vendor, was, versions)[0] if was else set()
        if gate and red - stood:
            continue
        made.records[vendor] = now
        made.versions.setdefault(vendor, []).append((made.today, now))
        yield made


# ---- What somebody may do to a record -----------------------------------------------------------


def _proposal(chance: Random, vendor: str, today: date) -> JsonObject:
    record = copy.deepcopy(EXAMPLE) | {"id": vendor, "name": vendor.title()}
    kept = {name: record["lifecycle"][name] for name in ("alternatives", "build_option")}
    record["lifecycle"] = {**kept, **_proposed(today.isoformat())}
    record["contract"]["subscriptions"] = []
    record["cost"] = {"recurring": [], "one_off": [], "usage": []}
    for _ in range(chance.choice([0, 0, 1, 2])):
        _buy(chance, record, today)
    return record


def _proposed(day: str) -> JsonObject:
    return {"status": "proposed", "proposed_on": day, "it_involved_on": day}


def _changed(chance: Random, record: JsonObject, today: date) -> JsonObject:
    """Return a record with one to three edits."""
    changed = copy.deepcopy(record)
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        chance.choice(EDITS)(chance, changed, today)
    return changed


def _money(amount: float) -> JsonObject:
    return {"amount": max(0, int(amount)), "currency": "EUR"}


def _shift(chance: Random, entry: JsonObject, name: str, today: date) -> None:
    """Move a day, to any near it or near today; or take it out."""
    if name in entry and chance.random() < 0.12:
        del entry[name]
        return
    begin, steps = today, [-91, -90, -60, -1, 0, 1, 30]
    if name in entry and chance.random() < 0.6:
        begin, steps = date.fromisoformat(entry[name]), [-400, -365, -100, -30, -1, 1, 30, 100, 365]
    entry[name] = (begin + timedelta(chance.choice(steps))).isoformat()


def _buy(chance: Random, record: JsonObject, today: date) -> None:
    starts = today + timedelta(chance.choice([-300, -100, -80, -30, 0, 0, 0, 20, 60, 200]))
    per = chance.choice(["year", "year", "month", "term"])
    entry: JsonObject = {
        "product": chance.choice(["P", "Q", "R"]),
        "region": chance.choice(["emea", "apac"]),
        "starts": starts.isoformat(),
        "auto_renews": chance.random() < 0.4,
        "notice_days": chance.choice([0, 30, 90]),
        "price": _money(chance.choice([4000, 9000, 20000]) / (12 if per == "month" else 1)),
        "per": per,
        "uplift_cap_percent": 3,
    }
    if chance.random() < 0.9:
        days = chance.choice([1, 30, 90, 182, 365, 365, 365, 730])
        entry["ends"] = (starts + timedelta(days - 1)).isoformat()
    if chance.random() < 0.1:
        entry["commitment"] = {"minimum": _money(chance.choice([4000, 9000, 20000])), "forecast_confidence": 90}
    record["contract"]["subscriptions"].append(entry)


def _change_purchase(chance: Random, record: JsonObject, today: date) -> None:
    if not (listed := record["contract"]["subscriptions"]):
        return
    entry = chance.choice(listed)
    if chance.random() < 0.2:
        listed.append(entry := copy.deepcopy(entry))
    name = chance.choice(["starts", "ends", "ends", "auto_renews", "price", "per", "product", "region", "notice_days"])
    if name in {"starts", "ends"}:
        _shift(chance, entry, name, today)
    elif name == "price":
        entry["price"] = _money(entry["price"]["amount"] * chance.choice([0, 0.5, 0.9, 1.1, 2, 12, 1 / 12]))
    elif name == "auto_renews":
        entry["auto_renews"] = not entry["auto_renews"]
    else:
        others = {"per": ["year", "month", "quarter", "term"], "product": ["P", "Q", "p"], "region": ["emea", "latam"]}
        entry[name] = chance.choice([0, 30, 90, 400] if name == "notice_days" else others[name])
    if chance.random() < 0.3:
        _shift(chance, entry, "ends", today)


def _take_out(chance: Random, record: JsonObject, _today: date) -> None:
    places = [record["contract"]["subscriptions"], *record["cost"].values()]
    if listed := chance.choice([each for each in places if each] or [[]]):
        listed.remove(chance.choice(listed))


def _pay_by_the_year(chance: Random, record: JsonObject, today: date) -> None:
    kind = chance.choice(["subscription", "support", "other", "storage"])
    entry = {"kind": kind, "amount": _money(chance.choice([3000, 8000, 15000])), "per": "year", "team": "campaigns"}
    record["cost"]["recurring"].append(entry | _maybe_since(chance, today))


def _use(chance: Random, record: JsonObject, today: date) -> None:
    units = {"expected": chance.choice([3000, 6000]), "low": 1000, "high": 8000}
    entry = {"unit": chance.choice(["mails", "calls"]), "price": _money(chance.choice([1, 2, 3])), **units}
    record["cost"]["usage"].append(entry | _maybe_since(chance, today))


def _maybe_since(chance: Random, today: date) -> JsonObject:
    days = chance.choice([0, 30, 89, 200])
    return {"since": (today - timedelta(days)).isoformat()} if chance.random() < 0.7 else {}


def _change_what_recurs(chance: Random, record: JsonObject, today: date) -> None:
    if not (listed := record["cost"]["recurring"]):
        return
    entry = chance.choice(listed)
    name = chance.choice(["since", "until", "until", "amount", "kind", "per", "twice"])
    if name in {"since", "until"}:
        _shift(chance, entry, name, today)
    elif name == "amount":
        entry["amount"] = _money(entry["amount"]["amount"] * chance.choice([0, 0.5, 1.1, 2, 12, 1 / 12]))
    elif name == "twice":
        listed.append(copy.deepcopy(entry))
    else:
        kinds = ["subscription", "support", "other", "internal-labour"]
        entry[name] = chance.choice(kinds if name == "kind" else ["year", "month", "quarter"])
    if chance.random() < 0.2:
        _shift(chance, entry, "until", today)


def _change_use(chance: Random, record: JsonObject, today: date) -> None:
    if not (listed := record["cost"]["usage"]):
        return
    entry = chance.choice(listed)
    name = chance.choice(["since", "until", "until", "expected", "low", "high", "price", "unit", "twice"])
    if name in {"since", "until"}:
        _shift(chance, entry, name, today)
    elif name in {"expected", "low", "high"}:
        entry.pop(name, None)
        if chance.random() < 0.7:
            entry[name] = chance.choice([0, 1000, 3000, 8000, 12000])
    elif name == "twice":
        listed.append(copy.deepcopy(entry))
    else:
        units = ["mails", "calls", "Mails", "internal-labour"]
        entry[name] = chance.choice(units) if name == "unit" else _money(chance.choice([0, 1, 2, 5]))


def _pay_once(chance: Random, record: JsonObject, today: date) -> None:
    amount = _money(chance.choice([3000, 8000, 15000]))
    entry: JsonObject = {"kind": chance.choice(["setup", "licence", "other"]), "amount": amount, "team": "campaigns"}
    if chance.random() < 0.9:
        entry["date"] = (today - timedelta(chance.choice([0, 30, 89, 200, -30, -200]))).isoformat()
    record["cost"]["one_off"].append(entry)


def _change_payment(chance: Random, record: JsonObject, today: date) -> None:
    if not (listed := record["cost"]["one_off"]):
        return
    entry = chance.choice(listed)
    name = chance.choice(["date", "date", "amount", "kind"])
    if name == "date":
        _shift(chance, entry, name, today)
    elif name == "amount":
        entry["amount"] = _money(entry["amount"]["amount"] * chance.choice([0, 0.5, 1.1, 2]))
    else:
        entry["kind"] = chance.choice(["other", "internal-labour", "licence"])


def _go_on(chance: Random, record: JsonObject, today: date) -> None:
    """Let the vendor go on in its life cycle."""
    life = record["lifecycle"]
    status = chance.choice(NEXT[life["status"]])
    day = (today - timedelta(chance.choice([0, 0, 0, 30, 89]))).isoformat()
    life |= {"status": status, **dict.fromkeys(DAYS_OF.get(status, ()), day)}
    if status == "deprecated":
        record["remediation"] = {"decision": "remove"}
    elif status == "retired":
        life["retired_on"] = day
        done = {"ready": True, "date": today.isoformat(), "by": "mina-keller"}
        steps = ("data_migrated", "data_deleted", "access_revoked", "last_invoice")
        record["retirement"] = dict.fromkeys(steps, done)
    elif status == "proposed":
        record["lifecycle"] = _proposed(day)


EDITS: tuple[Edit, ...] = (
    *[_buy] * 3,
    *[_change_purchase] * 5,
    *[_take_out] * 2,
    _pay_by_the_year,
    *[_change_what_recurs] * 2,
    _use,
    _change_use,
    _pay_once,
    _change_payment,
    *[_go_on] * 2,
)
