"""A change beside what was there before it: findings marked new or known, those that are fixed, and what it weighs.

The identity of a finding is its vendor, its rule and its place in the record, where entries of lists keep their
identity wherever they stand. Several findings of one rule at one place are told apart by what they are about. Their
messages hold numbers that another day changes, so they decide only where nothing else does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from preflight.field_changes import moved
from preflight.model import Delta, Novelty, Outcome, VendorDelta, Weight
from preflight.money import decimal, plain
from preflight.money import shown as amount
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from preflight.model import JsonObject, Verdict

FOUND = frozenset({Outcome.FAIL, Outcome.WAIVED})
NUMBER = re.compile("[0-9]+(?:[.,:-][0-9]+)*")
AS_BEFORE = "cost and risk: as before"
ABSENT = Weight(0, 0, None)  # who is not there costs nothing

Identity = tuple[str, str, str, str]


# ---- Findings -----------------------------------------------------------------------------------


def marked(
    now: Sequence[Verdict],
    before: Iterable[Verdict],
    moves: Mapping[str, Mapping[str, str]],
    rules: Collection[str],
) -> tuple[list[Verdict], list[Verdict]]:
    """Return the verdicts of now, each finding marked, and the findings of before that do not stand any more.

    ``moves`` are those of field_changes, by vendor. ``rules``: what has another id is a breach of form, and at one
    place many may be missing.
    """
    earlier: dict[Identity, list[Verdict]] = {}
    gone: list[Verdict] = []
    for verdict in before:
        if verdict.outcome in FOUND:
            place = moved(verdict.pointer, moves.get(verdict.vendor, {}))
            if place is None:
                gone.append(verdict)
            else:
                earlier.setdefault(identity(verdict, place), []).append(verdict)
    found: dict[Identity, list[int]] = {}
    for index, verdict in enumerate(now):
        if verdict.outcome in FOUND:
            found.setdefault(identity(verdict, verdict.pointer), []).append(index)
    marks: dict[int, Novelty] = {}
    for key, indices in found.items():
        partners = _partners([now[index] for index in indices], earlier.get(key, []), by_place=key[1] in rules)
        for index, partner in zip(indices, partners, strict=True):
            marks[index] = _novelty(now[index], partner)
        gone += _left(earlier.pop(key, []), partners)
    gone += [verdict for left in earlier.values() for verdict in left]
    told = [replace(verdict, change=marks.get(index)) for index, verdict in enumerate(now)]
    return told, [verdict for verdict in gone if verdict.outcome is Outcome.FAIL]


def identity(verdict: Verdict, place: str) -> Identity:
    """Return what makes a finding the same finding at a place of the record: vendor, rule, place, what it is about."""
    return verdict.vendor, verdict.rule, place, verdict.about


def _novelty(verdict: Verdict, before: Verdict | None) -> Novelty:
    """Return the mark of a finding. One that was waived and stands again is news, and so is one that weighs more."""
    if before is None or verdict.level.rank < before.level.rank:
        return Novelty.NEW
    again = before.outcome is Outcome.WAIVED and verdict.outcome is Outcome.FAIL
    return Novelty.NEW if again else Novelty.KNOWN


def _partners(now: Sequence[Verdict], before: Sequence[Verdict], *, by_place: bool) -> list[Verdict | None]:
    """Match findings of one key: those that say the same, then the same but for numbers, then any."""
    found: list[Verdict | None] = [None] * len(now)
    left = list(before)
    same: tuple[Callable[[Verdict], str], ...] = (_said, _said_without_numbers)
    for key in (*same, _anything) if by_place else same:
        for index, verdict in enumerate(now):
            if found[index] is None:
                partner = next((each for each in left if key(each) == key(verdict)), None)
                if partner is not None:
                    found[index] = partner
                    left = [each for each in left if each is not partner]
    return found


def _said(verdict: Verdict) -> str:
    return verdict.message


def _said_without_numbers(verdict: Verdict) -> str:
    return NUMBER.sub("0", verdict.message)


def _anything(verdict: Verdict) -> str:  # noqa: ARG001 - one shape with the others
    return ""


def _left(before: Sequence[Verdict], partners: Sequence[Verdict | None]) -> list[Verdict]:
    taken = {id(partner) for partner in partners}
    return [verdict for verdict in before if id(verdict) not in taken]


def new(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Return verdicts with every finding marked new that has no mark yet."""
    return tuple(
        replace(each, change=Novelty.NEW) if each.change is None and each.outcome in FOUND else each
        for each in verdicts
    )


