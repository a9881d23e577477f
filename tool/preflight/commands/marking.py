"""Findings marked: which of them a change brings, which stood before, and what no old waiver lets stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from preflight import comparison, waiving
from preflight.model import Novelty, Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

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


def spent(judged: Judged, policy: Policy, context: Context) -> Judged:
    """Let nothing stand that a change brings by what other records say, and for which the waiver was there before.

    What a record itself said since then its history tells (``waiving.over``). What others said is compared with what
    they said before the change: what was not there then was repaired, and the waiver has had its time.
    """
    old = {
        waiver.id: waiver
        for waiver in context.decided.waivers.get(judged.vendor, ())
        if waiver.landed and (compiled := policy.rule(waiver.rule)) and policy.of_others(compiled)
    }

    def is_late(verdict: Verdict) -> bool:
        return verdict.waiver in old and verdict.change is Novelty.NEW

    over = {each.waiver for each in judged.verdicts if is_late(each)}
    told = [waiving.told(judged.vendor, each, "spent", waiving.ALONE) for each in old.values() if each.id in over]
    stands = [replace(each, outcome=Outcome.FAIL, waiver=None) if is_late(each) else each for each in judged.verdicts]
    return replace(judged, verdicts=(*stands, *told))
