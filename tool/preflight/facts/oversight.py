"""Who has to agree to a vendor, and who has: by risk, money, term and data. By policies/approvals.yaml.

Amounts are those of the whole group: the vendor and all others of the same legal parent, a year at the most that
runs at one time, and everything bought within a rolling window. So a purchase cut into slices, by region or by
vendor file, meets the limit that the whole would meet.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from preflight import houses, terms
from preflight.agreement import ANSWERS, NOBODY, RECORDED, SIGNED, Directory, Role, agreement
from preflight.authority import Amounts, by_role, demanded, names
from preflight.facts import cost, data, lifecycle, risk
from preflight.facts.references import departures
from preflight.facts.spend import daily, earlier, window
from preflight.houses import MOST_TOLD, House, is_below
from preflight.levels import LEVELS, highest, rank
from preflight.model import SIGNED_FOR
from preflight.money import decimal, plain
from preflight.naming import registered
from preflight.pointers import get
from preflight.shapes import NUMBER, TEXT, WHOLE, faults

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from preflight.model import Context, Decided, Json, JsonObject

NAME = "oversight"
INPUTS = ("/approvals", "/contract/subscriptions", "/cost/recurring", "/cost/usage", "/data/classes", "/risk")
POLICIES = ("approvals", "people", "rates", "risk", "systems")


OF_SELLER = frozenset({"company", "country"})  # of what an approval is for

_ROLE = {"role": TEXT, "title": TEXT, "why": TEXT}
_LIMIT = {**_ROLE, "limit": NUMBER, "amount": NUMBER, "currency": TEXT, "with_whom": TEXT}
SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "group": {
            "type": "array",
            "items": TEXT,
            "description": "Ids of the other vendors with the same legal parent that are paid for, "
            f"at most {MOST_TOLD}.",
        },
        "parent": {**TEXT, "description": "The legal parent, as the record writes it.", "needs": ["/legal_entity"]},
        "group_annual": {**NUMBER, "description": "What the group costs in a year, as far as is known."},
        "window": {**NUMBER, "description": "What was bought from the group within the rolling window."},
        "amount": {**NUMBER, "description": "What limits are held against: the more of a year and the window."},
        "promised": {**NUMBER, "description": "What is promised to the group over the terms, as far as is known."},
        "demanded": faults("Roles that have to agree, as far as is known.", **_ROLE),
        "agreed": faults(
            "The approvals that count, one a person of each role; id is that of the signed decision.",
            role=TEXT,
            by=TEXT,
            date=TEXT,
            proof=TEXT,
            id=TEXT,
        ),
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
    parts = list(window.parts(record, context))
    over = cost.is_over(record, context)
    return {
        "parent": entity.get("parent") or entity.get("name") or "",
        "for": {title.lower(): get(record, at) or "" for title, at in SIGNED_FOR.items()},
        "aliases": record.get("aliases", []),
        "sold_by": entity,
        "over": over,
        "annual": known.get("annual"),
        "committed": known.get("committed"),
        "least": known["at_least"],
        "term_months": known.get("term_months"),
        **_bound(record, parts, context, known),
        "parts": parts,
        "said": earlier.said(record, context),
        "owes": earlier.said(record, context, context.today).places,
        "undated": window.undated(record, parts, context),
        "flat": window.flat(record, context),
        "risk": level.level,
        "risk_least": level.at_least,
        "contracted": lifecycle.of(record, context)["contracted"],
        "category": record.get("category", ""),
        "signs": risk.signs(terms.current(record, context.today), context.policies["risk"]),
        "stated": record.get("risk", {}),
        "classes": data.held(record),
        "approvals": record.get("approvals", []),
        "proposed_on": record.get("lifecycle", {}).get("proposed_on", ""),
    }


def _bound(record: JsonObject, parts: Sequence[JsonObject], context: Context, known: JsonObject) -> JsonObject:
    """Return what the vendor binds the house to: ``yearly``, ``owed`` over the terms, and ``terms`` (their days).

    What nobody uses any more is paid until its term is over.
    """
    if not cost.is_over(record, context):
        running = cost.purchases(record, context) or ()
        days = [*terms.dated(running), *((first, last) for first, last, _ in daily.promises(record, context))]
        return {"yearly": known["at_least"], "owed": plain(cost.promised(record, context)), "terms": days}
    left = window.still(record, context)
    promised = [each for each in daily.promises(record, context) if window.was_made(record, each[0], context)]
    yearly, _ = terms.yearly(left)
    yearly += window.undated(record, parts, context)
    owed = sum((each.term or Decimal(0) for each in left), Decimal(0))
    owed += sum((amount or Decimal(0) for *_, amount in promised), Decimal(0))
    owed += sum((amount for day, amount in window.once(record, context).items() if day > context.today), Decimal(0))
    spans = [(each.starts, each.until) for each in left if each.starts and each.until]
    spans += [(first, last) for first, last, _ in promised]
    return {"yearly": plain(yearly), "owed": plain(owed), "terms": spans}


def gather(extracts: Mapping[str, JsonObject], context: Context) -> dict[str, JsonObject]:
    """Judge every vendor's approvals by what its whole group costs, and did by what its records said before."""
    directory = Directory(
        {each["id"]: each.get("roles", []) for each in context.policies["people"]["people"]},
        departures(context),
        context.today,
        terms.rates(context),
    )
    limits = {each["annual_cost_from"] for each in context.policies["approvals"]["demands"] if _is_plain_limit(each)}
    days = context.policies["approvals"]["window_days"]
    extracts, found = dict(extracts), {}
    for members in houses.members(extracts, context):
        for vendor, versions in context.earlier.versions(members).items():
            extracts[vendor] = earlier.recalled(extracts[vendor], versions, context)
        group = houses.house(members, extracts, limits, context.today, (window.looked_back_to(context), days))
        beside = _by_category(members, extracts, context.policies["risk"]) if len(members) > 1 else {}
        for vendor in members:
            taken = _with_twins(vendor, extracts[vendor], beside, context.policies["risk"])
            found[vendor] = _facts(vendor, taken, group, context, directory)
    return found


