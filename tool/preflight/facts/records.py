"""Systems of record: who has the last word on which data, and where two claim it, or nobody.

policies/systems.yaml settles a domain by naming its system; records of vendors claim domains. Where the policy
names one of two that claim the same, only the other one's claim is contested. Every domain has to be somebody's,
whether it is spoken of or not: that nobody names it is the fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.facts import lifecycle
from preflight.pointers import get

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from preflight.model import Context, JsonObject

NAME = "records"
INPUTS = ("/data/system_of_record_for", "/lifecycle/status")
POLICIES = ("systems",)
DOMAINS = (  # those of the schemas
    "budgets",
    "spend",
    "plans",
    "performance",
    "attribution",
    "reconciliation",
    "customers",
    "consents",
    "assets",
    "templates",
    "permissions",
    "statuses",
)
MOST_NAMED = 5  # others that are named beside one claim

_CLAIMS = "/data/system_of_record_for"


def _text(what: str) -> JsonObject:
    return {"type": "string", "description": what}


def _domains(what: str, **members: JsonObject) -> JsonObject:
    """Return the shape of a list of data domains with where and why."""
    known = {"pointer": _text("Where the finding points."), "domain": _text("The data domain."), **members}
    items = {"type": "object", "additionalProperties": False, "properties": known}
    return {"type": "array", "description": what, "items": items}


SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "contested": {
            **_domains(
                "Data domains that it claims, and that another vendor or the policy claims for another.",
                others={
                    "type": "array",
                    "items": {"type": "string"},
                    "description": f"Ids of other vendors that claim it, at most {MOST_NAMED}.",
                },
                named=_text("Id of the system that the policy names, if any."),
                reason=_text("Who else claims it, in a sentence."),
            ),
            "needs": [_CLAIMS],
        },
    },
}
OVERVIEW: JsonObject = {
    "type": "object",
    "properties": {
        "unclaimed": _domains(
            "Data domains without a system of record that is in use.",
            named=_text("Id that the policy names in vain, if any."),
            reason=_text("What is wrong, in a sentence."),
        ),
        "repeated": _domains(
            "Data domains for which the policy names a second system.",
            named=_text("Id of the second system."),
            first=_text("Id of the system that is named before it."),
        ),
        "held": _domains(
            "Data domains with one system of record.",
            by=_text("Id of the system or vendor that has the last word."),
        ),
    },
}


def extract(record: JsonObject, context: Context) -> JsonObject:
    """Return what a record claims, and whether it is governed still."""
    governed = lifecycle.of(record, context)["governed"]
    taken: JsonObject = {"governed": governed, "status": record["lifecycle"]["status"]}
    claims = get(record, _CLAIMS)
    return taken if claims is None else {**taken, "claims": claims}


def claimants(extracts: Mapping[str, JsonObject]) -> dict[str, list[str]]:
    """Return by domain the governed vendors that claim it, in the order of their ids."""
    found: dict[str, list[str]] = {}
    for vendor in sorted(extracts):
        taken = extracts[vendor]
        for domain in taken.get("claims", ()) if taken["governed"] else ():
            found.setdefault(domain, []).append(vendor)
    return found


def named(context: Context) -> dict[str, str]:
    """Return by domain the system or vendor that policies/systems.yaml names; of two, the first."""
    return {entry["domain"]: entry["system"] for _, entry in reversed(_entries(context))}


def _entries(context: Context) -> list[tuple[str, JsonObject]]:
    """Return the pointers and entries of ``records`` in policies/systems.yaml."""
    listed = context.policies.get("systems", {}).get("records", [])
    return [(f"/systems/records/{index}", entry) for index, entry in enumerate(listed)]


def gather(extracts: Mapping[str, JsonObject], context: Context) -> dict[str, JsonObject]:
    """Return for every vendor which of its claims are contested."""
    claiming, settled = claimants(extracts), named(context)
    found: dict[str, JsonObject] = {}
    for vendor, taken in extracts.items():
        if "claims" not in taken:
            found[vendor] = {}
            continue
        contested = _contested(vendor, taken["claims"], claiming, settled) if taken["governed"] else ()
        found[vendor] = {"contested": list(contested)}
    return found


def _contested(
    vendor: str, claims: list[str], claiming: Mapping[str, list[str]], settled: Mapping[str, str]
) -> Iterator[JsonObject]:
    for index, domain in enumerate(claims):
        by_policy = settled.get(domain)
        # One more than is told, so that the vendor itself does not take a place away.
        others = [other for other in claiming[domain][: MOST_NAMED + 1] if other != vendor][:MOST_NAMED]
        if by_policy == vendor or not (others or by_policy):
            continue
        more = len(claiming[domain]) - 1 - len(others)
        who = f"{', '.join(others)}{f' and {more} more' if more else ''}"
        said = [
            *([f"the policy names {by_policy}"] if by_policy else []),
            *([f"{who} claim{'' if len(others) + more > 1 else 's'} it, too"] if others else []),
        ]
        sentence = " and ".join(said)
        yield {
            "pointer": f"{_CLAIMS}/{index}",
            "domain": domain,
            "others": others,
            **({"named": by_policy} if by_policy else {}),
            "reason": f"{sentence[0].upper()}{sentence[1:]}.",
        }


def overview(extracts: Mapping[str, JsonObject], context: Context) -> JsonObject:
    """Return for every domain who has it, or that nobody has it."""
    claiming, settled = claimants(extracts), named(context)
    pointers = {entry["domain"]: pointer for pointer, entry in reversed(_entries(context))}
    past = {domain for taken in extracts.values() if not taken["governed"] for domain in taken.get("claims", ())}
    systems = {entry["id"] for entry in context.policies["systems"]["systems"]}
    held, unclaimed, silent = [], [], []
    for domain in sorted({*DOMAINS, *settled, *claiming, *past}):
        entry = {"pointer": pointers.get(domain, "/systems/records"), "domain": domain}
        by = settled.get(domain)
        if by is None:
            listed = claiming.get(domain, [])
            if len(listed) == 1:
                held.append({**entry, "by": listed[0]})
            elif not listed and domain in past:
                unclaimed.append({**entry, "reason": f"The only vendors that claimed {domain} are gone."})
            elif not listed:
                silent.append(domain)
        elif by in systems or _in_use(by, extracts, context):
            held.append({**entry, "by": by})
        else:
            wrong = f"was {extracts[by]['status']}" if by in extracts else "is no system or vendor here"
            reason = f"{by}, which the policy names for {domain}, {wrong}."
            unclaimed.append({**entry, "pointer": f"{entry['pointer']}/system", "named": by, "reason": reason})
    if silent:  # one finding for all of them: a registry that begins has many
        told = ", ".join(silent)
        unclaimed.append({"pointer": "/systems/records", "domain": told, "reason": "Nobody has the last word."})
    return {"unclaimed": unclaimed, "repeated": list(_repeated(context, settled)), "held": held}


def _repeated(context: Context, settled: Mapping[str, str]) -> Iterator[JsonObject]:
    for pointer, entry in _entries(context):
        domain, system = entry["domain"], entry["system"]
        if system != settled[domain]:
            yield {"pointer": pointer, "domain": domain, "named": system, "first": settled[domain]}


def _in_use(vendor: str, extracts: Mapping[str, JsonObject], context: Context) -> bool:
    """Whether a vendor is governed. One whose file cannot be read is a finding of its own, and not gone."""
    return bool(extracts[vendor]["governed"]) if vendor in extracts else vendor in context.vendors
