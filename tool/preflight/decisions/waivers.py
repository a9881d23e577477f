"""Waivers: which decisions let a finding stand, and which do not, and why.

A waiver needs somebody whom policies/waivers.yaml lets waive that rule, a rule that can be waived, and an end within
the longest term; and it can be renewed only so often. Without policies/waivers.yaml nobody can waive anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.fingerprints import field_of
from preflight.model import Waiver
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from preflight.decisions import Decision
    from preflight.model import JsonObject, Rule

NOBODY: JsonObject = {"longest_days": 0, "renewals": 0, "authority": []}
RENEW = "Repair what the finding says, or have it waived anew by somebody who may: preflight waive."


@dataclass(frozen=True, slots=True)
class Idle:
    """A waiver that lets nothing stand. ``check`` says which of the conditions it fails, ``why`` in words."""

    decision: Decision
    check: str
    why: str


def waivers(
    decisions: Iterable[Decision], policy: JsonObject | None, rules: Mapping[str, Rule]
) -> tuple[dict[str, tuple[Waiver, ...]], tuple[Idle, ...]]:
    """Return the waivers of each vendor that are good on their day, and those that are not.

    ``policy`` is policies/waivers.yaml. Whether a good one still covers anything, the record says: see ``engine``.
    """
    given = policy or NOBODY
    good: dict[str, list[Waiver]] = {}
    idle: list[Idle] = []
    for decision, earlier in _in_turn(decisions):
        if decision.state in {"revoked", "not-yet"}:
            continue  # nobody has to do anything about it
        said = decision.statement
        fault = next(_faults(decision, earlier, given, rules.get(said.rule)), None)
        if fault:
            idle.append(Idle(decision, *fault))
        else:
            good.setdefault(said.vendor, []).append(waiver_of(decision))
    return {vendor: tuple(each) for vendor, each in good.items()}, tuple(idle)


def waiver_of(decision: Decision) -> Waiver:
    """Return the waiver that a statement of that kind states."""
    said = decision.statement
    until = said.valid_until or said.decided_on
    return Waiver(decision.id, said.rule, said.pointer, said.fingerprint, until, said.by, decision.path)


def _in_turn(decisions: Iterable[Decision]) -> Iterator[tuple[Decision, int]]:
    """Yield the newest waiver of each finding, with the number of those before it. Older ones have had their time."""
    by_finding: dict[tuple[str, str, str], list[Decision]] = {}
    for each in decisions:
        if each.statement.kind == "waive":
            said = each.statement
            by_finding.setdefault((said.vendor, said.rule, field_of(said.pointer)), []).append(each)
    for chain in by_finding.values():
        chain.sort(key=lambda each: (each.statement.decided_on, each.path))
        for index, each in enumerate(chain):
            newer = [other for other in chain[index + 1 :] if _same_finding(each, other)]
            if not newer or each.in_force:
                yield each, sum(_same_finding(each, other) for other in chain[:index])


def _same_finding(one: Decision, other: Decision) -> bool:
    """Whether two waivers of a rule and field are about the same place of a list, or no list at all."""
    return one.statement.pointer == other.statement.pointer or one.statement.fingerprint == other.statement.fingerprint


def _faults(decision: Decision, earlier: int, policy: JsonObject, rule: Rule | None) -> Iterator[tuple[str, str]]:
    """Yield check and reason of what is wrong with a waiver, the plainest first."""
    said = decision.statement
    if decision.state == "void":
        yield "key", "its key leaked"
    if rule is None:
        yield "rule", f"there is no rule {said.rule}"
        return
    if not rule.waivable:
        yield "not-waivable", f"the rule {said.rule} cannot be waived by anybody"
    if not may_waive(said.role, rule, policy):
        allowed = authorities(rule, policy)
        yield "authority", f"the role {said.role} may not waive it; {_listed(allowed)} may"
    longest = policy["longest_days"]
    if said.valid_until is None or (said.valid_until - said.decided_on).days > longest:
        yield "term", f"it runs for longer than the {counted(longest, 'day')} that a waiver may last"
    if earlier > policy["renewals"]:
        allowed_times = counted(policy["renewals"], "time")
        yield "renewals", f"it was renewed {counted(earlier, 'time')}; at most {allowed_times} is allowed"
    if decision.state == "expired":
        yield "expired", f"it ran out on {said.valid_until}"


def may_waive(role: str, rule: Rule, policy: JsonObject) -> bool:
    """Whether a role may waive a rule, by policies/waivers.yaml."""
    return role in authorities(rule, policy)


def authorities(rule: Rule, policy: JsonObject) -> list[str]:
    """Return the roles that may waive a rule."""
    return [
        each["role"]
        for each in policy["authority"]
        if rule.domain in each.get("domains", [rule.domain])
        and rule.level.value in each.get("levels", [rule.level.value])
    ]


def _listed(roles: Sequence[str]) -> str:
    return " or ".join(roles) if roles else "nobody"