@dataclass(frozen=True, slots=True)
class _Beside:
    """Vendors of one house and category under contract: what they say of their risk, one as all."""

    vendors: tuple[str, ...]
    signs: Mapping[str, list[Json]]
    stated: tuple[JsonObject, ...]


def _by_category(members: Sequence[str], extracts: Mapping[str, JsonObject], policy: JsonObject) -> dict[str, _Beside]:
    sorted_out: dict[str, list[str]] = {}
    for vendor in members:
        if extracts[vendor]["contracted"]:
            sorted_out.setdefault(extracts[vendor]["category"], []).append(vendor)
    return {
        category: _Beside(
            tuple(vendors),
            risk.together((extracts[each]["signs"] for each in vendors), policy),
            tuple(extracts[each]["stated"] for each in vendors),
        )
        for category, vendors in sorted_out.items()
    }


def _with_twins(vendor: str, taken: JsonObject, beside: Mapping[str, _Beside], policy: JsonObject) -> JsonObject:
    """Return an extract with the risk of all that its house sells us of the kind: cut into records, it is one."""
    group = beside.get(taken["category"])
    others = [each for each in group.vendors if each != vendor][:MOST_TOLD] if group else []
    if group is None or not others or taken["over"]:
        return taken
    own = [] if taken["contracted"] else [taken["signs"]]
    said = [*group.stated, *([] if taken["contracted"] else [taken["stated"]])]
    stated = {name: highest(each[name] for each in said if name in each) for name in risk.DIMENSIONS}
    named = {name: level for name, level in stated.items() if any(name in each for each in said)}
    least = risk.assessed(risk.together([group.signs, *own], policy), named, policy).at_least
    if rank(least) <= rank(taken["risk_least"]):
        return taken
    level = None if taken["risk"] is None else least
    return {**taken, "risk": level, "risk_least": least, "risk_beside": names(others, len(group.vendors) - (not own))}


