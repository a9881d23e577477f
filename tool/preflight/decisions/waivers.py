"""Waivers: which decisions let a finding stand, and which do not, and why.

A waiver needs somebody whom policies/waivers.yaml lets waive that rule, a rule that can be waived, and an end within
the longest term; and it can be renewed only so often. Without policies/waivers.yaml nobody can waive anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from preflight.fingerprints import field_of
from preflight.model import Waiver
from preflight.periods import add_days
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from preflight.decisions import Decision
    from preflight.model import JsonObject, Rule

NOBODY: JsonObject = {"longest_days": 0, "renewals": 0, "authority": []}
LATE = 14  # days from which on one that was signed is not brought any more: what it was about has moved on
PAUSE = 92  # days without a waiver of a field, after which waivers of it begin anew
OTHERS_SAY = "Other records"  # the fact of a waiver that has what fingerprints.beside gives
RENEW = "Repair what the finding says, or have it waived anew by somebody who may: preflight waive."


@dataclass(frozen=True, slots=True)
class Idle:
    """A waiver that lets nothing stand. ``check`` says which of the conditions it fails, ``why`` in words."""

    decision: Decision
    check: str
    why: str


def waivers(
    decisions: Iterable[Decision],
    policy: JsonObject | None,
    rules: Mapping[str, Rule],
    past: Sequence[Decision] = (),
) -> tuple[dict[str, tuple[Waiver, ...]], tuple[Idle, ...]]:
    """Return the waivers of each vendor that are good on their day, and those that are not.

    ``policy`` is policies/waivers.yaml. ``past`` are waivers that have landed and count no more, as their key ended:
    they are terms all the same. Whether a good one still covers anything, the record says: see ``engine``.
    """
    given = policy or NOBODY
    good: dict[str, list[Waiver]] = {}
    idle: list[Idle] = []
    gone = {each.path for each in past}
    for decision, before in _in_turn([*decisions, *past], rules):
        if decision.path in gone or decision.state in {"revoked", "not-yet"}:
            continue  # nobody has to do anything about it
        said = decision.statement
        fault = next(_faults(decision, before, given, rules.get(said.rule)), None)
        if fault:
            idle.append(Idle(decision, *fault))
        else:
            good.setdefault(said.vendor, []).append(waiver_of(decision))
    return {vendor: tuple(each) for vendor, each in good.items()}, tuple(idle)


def waiver_of(decision: Decision) -> Waiver:
    """Return the waiver that a statement of that kind states."""
    said = decision.statement
    until, beside = _until(decision), str(dict(said.facts).get(OTHERS_SAY, ""))
    plain = Waiver(decision.id, said.rule, said.pointer, said.fingerprint, until, said.by, decision.path)
    return replace(plain, beside=beside)


def _in_turn(decisions: Iterable[Decision], rules: Mapping[str, Rule]) -> Iterator[tuple[Decision, Sequence[Decision]]]:
    """Yield the newest waiver of each finding, with all before it of its field. Older ones have had their time."""
    by_field: dict[tuple[str, str, str], list[Decision]] = {}
    for each in decisions:
        if each.statement.kind == "waive":
            said = each.statement
            field = _field(said.pointer, rules.get(said.rule))
            by_field.setdefault((said.vendor, said.rule, field), []).append(each)
    for chain in by_field.values():
        chain.sort(key=lambda each: (each.statement.decided_on, each.path))
        for index, each in enumerate(chain):
            if each.in_force or not any(_same_finding(each, newer) for newer in chain[index + 1 :]):
                yield each, chain[:index]


def _field(pointer: str, rule: Rule | None) -> str:
    """Return the field that a waiver is about. That of a rule about a list is the list, whatever its pointer says."""
    return rule.each if rule and rule.each else field_of(pointer)


def _same_finding(one: Decision, other: Decision) -> bool:
    """Whether two waivers of a rule and field are about the same place of a list, or no list at all."""
    return one.statement.pointer == other.statement.pointer or one.statement.fingerprint == other.statement.fingerprint


def _renewed(decision: Decision, before: Sequence[Decision], longest: int) -> int:
    """Return how often a waiver was renewed: by its place and content, or by how long waivers of its field go on.

    An item that moves in its list and says a word more looks like another one. That its field was waived for terms on
    end cannot be hidden.
    """
    began, until = decision.statement.decided_on, _until(decision)
    covered = (until - began).days
    for end, each in sorted(((_ended(each), each) for each in before), key=lambda one: one[0], reverse=True):
        at_once = each.state == "revoked" and end <= each.statement.decided_on
        if not at_once and end >= add_days(began, -PAUSE):
            # What two of them cover is one day, not two.
            covered += max((min(end, began) - each.statement.decided_on).days, 0)
            began = min(began, each.statement.decided_on)
    # However short each of them was, they go on: to the day of the last one, and with one pause to its end.
    over = (decision.statement.decided_on - began).days // max(longest, 1)
    begun = max(covered, (until - began).days - PAUSE)
    return max(sum(_same_finding(decision, each) for each in before), over, _terms(begun, longest) - 1)


def _terms(days: int, longest: int) -> int:
    """Return how many of the longest terms those days are; one that is begun counts whole."""
    return -(-days // max(longest, 1))


def _ended(decision: Decision) -> date:
    """Return until when a waiver counted: what was taken back has had its time until then."""
    return min(_until(decision), decision.revoked_on or date.max)


def _until(decision: Decision) -> date:
    return decision.statement.valid_until or decision.statement.decided_on


def _faults(
    decision: Decision, before: Sequence[Decision], policy: JsonObject, rule: Rule | None
) -> Iterator[tuple[str, str]]:
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
    if (renewed := _renewed(decision, before, longest)) > policy["renewals"]:
        allowed_times = counted(policy["renewals"], "time")
        yield "renewals", f"it was renewed {counted(renewed, 'time')}; at most {allowed_times} is allowed"
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
