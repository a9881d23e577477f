"""Waivers against records: which findings may stand, and what is to be said of waivers that let nothing stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight import fingerprints, pointers
from preflight.model import Level, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from preflight.model import Context, JsonObject, Rule, Waiver
    from preflight.policy import Policy
    from preflight.rules import CompiledRule

MOST_FIELDS = 8  # that are named one by one
SOON = 7  # days in which what a waiver is for comes after it, where both are merged one after the other
OWNERS = ("/ownership/marketing/owner", "/ownership/it/owner")  # nobody waives a rule for what is their own


@dataclass(frozen=True, slots=True)
class Settled:
    """Which findings may stand: by rule and pointer the id of the waiver.

    ``idle`` is what is to be said of waivers that cover nothing; ``waiting`` are those that cover something if other
    records say what they said, with the places: see ``beside``.
    """

    waived: Mapping[tuple[str, str], str]
    idle: tuple[Verdict, ...] = ()
    waiting: tuple[tuple[Waiver, tuple[str, ...]], ...] = ()


def settle(vendor: str, records: tuple[JsonObject, JsonObject | None], policy: Policy, context: Context) -> Settled:
    """Hold the waivers of a vendor against its record.

    ``records`` are the record and the one before the change, None where there is none. A waiver covers what the record
    said when it was decided; and nobody waives what they own or propose. Who proposes a change proposes what was not
    in the record before, and may waive what was.
    """
    record, before = records
    found: dict[tuple[str, str], str] = {}
    idle: list[Verdict] = []
    waiting: list[tuple[Waiver, tuple[str, ...]]] = []
    authors = context.decided.authors.get(vendor)
    # Who hands a vendor over in the change that brings the waiver owned it when that was signed.
    owners = _owners(record) | _owners(before or {})
    for waiver in context.decided.waivers.get(vendor, ()):
        compiled = policy.rule(waiver.rule)
        if compiled is None:
            continue
        if waiver.by in owners:
            idle.append(told(vendor, waiver, "owner", f"{waiver.by} owns the vendor"))
            continue
        if compiled.needs_before and before is None:
            continue  # the rule is about a change, and there is none
        covered = _covered(waiver, compiled, (record, before), policy)
        if not covered:
            idle.append(told(vendor, waiver, "stale", _changed(waiver, compiled, (record, before), policy)))
        elif waiver.over:
            idle.append(told(vendor, waiver, "spent", waiver.over))
        elif compiled.needs_before and waiver.landed:
            # The same change once more is another one: what was bought again is not taken out again by the same word.
            idle.append(
                told(vendor, waiver, "spent", "it came with an earlier change, and one waiver is for one change")
            )
        elif (
            authors
            and (waiver.by in authors.people or authors.strangers)
            and not (before and _covered(waiver, compiled, (before, None), policy))
        ):
            whom = waiver.by if waiver.by in authors.people else "somebody whom people.yaml does not know"
            idle.append(told(vendor, waiver, "proposer", f"{whom} proposes the change"))
        elif policy.of_others(compiled):
            waiting.append((waiver, tuple(covered)))
        else:
            found.update(((waiver.rule, each), waiver.id) for each in covered)
    return Settled(found, tuple(idle), tuple(waiting))


def beside(vendor: str, waiting: Sequence[tuple[Waiver, Sequence[str]]], policy: Policy, shared: JsonObject) -> Settled:
    """Hold waivers of what other records say, too, against that. ``shared`` are the registry facts of the vendor."""
    found: dict[tuple[str, str], str] = {}
    idle: list[Verdict] = []
    for waiver, places in waiting:
        compiled = policy.rule(waiver.rule)
        held = [
            each for each in places if compiled and fingerprints.beside(policy, compiled, each, shared) == waiver.beside
        ]
        found.update(((waiver.rule, each), waiver.id) for each in held)
        if not held:
            why = "other records say something else now than when it was signed"
            idle.append(told(vendor, waiver, "stale", why))
    return Settled(found, tuple(idle))


def _owners(record: JsonObject) -> set[object]:
    return {pointers.get(record, each) for each in OWNERS}


def owned(waiver: Waiver, records: Sequence[tuple[date, JsonObject]], landed: date) -> str:
    """Say that whoever signed a waiver owned the vendor then, or until it came; empty where they did not.

    ``records`` and ``landed`` are those of ``over``. Who hands it over only to have the waiver count owned it all the
    same.
    """
    owners = (_owners(record) for day, record in records if day <= landed)
    return (
        f"{waiver.by} owned the vendor when it was signed, or in the three weeks before"
        if any(waiver.by in each for each in owners)
        else ""
    )


def over(waiver: Waiver, records: Sequence[tuple[date, JsonObject]], landed: date, policy: Policy, today: date) -> str:
    """Say why a waiver is over, by what the record said since it was signed; empty where it is not.

    ``records`` are what it said, with the day from which on, oldest first; ``landed`` is the day on which the waiver
    came. What is said again is a new finding, about which nobody decided; and so is what comes long after.
    """
    compiled = policy.rule(waiver.rule)
    if compiled is None or compiled.needs_before or not records:  # of a change, it is spent when that has landed
        return ""
    stands: dict[int, bool] = {}  # by record: what is written to and fro is looked at once
    for _, record in records:
        if id(record) not in stands:
            stands[id(record)] = bool(_covered(waiver, compiled, (record, None), policy))
    told = [stands[id(record)] for _, record in records]
    begins = records[told.index(True)][0] if True in told else today
    if (begins - landed).days > SOON:
        return f"there was nothing to let stand within {SOON} days after it came"
    again = True in told and False in told[told.index(True) :]
    return (
        "what it let stand was repaired since, or in the three weeks before, and a waiver ends by that" if again else ""
    )


def _covered(
    waiver: Waiver, compiled: CompiledRule, records: tuple[JsonObject, JsonObject | None], policy: Policy
) -> list[str]:
    """Return the places of a record at which it says what a waiver was decided on."""
    record, before = records
    places = _places(compiled.rule, record, waiver.pointer)
    return [each for each in places if fingerprints.of(policy, compiled, record, each, before) == waiver.fingerprint]


def _changed(
    waiver: Waiver, compiled: CompiledRule, records: tuple[JsonObject, JsonObject | None], policy: Policy
) -> str:
    """Say what changed of what a waiver covers: which field, where the record before is known; else one of which."""
    if compiled.needs_before:
        return "it was given for another change"
    record, before = records
    was = _covered(waiver, compiled, (before, None), policy) if before else []
    if before and was:
        fields = fingerprints.differing(policy, compiled, (before, record), was[0])
        return f"the record says something else now at {_joined(fields, 'and')}"
    fields = fingerprints.covers(policy, compiled, waiver.pointer)
    what = "" if len(fields) == 1 else "one of "
    return f"the record says something else now than when it was signed, at {what}{_joined(fields, 'or')}"


def _joined(names: Sequence[str], word: str) -> str:
    shown = [*names[:MOST_FIELDS], *([f"{len(names) - MOST_FIELDS} more"] if len(names) > MOST_FIELDS else [])]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {word} {shown[-1]}"


def _places(rule: Rule, record: JsonObject, pointer: str) -> list[str]:
    """Return where a waived finding may stand: items of a list move, and keep what they say."""
    items = pointers.get(record, rule.each) if rule.each else None
    if not isinstance(items, list) or pointer == rule.each:
        return [pointer]
    return [f"{rule.each}/{index}{rule.at}" for index in range(len(items))]


def told(vendor: str, waiver: Waiver, check: str, why: str) -> Verdict:
    """Say why a waiver lets nothing stand."""
    return Verdict(
        vendor=vendor,
        rule=f"waiver/{check}",
        level=Level.WARNING,
        outcome=Outcome.FAIL,
        message=f"The waiver of {waiver.rule} by {waiver.by} lets nothing stand: {why}",
        fix="Repair what the finding says, or have it waived anew: preflight waive.",
        path=waiver.path,
        line=1,
        column=1,
        pointer="",
    )
