"""The engine: cases × rules → verdicts. It owns the loop; a rule sees one case.

A pure function of records, policy and date. What it cannot judge, it refuses to judge: an expression
that fails for any reason but something unknown ends the run (exit code 2), and never passes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from preflight import facts, pointers, waiving
from preflight.errors import CannotJudge
from preflight.expressions import HOLDS, IDLE, Expression, ExpressionError, Truth, activation
from preflight.model import (
    REGISTRY,
    Json,
    JsonObject,
    Level,
    Outcome,
    Position,
    Positions,
    Problem,
    Report,
    Rule,
    Summary,
    Verdict,
)
from preflight.places import PolicyPositions
from preflight.rules import CompiledRule, Finding, judge, not_known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from preflight.model import Context, Waiver
    from preflight.policy import Policy, Stage
    from preflight.waiving import Settled


Result = TypeVar("Result")

MOST_FAULTS = 100  # of the form of one file
# Members of a fault that say what it is about, the surest first, with what tells several of one name apart. What else
# it tells may be another tomorrow.
NAMING = (
    *("vendor", "system", "role", "clause", "product", "domain", "dimension", "condition", "responsibility"),
    *("control", "currency", "name", "side", "step", "kind", "title"),
)
APART = ("connection",)


@dataclass(frozen=True, slots=True)
class Case:
    """One vendor to judge. ``before`` is the record at the base; ``has_base`` False: there is none to compare."""

    vendor: str
    path: str
    record: JsonObject
    positions: Positions
    before: JsonObject | None = None
    has_base: bool = False
    waived: Mapping[tuple[str, str], str] = field(default_factory=dict)  # rule and pointer → id of the waiver


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdicts on one file, with the number of rules that reached one, and of those that did not apply.

    ``holding`` are the waivers that could let something stand; one that no verdict names has nothing left to waive.
    ``passed`` counts the passes, those that are not listed included.
    """

    vendor: str
    path: str
    verdicts: tuple[Verdict, ...]
    judged: int
    not_applicable: int = 0
    holding: frozenset[str] = frozenset()
    passed: int = 0

    def with_waivers(self, settled: Settled) -> Judged:
        """Add what is to be said of waivers, and which of them could let something stand."""
        if not settled.idle and not settled.waived:
            return self
        return replace(self, verdicts=self.verdicts + settled.idle, holding=frozenset(settled.waived.values()))

    def with_later(self, later: Judged) -> Judged:
        """Add what was judged once the whole registry was known."""
        return replace(
            self,
            verdicts=self.verdicts + later.verdicts,
            judged=self.judged + later.judged,
            not_applicable=self.not_applicable + later.not_applicable,
            holding=self.holding | later.holding,
            passed=self.passed + later.passed,
        )


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a case for the rules that wait for the whole registry, with its local facts, and waivers."""

    case: Case
    facts: JsonObject
    waiting: tuple[tuple[Waiver, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """What reading one record gave: what the registry has to know of it, its verdicts so far, and its rest.

    ``judged`` and ``rest`` are None for a record that is read only because others are judged beside it. ``facts`` are
    those of the record alone, for who asked for all.
    """

    extracts: JsonObject
    judged: Judged | None = None
    rest: Rest | None = None
    facts: JsonObject = field(default_factory=dict)


def judge_case(
    case: Case, policy: Policy, context: Context, shared: JsonObject | None = None, *, everything: bool = False
) -> Judged:
    """Judge one vendor by every rule. Raises CannotJudge naming rule and vendor.

    ``shared`` are its registry facts; absent: the vendor is the whole registry.
    Passes and not-applicables are counted; they are listed only with ``everything``.
    """
    first = read(case, policy, context, everything=everything)
    if first.judged is None or first.rest is None:
        raise AssertionError  # what is judged has verdicts, and a rest
    if shared is None:
        shared = share(policy, {case.vendor: first.extracts}, context)[case.vendor]
    return first.judged.with_later(judge_rest(first.rest, policy, context, shared, everything=everything))


def read(  # noqa: PLR0913 - what is judged, and how much of it is told
    case: Case,
    policy: Policy,
    context: Context,
    *,
    everything: bool = False,
    judging: bool = True,
    all_facts: bool = False,
) -> Read:
    """Judge one vendor by the rules that its record is enough for, and take from it what the others need.

    With ``all_facts``, those are computed and taken as well that no rule reads.
    """
    taken = facts.registry(policy.facts) if all_facts else policy.shared
    extracts = _computed(case, lambda: facts.extracts(taken, case.record, context))
    if not judging:
        return Read(extracts)
    settled = waiving.settle(case.vendor, (case.record, case.before), policy, context)
    case = replace(case, waived=settled.waived) if settled.waived else case
    now, later = policy.at_once, policy.deferred
    local = facts.local(policy.facts) if all_facts else tuple(dict.fromkeys((*now.local, *later.local)))
    computed = _computed(case, lambda: facts.compute(local, case.record, context, case.before))
    judged = _judge(case, now, _scope(case, now, computed, context), policy, everything=everything)
    judged = judged.with_waivers(settled)
    left = {fact.NAME: computed[fact.NAME] for fact in later.local}
    part = replace(case, record=later.part(case.record), positions=case.positions.part(later.places))
    return Read(extracts, judged, Rest(part, left, settled.waiting), computed if all_facts else {})


def orphans(judged: Judged, context: Context) -> Judged:
    """Add what is to be said of waivers that could let something stand, and have nothing left to."""
    used = {verdict.waiver for verdict in judged.verdicts}
    told = tuple(
        waiving.told(judged.vendor, waiver, "orphan", "what it waives is in order now, or is not asked any more")
        for waiver in context.decided.waivers.get(judged.vendor, ())
        if waiver.id in judged.holding - used
    )
    return replace(judged, verdicts=judged.verdicts + told) if told else judged


def judge_rest(rest: Rest, policy: Policy, context: Context, shared: JsonObject, *, everything: bool = False) -> Judged:
    """Judge what is left of a case by the rules that had to wait for the whole registry."""
    stage = policy.deferred
    if not stage.rules:
        return Judged(rest.case.vendor, rest.case.path, (), 0)
    settled = waiving.beside(rest.case.vendor, rest.waiting, policy, shared)
    case = replace(rest.case, waived={**rest.case.waived, **settled.waived})
    scope = _scope(case, stage, {**rest.facts, **shared}, context)
    return _judge(case, stage, scope, policy, everything=everything).with_waivers(settled)


def share(policy: Policy, extracts: Mapping[str, JsonObject], context: Context) -> dict[str, JsonObject]:
    """Return the registry facts of every vendor, by id. Raises CannotJudge."""
    return _guarded("the registry", lambda: facts.gather(policy.deferred.shared, extracts, context))


def share_all(policy: Policy, extracts: Mapping[str, JsonObject], context: Context) -> dict[str, JsonObject]:
    """Return the registry facts of every vendor, those included that no rule reads."""
    return _guarded("the registry", lambda: facts.gather(facts.registry(policy.facts), extracts, context))


def facts_of(case: Case, policy: Policy, shared: JsonObject, context: Context) -> JsonObject:
    """Return all facts of one vendor that the policy offers, those included that no rule reads."""
    local = facts.local(policy.facts)
    return {**_computed(case, lambda: facts.compute(local, case.record, context, case.before)), **shared}


def judge_registry(
    policy: Policy, extracts: Mapping[str, JsonObject], context: Context, *, everything: bool = False
) -> Judged:
    """Judge the registry as a whole, by the rules that are about it. Raises CannotJudge."""
    stage = policy.about_registry
    overviews = _guarded("the registry", lambda: facts.overviews(stage.shared, extracts, context))
    case = Case(REGISTRY, "policies", {}, PolicyPositions(policy.documents))
    known = {"facts": overviews, "today": context.today.isoformat()}
    return _judge(case, stage, _Scope(known), policy, everything=everything)


def variables(case: Case, known: JsonObject, context: Context) -> dict[str, Json]:
    """Return all that expressions may have in scope. ``item`` is not among it: each list has its own."""
    return {"vendor": case.record, "before": case.before, "facts": known, "today": context.today.isoformat()}


def _scope(case: Case, stage: Stage, computed: JsonObject, context: Context) -> _Scope:
    """Bind what the rules of one stage look at, and no more: binding costs with what is bound."""
    named = (*stage.local, *stage.shared)
    known = {
        "vendor": stage.part(case.record),
        "before": case.before if case.has_base else None,
        "facts": {fact.NAME: computed[fact.NAME] for fact in named if fact.NAME in computed},
        "today": context.today.isoformat(),
    }
    return _Scope(known)


def _computed(case: Case, work: Callable[[], JsonObject]) -> JsonObject:
    return _guarded(f"vendor {case.vendor}", work, case.path)


def _guarded(whose: str, work: Callable[[], Result], path: str = "") -> Result:
    """Compute facts. Raises CannotJudge where a value gets through that a fact does not expect."""
    try:
        return work()
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        message = f"the facts of {whose} cannot be computed: {type(error).__name__}: {error}"
        fix = "The schema lets values through that the facts do not expect; narrow the schema."
        raise CannotJudge(message, path=path, fix=fix) from error


def _judge(case: Case, stage: Stage, scope: _Scope, policy: Policy, *, everything: bool) -> Judged:
    verdicts: list[Verdict] = []
    idle = passed = 0
    for compiled in stage.rules:
        reached = False
        for finding in _findings(compiled, case, scope, policy):
            reached = True
            passed += finding.truth is Truth.TRUE
            if everything or finding.truth is not Truth.TRUE:
                verdicts.append(_verdict(case, compiled.rule, finding))
        idle += not reached
        if everything and not reached:
            verdicts.append(_not_applicable(case, compiled.rule))
    return Judged(case.vendor, case.path, tuple(verdicts), len(stage.rules), idle, passed=passed)


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
    """Yield what a rule says of a case: once, or once an item for a rule with ``each`` or ``faults``."""
    rule = compiled.rule
    if compiled.needs_before and not case.has_base:
        return
    try:
        if rule.faults:
            yield from _listed(compiled, scope, policy)
        elif rule.each:
            yield from _each(compiled, case, scope, policy)
        else:
            applies = scope.applies(compiled.when)
            found = judge(compiled, rule.at, scope.bound, scope.known, policy.needs, applies=applies)
            if found is not None:
                yield found
    except ExpressionError as fault:
        place = case.positions.position(rule.each or rule.at)
        where = f"{case.path}:{place.line}:{place.column}"
        message = f"rule {rule.id} cannot be judged for vendor {case.vendor} ({where}): {fault}"
        fix = "Correct the rule: it has to give true or false for every record of the right shape."
        raise CannotJudge(message, path=rule.path, fix=fix) from None


def _each(compiled: CompiledRule, case: Case, scope: _Scope, policy: Policy) -> Iterator[Finding]:
    """Yield what a rule says of every item of a list of the record."""
    rule = compiled.rule
    items = pointers.get(case.record, rule.each)
    if items is None:  # a list that is not known: then the rule is judged once, with no item in scope
        applies = scope.applies(compiled.when)
        found = judge(compiled, rule.each, scope.bound, scope.known, policy.needs, applies=applies)
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


def _listed(compiled: CompiledRule, scope: _Scope, policy: Policy) -> Iterator[Finding]:
    """Yield one finding an entry of a list of faults. A list that is known and empty is a pass."""
    rule = compiled.rule
    applies = scope.applies(compiled.when)  # what it asks of an item is not known here, and decides nothing
    if applies is Truth.FALSE:
        return
    items: Json = scope.known["facts"]
    for part in compiled.faults:
        items = items.get(part) if isinstance(items, dict) else None
    if items is None:
        yield not_known(compiled, rule.at, scope.known, policy.needs)
        return
    clean = True
    for index, item in enumerate(items):
        inner = scope.of_item(rule.faults, index, item)
        said = applies if compiled.when_is_shared else inner.applies(compiled.when)
        found = judge(compiled, item.get("pointer", rule.at), inner.bound, inner.known, policy.needs, applies=said)
        if found is not None:
            clean = False
            yield replace(found, about=_about(item))
    if clean:
        yield Finding(Truth.TRUE, rule.at, "")


def _about(fault: JsonObject) -> str:
    named = next(((name,) for name in NAMING if name in fault), ())
    return " ".join(f"{name}={fault[name]}" for name in (*named, *APART) if name in fault)


def _verdict(case: Case, rule: Rule, finding: Finding) -> Verdict:
    place, path, pointer = _placed(case, finding.pointer)
    holds = finding.truth is Truth.TRUE
    waiver = None if holds else case.waived.get((rule.id, pointer))
    return Verdict(
        vendor=case.vendor,
        rule=rule.id,
        level=rule.level,
        outcome=Outcome.PASS if holds else Outcome.WAIVED if waiver else Outcome.FAIL,
        message=finding.message or rule.title,
        fix="" if holds else rule.fix,
        path=path,
        line=place.line,
        column=place.column,
        pointer=pointer,
        waiver=waiver,
        known=finding.truth is not Truth.UNKNOWN,
        about=finding.about,
    )


def _placed(case: Case, pointer: str) -> tuple[Position, str, str]:
    """Return line and column, file, and the pointer within that file."""
    if isinstance(case.positions, PolicyPositions):
        return case.positions.placed(pointer)
    return case.positions.position(pointer), case.path, pointer


def _not_applicable(case: Case, rule: Rule) -> Verdict:
    place, path, pointer = _placed(case, rule.each or rule.at)
    return Verdict(
        vendor=case.vendor,
        rule=rule.id,
        level=rule.level,
        outcome=Outcome.NOT_APPLICABLE,
        message=rule.title,
        fix="",
        path=path,
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
        vendors=len({(each.vendor, each.path) for each in judged if each.vendor != REGISTRY}),
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
