"""The engine: cases × rules → verdicts. It owns the loop; a rule sees one case.

A pure function of records, policy and date. What it cannot judge, it refuses to judge: an expression
that fails for any reason but something unknown ends the run (exit code 2), and never passes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight import facts as fact_modules
from preflight import pointers
from preflight.errors import CannotJudge
from preflight.expressions import HOLDS, IDLE, Expression, ExpressionError, Truth, activation
from preflight.model import Json, JsonObject, Level, Outcome, Positions, Problem, Report, Rule, Summary, Verdict
from preflight.rules import CompiledRule, Finding, judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from preflight.model import Context
    from preflight.policy import Policy


MOST_FAULTS = 100  # of the form of one file


@dataclass(frozen=True, slots=True)
class Case:
    """One vendor to judge. ``before`` is the record at the base; ``has_base`` False: there is none to compare."""

    vendor: str
    path: str
    record: JsonObject
    positions: Positions
    before: JsonObject | None = None
    has_base: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdicts on one file, with the number of rules that reached one, and of those that did not apply."""

    vendor: str
    path: str
    verdicts: tuple[Verdict, ...]
    judged: int
    not_applicable: int = 0


def judge_case(case: Case, policy: Policy, context: Context, *, everything: bool = False) -> Judged:
    """Judge one vendor by every rule. Raises CannotJudge naming rule and vendor.

    Passes and not-applicables are counted; they are listed only with ``everything``.
    """
    scope = _Scope(variables(case, policy, context))
    verdicts: list[Verdict] = []
    idle = 0
    for compiled in policy.rules:
        reached = False
        for finding in _findings(compiled, case, scope, policy):
            reached = True
            if everything or finding.truth is not Truth.TRUE:
                verdicts.append(_verdict(case, compiled.rule, finding))
        idle += not reached
        if everything and not reached:
            verdicts.append(_not_applicable(case, compiled.rule))
    return Judged(case.vendor, case.path, tuple(verdicts), len(policy.rules), idle)


def variables(case: Case, policy: Policy, context: Context) -> dict[str, Json]:
    """Return what expressions have in scope. ``item`` is not among it until a rule with ``each`` fills it."""
    try:
        facts = fact_modules.compute(policy.facts, case.record, context)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        message = f"the facts of vendor {case.vendor} cannot be computed: {type(error).__name__}: {error}"
        fix = "The schema lets values through that the facts do not expect; narrow the schema."
        raise CannotJudge(message, path=case.path, fix=fix) from error
    return {
        "vendor": case.record,
        "before": case.before,
        "facts": facts,
        "today": context.today.isoformat(),
    }


class _Scope:
    """What expressions see of one case, bound once for all rules: binding costs more than evaluating."""

    def __init__(self, known: Mapping[str, Json]) -> None:
        self.known = known
        self.bound = activation(known)
        self._applies: dict[str, Truth] = {}
        self._items: dict[tuple[str, int], _Scope] = {}

    def applies(self, when: Expression | None) -> Truth:
        """Return what ``when`` gives; asked once for all rules that have the same."""
        if when is None:
            return Truth.TRUE
        if when.source not in self._applies:
            self._applies[when.source] = when.truth(self.bound)
        return self._applies[when.source]

    def of_item(self, each: str, index: int, item: Json) -> _Scope:
        """Return the scope of an item of the list at ``each``; made once for all rules that go through it."""
        if (each, index) not in self._items:
            self._items[each, index] = _Scope({**self.known, "item": item})
        return self._items[each, index]


def _findings(compiled: CompiledRule, case: Case, scope: _Scope, policy: Policy) -> Iterator[Finding]:
    """Yield what a rule says of a vendor: once, or once an item for a rule with ``each``."""
    rule = compiled.rule
    if compiled.needs_before and not case.has_base:
        return
    try:
        items = pointers.get(case.record, rule.each) if rule.each else None
        if items is None:  # no 'each', or a list that is not known: then the rule is judged once, with no item in scope
            applies = scope.applies(compiled.when)
            found = judge(compiled, rule.each or rule.at, scope.bound, scope.known, policy.needs, applies=applies)
            if found is not None:
                yield found
            return
        if not isinstance(items, list):
            message = f"rule {rule.id} cannot be judged for vendor {case.vendor}: {rule.each} is not a list"
            raise CannotJudge(message, path=rule.path, fix="Let the schema allow nothing but a list there.")
        said = compiled.items_at_once(scope.bound) or [None] * len(items)
        for index, item in enumerate(items):
            at = f"{rule.each}/{index}{rule.at}"
            if said[index] == IDLE:
                continue
            if said[index] == HOLDS:
                yield Finding(Truth.TRUE, at, "")
                continue
            inner = scope.of_item(rule.each, index, item)
            applies = (scope if compiled.when_is_shared else inner).applies(compiled.when)
            found = judge(compiled, at, inner.bound, inner.known, policy.needs, applies=applies)
            if found is not None:
                yield found
    except ExpressionError as fault:
        place = case.positions.position(rule.each or rule.at)
        where = f"{case.path}:{place.line}:{place.column}"
        message = f"rule {rule.id} cannot be judged for vendor {case.vendor} ({where}): {fault}"
        fix = "Correct the rule: it has to give true or false for every record of the right shape."
        raise CannotJudge(message, path=rule.path, fix=fix) from None


