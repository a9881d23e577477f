"""Waivers in the engine: what stands, what is told, and what nobody can waive."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from preflight import engine, fingerprints, waiving
from preflight.examples import merge
from preflight.model import Decided, Level, Outcome, Problem, Proposers, Waiver
from preflight.shell.files import WorkingTree
from preflight.shell.registry import Layout, load_policy
from test_engine import LINKS, OPEN, TODAY, case, rules

if TYPE_CHECKING:
    from preflight.engine import Judged
    from preflight.model import JsonObject
    from preflight.policy import Policy

ROOT = Path(__file__).parents[1]
NOBODY: dict[str, Proposers] = {}


def waiver(policy: Policy, record: JsonObject, pointer: str = "/open", rule: str = "a/1", **changes: Any) -> Waiver:
    """Return a waiver of what a record says."""
    compiled = policy.rule(rule)
    assert compiled is not None
    fingerprint = fingerprints.of(policy, compiled, record, pointer, changes.pop("before", None))
    plain = Waiver(
        f"w-{rule}-{pointer}", rule, pointer, fingerprint, date(2026, 6, 30), "ruth", "vendors/decisions/w.json"
    )
    return replace(plain, **changes)


def judged(
    policy: Policy, text: str, *waivers: Waiver, authors: dict[str, Proposers] = NOBODY, **others: Any
) -> Judged:
    decided = Decided(waivers={"acme": waivers}, authors=authors)
    context = policy.context(TODAY, decided=decided)
    result = engine.judge_case(case(text, **others), policy, context)
    return engine.orphans(result, context)


def told(result: Judged) -> list[tuple[str, str, str, str | None]]:
    return [(each.rule, each.outcome.value, each.pointer, each.waiver) for each in result.verdicts]


def warnings(result: Judged) -> list[tuple[str, str]]:
    assert all(each.level is Level.WARNING for each in result.verdicts if each.rule.startswith("waiver/"))
    return [(each.rule, each.message.partition(": ")[2]) for each in result.verdicts if each.rule.startswith("waiver/")]


CLOSED = "{open: false, rate: 3}"
BUILT = rules(OPEN, LINKS)
RECORD = {"open": False, "rate": 3}


def test_a_waived_finding_does_not_block_and_is_counted() -> None:
    built = rules(OPEN)
    given = waiver(built, RECORD)
    result = judged(built, CLOSED, given)
    assert told(result) == [("a/1", "waived", "/open", given.id)]
    report = engine.report([result], [each.rule for each in built.rules], "2026-06-01")
    assert (report.summary.waived, report.summary.red_flags, report.summary.blocked) == (1, 0, False)
    assert [each.outcome for each in report.verdicts] == [Outcome.WAIVED]


def test_without_it_the_finding_blocks() -> None:
    result = judged(rules(OPEN), CLOSED)
    assert told(result) == [("a/1", "fail", "/open", None)]
    assert engine.report([result], [], "2026-06-01").summary.blocked


def test_what_is_not_known_can_be_waived_until_it_is_known() -> None:
    given = waiver(BUILT, {"rate": 3})
    assert ("a/1", "waived", "/open", given.id) in told(judged(BUILT, "{rate: 3}", given))
    assert ("a/1", "fail", "/open", None) in told(judged(BUILT, CLOSED, given))


def test_an_item_is_waived_wherever_it_stands() -> None:
    bad, worse = "{to: a, safe: false}", "{to: b, safe: false}"
    record = {"links": [{"to": "a", "safe": False}]}
    given = waiver(BUILT, record, "/links/0/safe", "a/2")
    result = judged(BUILT, f"{{open: true, links: [{worse}, {bad}]}}", given)
    assert told(result) == [("a/2", "fail", "/links/0/safe", None), ("a/2", "waived", "/links/1/safe", given.id)]
    twice = judged(BUILT, f"{{open: true, links: [{bad}, {bad}]}}", given)
    assert [each[1] for each in told(twice)] == ["waived", "waived"]


SOLD = "/category, /legal_entity/country, /legal_entity/name"


def test_what_says_something_else_now_is_stale() -> None:
    record = {"links": [{"to": "a", "safe": False}]}
    given = waiver(BUILT, record, "/links/0/safe", "a/2")
    result = judged(BUILT, "{open: true, links: [{to: c, safe: false}]}", given)
    assert ("a/2", "fail", "/links/0/safe", None) in told(result)
    when = "the record says something else now than when it was signed"
    assert warnings(result) == [("waiver/stale", f"{when}, at one of {SOLD}, /links/* or /name")]


def test_which_field_voids_it_is_told_where_the_record_before_is_known() -> None:
    """Else it is one of those that it rests on: a waiver holds no copy of the record."""
    record = {"open": False, "rate": 3, "countries": ["DE"]}
    built = rules({**OPEN, "assert": "vendor.open && vendor.rate < 3 && size(vendor.countries) > 9"})
    given = waiver(built, record, "/open", "a/1")
    context = built.context(TODAY, decided=Decided(waivers={"acme": (given,)}))
    now = {**record, "rate": 4}
    (known,) = waiving.settle("acme", (now, record), built, context).idle
    assert known.message.endswith("lets nothing stand: the record says something else now at /rate")
    (guessed,) = waiving.settle("acme", (now, None), built, context).idle
    places = "/category, /countries, /legal_entity/country, /legal_entity/name, /name, /open or /rate"
    assert guessed.message.endswith(f"than when it was signed, at one of {places}")


def test_the_waiver_of_a_change_lets_no_other_change_to_the_same_record_stand() -> None:
    built = rules({**OPEN, "when": "before != null", "assert": "vendor.rate >= before.rate"})
    given = waiver(built, RECORD, before={"open": False, "rate": 9})
    from_nine = judged(built, CLOSED, given, before={"open": False, "rate": 9}, has_base=True)
    assert told(from_nine) == [("a/1", "waived", "/open", given.id)]
    other = judged(built, CLOSED, given, before={"open": False, "rate": 4}, has_base=True)
    assert told(other)[0] == ("a/1", "fail", "/open", None)
    assert warnings(other) == [("waiver/stale", "it was given for another change")]
    assert told(judged(built, CLOSED, given)) == [], "without a base there is no change to speak of"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        pytest.param([], "", id="nothing is known"),
        pytest.param([(0, 3)], "", id="it stands since then"),
        pytest.param([(-20, 3)], "", id="it stood when it was signed"),
        pytest.param([(-20, 9), (-9, 9), (1, 3)], "", id="it comes after it was signed"),
        pytest.param([(0, 9), (1, 3)], "", id="it comes within a week"),
        pytest.param(
            [(0, 9), (2, 3)], "there was nothing to let stand within 7 days after it came", id="it comes later"
        ),
        pytest.param([(-9, 9)], "", id="it may come yet"),
        pytest.param(
            [(-20, 3), (-9, 9)],
            "what it let stand was repaired since, or in the three weeks before, and a waiver ends by that",
            id="it was repaired before the waiver came",
        ),
        pytest.param([(0, 3), (1, 3)], "", id="other words"),
        pytest.param(
            [(0, 3), (1, 9), (2, 3)],
            "what it let stand was repaired since, or in the three weeks before, and a waiver ends by that",
            id="it was repaired",
        ),
    ],
)
def test_a_waiver_is_over_by_what_the_record_said_since_it_was_signed(said: list[tuple[int, int]], why: str) -> None:
    """Days are counted from today; the waiver came six days ago."""
    built = rules({**OPEN, "assert": "vendor.rate > 5"})
    given = waiver(built, {"rate": 3}, "/open", "a/1")
    records = [(TODAY + timedelta(day), {"rate": rate}) for day, rate in said]
    assert waiving.over(given, records, TODAY - timedelta(6), built, TODAY) == why


def test_a_waiver_that_had_nothing_to_let_stand_for_a_week_is_over() -> None:
    built = rules({**OPEN, "assert": "vendor.rate > 5"})
    given = waiver(built, {"rate": 3}, "/open", "a/1")
    said = [(TODAY - timedelta(8), {"rate": 9})]
    told = "there was nothing to let stand within 7 days after it came"
    assert waiving.over(given, said, TODAY - timedelta(8), built, TODAY) == told
    assert not waiving.over(given, said, TODAY - timedelta(7), built, TODAY)


def test_the_waiver_of_a_change_that_has_landed_lets_the_same_change_not_stand_once_more() -> None:
    built = rules({**OPEN, "when": "before != null", "assert": "vendor.rate >= before.rate"})
    given = replace(waiver(built, RECORD, before={"open": False, "rate": 9}), landed=True)
    again = judged(built, CLOSED, given, before={"open": False, "rate": 9}, has_base=True)
    assert told(again)[0] == ("a/1", "fail", "/open", None)
    assert warnings(again) == [("waiver/spent", "it came with an earlier change, and one waiver is for one change")]


def test_what_was_put_right_leaves_an_orphan() -> None:
    built = rules({**OPEN, "assert": "vendor.open || today < '2026-06-01'"})
    given = waiver(built, RECORD)
    decided = Decided(waivers={"acme": (given,)})
    earlier = built.context(date(2026, 5, 31), decided=decided)
    result = engine.orphans(engine.judge_case(case(CLOSED), built, earlier), earlier)
    assert warnings(result) == [("waiver/orphan", "what it waives is in order now, or is not asked any more")]
    assert [each[1] for each in told(judged(built, CLOSED, given))] == ["waived"]


def test_the_waiver_of_a_rule_that_is_not_judged_says_nothing() -> None:
    given = waiver(BUILT, RECORD, rule="a/2", pointer="/links")
    assert told(judged(BUILT.only(["a/1"]), CLOSED, given)) == [("a/1", "fail", "/open", None)]


@pytest.fixture(scope="module")
def whole() -> Policy:
    """The policy of the sample: its rules know of owners, and of the registry."""
    tree = WorkingTree(ROOT)
    return load_policy(tree, Layout())


def test_nobody_waives_what_they_own() -> None:
    built = rules(OPEN)
    given = waiver(built, RECORD)
    record = "{open: false, rate: 3, ownership: {it: {owner: ruth}}}"
    result = judged(built, record, given)
    assert warnings(result) == [("waiver/owner", "ruth owns the vendor")]
    assert ("a/1", "fail", "/open", None) in told(result)
    other = "{open: false, rate: 3, ownership: {it: {owner: omar}, marketing: {owner: mina}}}"
    assert told(judged(built, other, given)) == [("a/1", "waived", "/open", given.id)]


def test_nobody_waives_what_they_own_until_the_change_that_brings_it() -> None:
    built = rules(OPEN)
    before = {"open": False, "rate": 3, "ownership": {"it": {"owner": "ruth"}}}
    handed_over = "{open: false, rate: 3, ownership: {it: {owner: omar}}}"
    result = judged(built, handed_over, waiver(built, RECORD), before=before, has_base=True)
    assert warnings(result) == [("waiver/owner", "ruth owns the vendor")]


@pytest.mark.parametrize(
    ("authors", "before", "why"),
    [
        pytest.param(Proposers(frozenset({"ruth"})), None, "ruth proposes the change", id="a new vendor"),
        pytest.param(
            Proposers(frozenset({"ruth"})), {"open": True, "rate": 3}, "ruth proposes the change", id="comes with it"
        ),
        pytest.param(
            Proposers(strangers=("x@y.example",)), {"open": True},
            "somebody whom people.yaml does not know proposes the change", id="a stranger",
        ),
        pytest.param(Proposers(frozenset({"ruth"})), {"open": False, "rate": 9}, "", id="was there before"),
        pytest.param(Proposers(strangers=("x@y.example",)), {"open": False}, "", id="was there, and a stranger"),
        pytest.param(Proposers(frozenset({"mina"})), {"open": True}, "", id="by somebody else"),
    ],
)  # fmt: skip
def test_nobody_waives_what_they_bring(authors: Proposers, before: JsonObject | None, why: str) -> None:
    built = rules(OPEN)
    given = waiver(built, RECORD)
    result = judged(built, CLOSED, given, authors={"acme": authors}, before=before, has_base=True)
    assert warnings(result) == ([("waiver/proposer", why)] if why else [])
    assert [each[1] for each in told(result) if each[0] == "a/1"] == ["fail" if why else "waived"]


def test_a_waiver_covers_nothing_of_the_form_of_a_file() -> None:
    built = rules(OPEN)
    given = [waiver(built, RECORD), waiver(built, RECORD, rule="a/1", pointer="")]
    for name in ("schema/type", "yaml/duplicate", "file/id"):
        breached = engine.breached(
            "acme", "vendors/acme.yaml", [Problem(name, "It is wrong.", "Put it right.", "/open")]
        )
        context = built.context(TODAY, decided=Decided(waivers={"acme": tuple(given)}))
        assert told(engine.orphans(breached, context)) == [(name, "fail", "/open", None)]


def test_rules_that_wait_for_the_registry_are_waived_like_those_that_do_not(whole: Policy) -> None:
    later = {each.rule.id for each in whole.deferred.rules}
    at_once = {each.rule.id for each in whole.at_once.rules}
    record = {key: value for key, value in whole.example.items() if not key.startswith("$")}
    record = {**record, "approvals": [], "security": {**record["security"], "certifications": []}}
    acme = case(yaml.safe_dump(json.loads(json.dumps(record)), sort_keys=False))
    context = whole.context(TODAY)
    context = replace(context, policies=merge(dict(context.policies), whole.example_policies))
    plain = engine.judge_case(acme, whole, context)
    failing = [each for each in plain.verdicts if each.outcome is Outcome.FAIL and whole.rule(each.rule)]
    assert {each.rule for each in failing} & later
    assert {each.rule for each in failing} & at_once
    shared = engine.share(whole, {"acme": engine.read(acme, whole, context, judging=False).extracts}, context)["acme"]
    given = tuple(
        waiver(whole, record, each.pointer, each.rule, id=f"{each.rule} {each.pointer}", beside=beside)
        for each in failing
        if (compiled := whole.rule(each.rule))
        for beside in [fingerprints.beside(whole, compiled, each.pointer, shared)]
    )
    context = replace(context, decided=Decided(waivers={"acme": given}), memory={})
    result = engine.judge_case(acme, whole, context)
    assert [each.rule for each in result.verdicts if each.outcome is Outcome.FAIL] == []
    assert {each.rule for each in result.verdicts} == {each.rule for each in failing}