# ---- Cost and risk ------------------------------------------------------------------------------


def weight(known: JsonObject) -> Weight:
    """Return what the facts of a vendor say of its cost and its risk."""
    cost, risk = known.get("cost", {}), known.get("risk", {})
    return Weight(cost.get("annual"), cost.get("committed"), risk.get("level"))


def delta(before: Mapping[str, Weight], after: Mapping[str, Weight], currency: str) -> Delta:
    """Put what vendors weighed beside what they weigh, by id. A sum of which a part is not known is not known."""
    vendors = tuple(VendorDelta(each, before.get(each), after.get(each)) for each in sorted({*before, *after}))
    return Delta(currency, vendors, _together(before.values()), _together(after.values()))


def _together(weights: Iterable[Weight]) -> Weight:
    listed = list(weights)
    return Weight(_sum(each.annual for each in listed), _sum(each.committed for each in listed), None)


def _sum(amounts: Iterable[float | None]) -> float | None:
    listed = list(amounts)
    known = [decimal(each) for each in listed if each is not None]
    return plain(sum(known, decimal(0))) if len(known) == len(listed) else None


# ---- Shown --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """What a change does to one vendor, or to all of them (no id), in words."""

    vendor: str
    annual: str
    committed: str
    risk: str


def rows(found: Delta) -> list[Row]:
    """Return a row a vendor whose cost or risk differs; then, of several vendors, one of all together."""
    differing = [each for each in found.vendors if each.before != each.after]
    listed = [_row(each.vendor, each.before, each.after, found.currency) for each in differing]
    if len(found.vendors) > 1 and differing:
        listed.append(_row("", found.before, found.after, found.currency))
    return listed


def _row(vendor: str, before: Weight | None, after: Weight | None, currency: str) -> Row:
    was, now = before or ABSENT, after or ABSENT
    return Row(
        vendor,
        _money(was.annual, now.annual, currency),
        _money(was.committed, now.committed, currency),
        _risk(before, after) if vendor else "",
    )


def _money(was: float | None, now: float | None, currency: str) -> str:
    shown = ["not known" if each is None else amount(each, currency) for each in (was, now)]
    if shown[0] == shown[1]:
        return shown[0]
    if was is None or now is None:
        return " → ".join(shown)
    return f"{' → '.join(shown)} ({'+' if now > was else '−'}{amount(abs(now - was), currency)})"


def _risk(before: Weight | None, after: Weight | None) -> str:
    was, now = ("not there" if each is None else each.risk or "not known" for each in (before, after))
    return now if was == now else f"{was} → {now}"


def told(found: Delta | None, most: int) -> list[str]:
    """Say in a few lines what a change does to cost and risk; nothing where it touches no vendor."""
    if found is None or not found.vendors:
        return []
    listed = rows(found)
    vendors, total = (
        [sentence(row) for row in listed if row.vendor],
        [sentence(row) for row in listed if not row.vendor],
    )
    more = [f"and {counted(len(vendors) - most, 'more vendor')}"] if len(vendors) > most else []
    return [*vendors[:most], *more, *total] or [AS_BEFORE]


def sentence(row: Row) -> str:
    """Say in one line what a change does to a vendor, or to all of them."""
    risk = f"; risk {row.risk}" if row.risk else ""
    return f"{row.vendor or 'together'}: {row.annual} a year; {row.committed} promised{risk}"
