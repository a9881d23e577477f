"""Who has to agree to a vendor, and who has: by risk, money, term and data. By policies/approvals.yaml.

Amounts are those of the whole group: the vendor and all others of the same legal parent, a year at the most that
runs at one time, and everything bought within a rolling window. So a purchase cut into slices, by region or by
vendor file, meets the limit that the whole would meet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from preflight.authority import Amounts, Directory, by_role, demanded, gap, names
from preflight.facts import cost, risk
from preflight.facts.references import departures
from preflight.money import decimal, plain
from preflight.naming import LEGAL_FORMS, legal_forms
from preflight.naming import plain as plain_name
from preflight.periods import add_days
from preflight.shapes import NUMBER, TEXT, WHOLE, faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from preflight.model import Context, JsonObject

NAME = "oversight"
INPUTS = ("/approvals", "/contract/subscriptions", "/cost/recurring", "/cost/usage", "/data/classes", "/risk")
POLICIES = ("approvals", "people", "rates", "risk", "systems")


_ROLE = {"role": TEXT, "title": TEXT, "why": TEXT}
_LIMIT = {**_ROLE, "limit": NUMBER, "amount": NUMBER, "currency": TEXT, "with_whom": TEXT}
SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "group": {
            "type": "array",
            "items": TEXT,
            "description": "Ids of the other vendors with the same legal parent that are paid for.",
        },
        "parent": {**TEXT, "description": "The legal parent, as the record writes it.", "needs": ["/legal_entity"]},
        "group_annual": {**NUMBER, "description": "What the group costs in a year, as far as is known."},
        "window": {**NUMBER, "description": "What was bought from the group within the rolling window."},
        "demanded": faults("Roles that have to agree, as far as is known.", **_ROLE),
        "missing": {
            **faults("Roles that have to agree, and have not, or whose approval does not hold.", **_ROLE, found=TEXT),
            "needs": ["/contract/subscriptions, /data/classes or /risk (as far as approvals depend on them)"],
        },
        "split": faults("Purchases that reach a limit together and stay below it one by one.", **_LIMIT, parts=WHOLE),
        "just_under": faults("Amounts that stay closely below a limit.", **_LIMIT),
    },
}


def extract(record: JsonObject, context: Context) -> JsonObject:
    """Return what the approvals of this vendor and of its group depend on."""
    known = cost.known(record, context)
    level = risk.known(record, context)
    entity = record.get("legal_entity", {})
    return {
        "parent": entity.get("parent") or entity.get("name") or "",
        "over": cost.is_over(record, context),
        "annual": known.get("annual"),
        "least": known["at_least"],
        "committed": known.get("committed"),
        "term_months": known.get("term_months"),
        "parts": list(_parts(record, context)),
        "risk": level.level,
        "risk_least": level.at_least,
        "classes": record.get("data", {}).get("classes"),
        "approvals": record.get("approvals", []),
    }


def _parts(record: JsonObject, context: Context) -> Iterator[JsonObject]:
    """Yield the purchases that run, are to come, or were made within the window."""
    first = add_days(context.today, -context.policies["approvals"]["window_days"])
    running = {each.pointer for each in cost.purchases(record, context) or ()}
    for each in cost.bought_since(record, context, date.min):
        recent = each.starts is None or each.starts >= first
        if recent or each.pointer in running:
            yield {"pointer": each.pointer, "amount": each.in_a_year, "annual": each.annual, "recent": recent}
    for index, entry in enumerate(record.get("cost", {}).get("one_off", ())):
        if entry["kind"] != cost.INSIDE and entry.get("date", "9999") >= first.isoformat():
            amount = cost.rates(context).converted(entry["amount"], context.today)
            yield {"pointer": f"/cost/one_off/{index}", "amount": amount, "annual": None, "recent": True}


@dataclass(frozen=True, slots=True)
class _Group:
    """The vendors of one legal parent that are paid for, and what they cost together."""

    members: tuple[str, ...]
    annual: Decimal
    window: Decimal
    parts: Sequence[JsonObject]

    @property
    def amount(self) -> Decimal:
        """The amount that limits are held against."""
        return max(self.annual, self.window)


def gather(extracts: Mapping[str, JsonObject], context: Context) -> dict[str, JsonObject]:
    """Judge every vendor's approvals by what its whole group costs."""
    groups: dict[str, list[str]] = {}
    for vendor, taken in extracts.items():
        # An id has no "=", so a vendor of nobody known is a group of its own.
        groups.setdefault(_parent(taken, context) or f"={vendor}", []).append(vendor)
    directory = Directory(
        {each["id"]: each.get("roles", []) for each in context.policies["people"]["people"]},
        departures(context),
        context.today,
        cost.rates(context),
    )
    found: dict[str, JsonObject] = {}
    for members in groups.values():
        group = _group([vendor for vendor in members if not extracts[vendor]["over"]], extracts)
        found.update((vendor, _facts(vendor, extracts[vendor], group, context, directory)) for vendor in members)
    return found


