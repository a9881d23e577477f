"""Findings marked: which of them a change brings, which stood before, and what no old waiver lets stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from preflight import comparison, waiving
from preflight.model import Novelty, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date

    from preflight.engine import Judged
    from preflight.model import Context, Verdict
    from preflight.policy import Policy


def marked(
    results: Sequence[Judged],
    before: Sequence[Verdict],
    moved: Mapping[str, Mapping[str, str]],
    rules: Collection[str],
) -> tuple[list[Judged], list[Verdict]]:
    """Mark the findings in results, and return what of ``before`` does not stand any more."""
    said, fixed = comparison.marked([verdict for each in results for verdict in each.verdicts], before, moved, rules)
    rest = iter(said)
    return [replace(each, verdicts=tuple(next(rest) for _ in each.verdicts)) for each in results], fixed


def only_new(results: Sequence[Judged], told: Sequence[Judged]) -> list[Judged]:
    """Leave out what was known or is ``told`` already, and count nothing: they were not judged for their own sake."""
    said = {comparison.identity(verdict, verdict.pointer) for each in told for verdict in each.verdicts}

    def is_news(verdict: Verdict) -> bool:
        return verdict.change is Novelty.NEW and comparison.identity(verdict, verdict.pointer) not in said

    news = [
        replace(each, verdicts=tuple(filter(is_news, each.verdicts)), judged=0, not_applicable=0) for each in results
    ]
    return [each for each in news if each.verdicts]


def spent(judged: Judged, policy: Policy, context: Context, stood: Callable[[Verdict, date], bool]) -> Judged:
    """Let nothing stand that a change brings by what other records say, and that a waiver of before let stand.

    What a record itself said since then its history tells (``waiving.over``). What others said is compared with what
    they said before the change: what was not there then was repaired, and a waiver that was there has had its time. So
    has one that comes now, if what it is for ``stood`` when it was signed.
    """
    known = {
        waiver.id: waiver
        for waiver in context.decided.waivers.get(judged.vendor, ())
        if (compiled := policy.rule(waiver.rule)) and policy.of_others(compiled)
    }

    def is_late(verdict: Verdict) -> bool:
        waiver = known.get(verdict.waiver or "") if verdict.change is Novelty.NEW else None
        return waiver is not None and (waiver.landed or (waiver.signed is not None and stood(verdict, waiver.signed)))

    late = [is_late(each) for each in judged.verdicts]
    over = {each.waiver for each, old in zip(judged.verdicts, late, strict=True) if old}
    told = [waiving.told(judged.vendor, each, "spent", waiving.ALONE) for each in known.values() if each.id in over]
    stands = (
        replace(each, outcome=Outcome.FAIL, waiver=None) if old else each
        for each, old in zip(judged.verdicts, late, strict=True)
    )
    return replace(judged, verdicts=(*stands, *told))