def _verdict(case: Case, rule: Rule, finding: Finding) -> Verdict:
    place = case.positions.position(finding.pointer)
    return Verdict(
        vendor=case.vendor,
        rule=rule.id,
        level=rule.level,
        outcome=Outcome.PASS if finding.truth is Truth.TRUE else Outcome.FAIL,
        message=finding.message or rule.title,
        fix=rule.fix if finding.truth is not Truth.TRUE else "",
        path=case.path,
        line=place.line,
        column=place.column,
        pointer=finding.pointer,
        known=finding.truth is not Truth.UNKNOWN,
    )


def _not_applicable(case: Case, rule: Rule) -> Verdict:
    pointer = rule.each or rule.at
    place = case.positions.position(pointer)
    return Verdict(
        vendor=case.vendor,
        rule=rule.id,
        level=rule.level,
        outcome=Outcome.NOT_APPLICABLE,
        message=rule.title,
        fix="",
        path=case.path,
        line=place.line,
        column=place.column,
        pointer=pointer,
    )


def breached(vendor: str, path: str, problems: Iterable[Problem]) -> Judged:
    """Turn what is wrong with the form of a file into verdicts. No rule is judged on such a file.

    A file with thousands of faults has one cause; the first hundred are told and the rest is counted.
    """
    found = list(problems)
    told = found[:MOST_FAULTS]
    if len(found) > len(told):
        last, more = told[-1], len(found) - len(told)
        fix = "Correct those that are listed and check again."
        told.append(Problem("file/faults", f"{more:,} more faults of this file are not listed", fix, "", last.position))
    return Judged(vendor, path, tuple(_breach(vendor, path, each) for each in told), 0)


def _breach(vendor: str, path: str, problem: Problem) -> Verdict:
    return Verdict(
        vendor=vendor,
        rule=problem.rule,
        level=Level.RED_FLAG,
        outcome=Outcome.FAIL,
        message=problem.message,
        fix=problem.fix,
        path=path,
        line=problem.position.line,
        column=problem.position.column,
        pointer=problem.pointer,
    )


def report(results: Iterable[Judged], rules: Sequence[Rule], as_of: str, *, everything: bool = False) -> Report:
    """Gather results into a report, worst first. ``everything`` keeps passes and not-applicables."""
    judged = sorted(results, key=lambda each: each.vendor)
    verdicts = [verdict for each in judged for verdict in each.verdicts]
    failed = [verdict for verdict in verdicts if verdict.outcome is Outcome.FAIL]
    shown = verdicts if everything else [v for v in verdicts if v.outcome in (Outcome.FAIL, Outcome.WAIVED)]
    count = {level: sum(verdict.level is level for verdict in failed) for level in Level}
    summary = Summary(
        vendors=len(judged),
        rules=len(rules),
        judged=sum(each.judged for each in judged),
        red_flags=count[Level.RED_FLAG],
        warnings=count[Level.WARNING],
        advice=count[Level.ADVICE],
        waived=sum(verdict.outcome is Outcome.WAIVED for verdict in verdicts),
        blocked=any(verdict.blocks for verdict in failed),
        not_applicable=sum(each.not_applicable for each in judged),
    )
    return Report(as_of, None, None, summary, tuple(sorted(shown, key=_weight)), {rule.id: rule for rule in rules})


def _weight(verdict: Verdict) -> tuple[int, int, str, str, int, int, str, str, str]:
    outcome, place = list(Outcome).index(verdict.outcome), (verdict.path, verdict.line, verdict.column)
    return outcome, verdict.level.rank, verdict.vendor, *place, verdict.rule, verdict.pointer, verdict.message
