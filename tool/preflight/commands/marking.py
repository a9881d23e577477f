"""Findings marked: which of them a change brings, and which stood before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from preflight import comparison
from preflight.model import Novelty

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from preflight.engine import Judged
    from preflight.model import Verdict


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