def _facts(vendor: str, taken: JsonObject, group: House, context: Context, directory: Directory) -> JsonObject:
    policy, currency = context.policies["approvals"], directory.rates.base
    listed, count = group.others(vendor)
    others = names(listed, count)
    amounts = _amounts(taken, group, policy["window_days"])
    titles = {each["role"]: each["title"] for each in policy["roles"]}
    demands = [(each, demanded(each, amounts)) for each in policy["demands"]]
    # A role that is asked for because of money has to cover the money of the group; the others know this vendor alone.
    paying = {each["role"] for each in policy["demands"] if "annual_cost_from" in each}
    alone = replace(amounts, least=decimal(taken["least"]), basis="a year")
    signed = [_for_what(vendor, each, taken, context.decided) for each in context.decided.approvals.get(vendor, ())]
    approvals = [{**each, "proposed_on": taken["proposed_on"]} for each in (*_recorded(taken), *signed)]
    proposers = context.decided.proposers.get(vendor, NOBODY)
    standing = {
        role.name: agreement(role, approvals, amounts if role.name in paying else alone, directory, proposers)
        for role in roles(policy, demands)
    }
    wanted = by_role((each for each, said in demands if said), titles, amounts, currency, others)
    missing = [
        {**each, "pointer": found.pointer, "found": found.found}
        for each in wanted
        if not (found := standing[each["role"]]).enough
    ]
    unsure = any(said is None and not standing[each["role"]].enough for each, said in demands)
    facts: JsonObject = {
        "group": listed,
        "group_annual": plain(group.sums.annual),
        "amount": plain(group.sums.amount),
        "promised": plain(group.sums.committed),
        "window": plain(group.sums.window),
        "demanded": wanted,
        "agreed": [_agreed(each) for role in wanted for each in standing[role["role"]].counted],
        "split": [],
        "just_under": [],
    }
    if not taken["over"]:
        limits = [each for each in policy["demands"] if _is_plain_limit(each)]
        open_limits = [each for each in limits if not standing[each["role"]].enough]
        for demand in open_limits:
            told = _told(demand, group, titles, currency, others)
            facts["split"] += _split(demand, taken, group, told)
            facts["just_under"] += _just_under(demand, group, policy["just_under_percent"], told)
    if taken["parent"]:
        facts["parent"] = taken["parent"]
    if missing or not unsure:
        facts["missing"] = missing
    return facts


def roles(policy: JsonObject, demands: Iterable[tuple[JsonObject, bool | None]]) -> list[Role]:
    """Return what policies/approvals.yaml asks of each role that demands name.

    ``demands`` are all, each with whether it applies; None: that is not known.
    """
    proofs = {each["role"]: each["proof"] for each in policy["roles"]}
    strangers = policy.get("separation", {}).get("unknown_proposer") == "accept"
    people = {each["role"]: 1 for each in policy["demands"]}
    bounds: dict[str, set[str]] = {}
    for each, applies in demands:
        if applies is not False:
            people[each["role"]] = max(people.get(each["role"], 1), each.get("people", 1))
            anyhow = "risk_from" if each.get("risk_from") == LEVELS[0] else ""  # whatever its risk is, it is asked
            named = (ANSWERS[name] for name in each if name in ANSWERS and name != anyhow)
            bounds.setdefault(each["role"], set()).update(named)
    return [
        Role(name, proofs.get(name, SIGNED), count, strangers, frozenset(bounds.get(name, ())))
        for name, count in people.items()
    ]


