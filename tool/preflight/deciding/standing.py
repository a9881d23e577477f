"""Where signed approvals stand today: whether each holds against what the vendor is now, and if not, why.

The answer is that of ``facts.oversight``, asked as if every role had to agree to every vendor. It weighs one approval
of a role at a time, because it tells of several only what it found last.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from preflight.facts import oversight
from preflight.levels import LEVELS
from preflight.model import Decided

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from preflight.model import Context, JsonObject


def failing(
    approvals: Mapping[str, Sequence[JsonObject]], extracts: Mapping[str, JsonObject], context: Context
) -> dict[tuple[str, str], str]:
    """Return by vendor and id why an approval does not hold; those that hold are left out.

    ``extracts`` are those of facts.oversight of every vendor; ``approvals`` are in the form of ``Decided``, of vendors
    among them.
    """
    bare = {vendor: {**taken, "approvals": []} for vendor, taken in extracts.items()}
    found: dict[tuple[str, str], str] = {}
    for turn in _turns(approvals):
        roles = sorted({each["role"] for given in turn.values() for each in given})
        facts = oversight.gather(bare, _asking(context, roles, turn))
        for vendor, given in turn.items():
            missing = {each["role"]: each["found"] for each in facts[vendor].get("missing", ())}
            found.update(((vendor, each["id"]), missing[each["role"]]) for each in given if each["role"] in missing)
    return found


def _turns(approvals: Mapping[str, Sequence[JsonObject]]) -> Iterator[dict[str, list[JsonObject]]]:
    """Yield the approvals so that no role has two of one vendor in one turn."""
    by_role: dict[tuple[str, str], list[JsonObject]] = {}
    for vendor, given in approvals.items():
        for each in given:
            by_role.setdefault((vendor, each["role"]), []).append(each)
    for turn in zip_longest(*by_role.values()):
        taken: dict[str, list[JsonObject]] = {}
        for (vendor, _), each in zip(by_role, turn, strict=True):
            if each is not None:
                taken.setdefault(vendor, []).append(each)
        yield taken


def _asking(context: Context, roles: Sequence[str], turn: Mapping[str, Sequence[JsonObject]]) -> Context:
    """Return a context in which each of those roles has to agree to every vendor, by one person."""
    policy = context.policies["approvals"]
    demands = [{key: value for key, value in each.items() if key != "people"} for each in policy["demands"]]
    always = [{"role": role, "risk_from": LEVELS[0], "why": "it is asked"} for role in roles]
    policies = {**context.policies, "approvals": {**policy, "demands": [*demands, *always]}}
    decided = Decided(approvals=turn, landed_as=context.decided.landed_as)
    return replace(context, policies=policies, decided=decided, memory={})