def _parent(taken: JsonObject, context: Context) -> str:
    listed = context.policies.get("overlap", {}).get("legal_forms", LEGAL_FORMS)
    return plain_name(taken["parent"], legal_forms(tuple(listed)))


def _group(members: Sequence[str], extracts: Mapping[str, JsonObject]) -> _Group:
    parts = [part for vendor in members for part in extracts[vendor]["parts"]]
    annual = sum((decimal(extracts[vendor]["least"]) for vendor in members), Decimal(0))
    window = sum((part["amount"] for part in parts if part["recent"] and part["amount"]), Decimal(0))
    return _Group(tuple(sorted(members)), annual, window, parts)


def _facts(vendor: str, taken: JsonObject, group: _Group, context: Context, directory: Directory) -> JsonObject:
    policy, currency = context.policies["approvals"], directory.rates.base
    others = [each for each in group.members if each != vendor]
    amounts = _amounts(taken, group, policy["window_days"])
    titles = {each["role"]: each["title"] for each in policy["roles"]}
    demands = [(each, demanded(each, amounts)) for each in policy["demands"]]
    # A role that is asked for because of money has to cover the money of the group; the others know this vendor alone.
    paying = {each["role"] for each in policy["demands"] if "annual_cost_from" in each}
    alone = replace(amounts, least=decimal(taken["least"]), basis="a year")
    gaps = {
        role: gap(role, taken["approvals"], amounts if role in paying else alone, directory)
        for role in {each["role"] for each in policy["demands"]}
    }
    wanted = by_role((each for each, said in demands if said), titles, amounts, currency, others)
    missing = [
        {**each, "pointer": found[0], "found": found[1]} for each in wanted if (found := gaps[each["role"]]) is not None
    ]
    unsure = any(said is None and gaps[each["role"]] is not None for each, said in demands)
    facts: JsonObject = {
        "group": others,
        "group_annual": plain(group.annual),
        "window": plain(group.window),
        "demanded": wanted,
        "split": [],
        "just_under": [],
    }
    if not taken["over"]:
        open_limits = [each for each in policy["demands"] if _is_plain_limit(each) and gaps[each["role"]] is not None]
        for demand in open_limits:
            told = _told(demand, group, titles, currency, others)
            facts["split"] += _split(demand, taken, group, told)
            facts["just_under"] += _just_under(demand, group, policy["just_under_percent"], told)
    if taken["parent"]:
        facts["parent"] = taken["parent"]
    if missing or not unsure:
        facts["missing"] = missing
    return facts


def _amounts(taken: JsonObject, group: _Group, window: int) -> Amounts:
    """Return what demands compare with: the money of the group, the rest of the vendor itself."""
    least = decimal(taken["least"]) if taken["over"] else group.amount
    return Amounts(
        None if taken["annual"] is None else least,
        least,
        None if taken["committed"] is None else decimal(taken["committed"]),
        taken["term_months"],
        taken["risk"],
        taken["risk_least"],
        None if taken["classes"] is None else frozenset(taken["classes"]),
        "a year" if taken["over"] or group.annual >= group.window else f"bought within {window} days",
    )


# ---- Ways round a limit -------------------------------------------------------------------------


def _is_plain_limit(demand: JsonObject) -> bool:
    """Whether a demand is a limit by yearly cost alone: only those can be stayed below."""
    return demand.keys() <= {"role", "why", "annual_cost_from"} and "annual_cost_from" in demand


def _told(
    demand: JsonObject, group: _Group, titles: Mapping[str, str], currency: str, others: Sequence[str]
) -> JsonObject:
    return {
        "role": demand["role"],
        "title": titles.get(demand["role"], demand["role"]),
        "why": demand["why"],
        "limit": demand["annual_cost_from"],
        "amount": plain(group.amount),
        "currency": currency,
        "with_whom": names(others) or "itself",
    }


def _split(demand: JsonObject, taken: JsonObject, group: _Group, told: JsonObject) -> Iterator[JsonObject]:
    """Yield the vendor's part in purchases that reach a limit together, and each stay below it."""
    limit = decimal(demand["annual_cost_from"])
    slices = [part for part in group.parts if part["annual"] and part["annual"] < limit]
    own = [part for part in taken["parts"] if part in slices]
    if own and len(slices) > 1 and group.amount >= limit:
        yield {**told, "pointer": own[0]["pointer"], "parts": len(slices)}


def _just_under(demand: JsonObject, group: _Group, percent: float, told: JsonObject) -> Iterator[JsonObject]:
    limit = decimal(demand["annual_cost_from"])
    if limit * (100 - decimal(percent)) / 100 <= group.amount < limit:
        yield {**told, "pointer": "/contract/subscriptions"}