def _for_what(vendor: str, approval: JsonObject, taken: JsonObject, decided: Decided) -> JsonObject:
    """Return an approval; one that was signed for something else than the record tells of now, or for nothing, as such.

    A record that keeps its id and becomes that of somebody else, or another product, does not inherit what was signed.
    Another legal form is somebody else: a GmbH and a Ltd of one name are two companies. So are two of one name in two
    countries.
    """
    if approval["state"] != "in-force":
        return approval
    given = {title: str(approval.get(title, "")) for title in taken["for"]}
    differ = [title for title, named in taken["for"].items() if not _is_same(title, given[title], named)]
    if "vendor" in differ and any(_is_same("vendor", given["vendor"], each) for each in taken["aliases"]):
        # Renamed since: it had the name that was signed when that landed.
        differ = [
            each for each in differ if each != "vendor" or given[each] != decided.landed_as(vendor, approval["id"])
        ]
    if not differ:
        return approval
    meant = {title for title in differ if given[title]}
    state = "unnamed" if not meant else "other-company" if meant & OF_SELLER else "other-product"
    return {**approval, "state": state}


def _is_same(title: str, one: str, other: str) -> bool:
    if title in OF_SELLER:
        return registered(one) == registered(other)
    return _said(one) == _said(other)


def _said(name: str) -> str:
    """Return a name however it is set, in which ß is no ss: another letter may be another product."""
    return " ".join(unicodedata.normalize("NFC", name).lower().split())


def _recorded(taken: JsonObject) -> list[JsonObject]:
    return [{**each, "pointer": f"/approvals/{index}"} for index, each in enumerate(taken["approvals"])]


def _agreed(approval: JsonObject) -> JsonObject:
    proven = {"proof": SIGNED, "id": approval["id"]} if "id" in approval else {"proof": RECORDED}
    kept = {name: approval[name] for name in ("role", "by", "date")}
    return {"pointer": approval.get("pointer", "/approvals"), **kept, **proven}


def _amounts(taken: JsonObject, group: House, days: int) -> Amounts:
    """Return what demands compare with: the money of the group, the rest of the vendor itself."""
    least = decimal(taken["least"]) if taken["over"] else group.sums.amount
    priced = all(part["priced"] for part in taken["parts"] if part["recent"])
    committed = None if taken["committed"] is None else decimal(taken["committed"])
    before = ", some of it told by earlier versions of the record alone" if group.recalled else ""
    return Amounts(
        None if taken["annual"] is None or not priced else least,
        least,
        committed if committed is None or taken["over"] else group.sums.committed,
        taken["term_months"]
        if taken["over"] or taken["term_months"] is None
        else max(taken["term_months"], group.months),
        taken["risk"],
        taken["risk_least"],
        None if taken["classes"] is None else frozenset(taken["classes"]),
        "a year" if taken["over"] or not group.sums.bought else f"bought within {days} days{before}",
        taken.get("risk_beside", ""),
        Decimal(0) if taken["over"] else group.sums.committed,
        0 if taken["over"] else group.months,
    )


# ---- Ways round a limit -------------------------------------------------------------------------


def _is_plain_limit(demand: JsonObject) -> bool:
    """Whether a demand is a limit by yearly cost alone: only those can be stayed below."""
    return demand.keys() <= {"role", "why", "annual_cost_from"} and "annual_cost_from" in demand


def _told(demand: JsonObject, group: House, titles: Mapping[str, str], currency: str, others: str) -> JsonObject:
    return {
        "role": demand["role"],
        "title": titles.get(demand["role"], demand["role"]),
        "why": demand["why"],
        "limit": demand["annual_cost_from"],
        "amount": plain(group.sums.amount),
        "currency": currency,
        "with_whom": others or "itself",
    }


def _split(demand: JsonObject, taken: JsonObject, group: House, told: JsonObject) -> Iterator[JsonObject]:
    """Yield the vendor's part in purchases that reach a limit together, and each stay below it."""
    limit = demand["annual_cost_from"]
    own = [part for part in taken["parts"] if is_below(part, limit)]
    if own and group.slices[limit] > 1 and group.sums.amount >= decimal(limit):
        yield {**told, "pointer": own[0]["pointer"], "parts": group.slices[limit]}


def _just_under(demand: JsonObject, group: House, percent: float, told: JsonObject) -> Iterator[JsonObject]:
    limit = decimal(demand["annual_cost_from"])
    if limit * (100 - decimal(percent)) / 100 <= group.sums.amount < limit:
        yield {**told, "pointer": "/contract/subscriptions"}
