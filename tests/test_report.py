"""The report: everything is counted, the worst comes first, and only a failed red flag shuts the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight import engine, renderers
from preflight.engine import Judged
from preflight.model import Level, Outcome, Position, Problem, Verdict
from test_engine import OPEN, rules

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject


def verdict(**changes: Json) -> Verdict:
    plain = {
        "vendor": "acme",
        "rule": "a/1",
        "level": Level.RED_FLAG,
        "outcome": Outcome.FAIL,
        "message": "It is closed",
        "fix": "Put it right.",
        "path": "vendors/acme.yaml",
        "line": 1,
        "column": 1,
        "pointer": "/open",
    }
    return Verdict(**{**plain, **changes})


def test_a_file_of_the_wrong_form_gives_red_flags_and_no_rule_is_judged() -> None:
    problems = [Problem("schema/required", "name is missing", "Add name.", "/legal", Position(3, 5))]
    assert engine.breached("acme", "vendors/acme.yaml", problems) == Judged(
        "acme",
        "vendors/acme.yaml",
        (
            verdict(
                rule="schema/required", message="name is missing", fix="Add name.", line=3, column=5, pointer="/legal"
            ),
        ),
        0,
    )


MIXED = [
    verdict(outcome=Outcome.PASS, rule="a/0"),
    verdict(outcome=Outcome.NOT_APPLICABLE, rule="a/0"),
    verdict(outcome=Outcome.WAIVED, waiver="2026-05-01-ciso-0011aabb"),
    verdict(level=Level.ADVICE),
    verdict(level=Level.WARNING, vendor="zebra", path="vendors/zebra.yaml"),
    verdict(level=Level.WARNING, line=9),
    verdict(level=Level.WARNING, line=10),
    verdict(level=Level.WARNING, line=9, column=4),
    verdict(level=Level.WARNING, line=9, rule="a/0"),
    verdict(level=Level.WARNING, line=9, pointer="/a"),
    verdict(level=Level.WARNING, line=9, message="It is ajar"),
    verdict(vendor="zebra", path="vendors/zebra.yaml"),
]
SORTED = [11, 8, 9, 10, 5, 7, 6, 4, 3, 2, 0, 1]


def gathered(verdicts: list[Verdict]) -> list[Judged]:
    vendors = dict.fromkeys(each.vendor for each in verdicts)
    return [
        Judged(name, f"vendors/{name}.yaml", tuple(each for each in verdicts if each.vendor == name), 3)
        for name in vendors
    ]


def test_a_report_counts_and_shows_the_worst_first() -> None:
    built = rules(OPEN, OPEN)
    report = engine.report(gathered(MIXED), [each.rule for each in built.rules], "2026-06-01", everything=True)
    assert [MIXED.index(each) for each in report.verdicts] == SORTED
    assert (report.as_of, report.base, report.head) == ("2026-06-01", None, None)
    assert set(report.rules) == {"a/1", "a/2"}
    summary = report.summary
    assert (summary.vendors, summary.rules, summary.judged) == (2, 2, 6)
    assert (summary.red_flags, summary.warnings, summary.advice, summary.waived) == (1, 7, 1, 1)
    assert summary.blocked is True


def test_passes_are_left_out_of_a_report_unless_everything_is_wanted() -> None:
    report = engine.report(gathered(MIXED), [], "2026-06-01")
    assert [MIXED.index(each) for each in report.verdicts] == SORTED[:-2]
    assert report.summary == engine.report(gathered(MIXED), [], "2026-06-01", everything=True).summary


@pytest.mark.parametrize(
    ("changes", "blocked"),
    [
        pytest.param({}, True, id="a red flag blocks"),
        pytest.param({"level": Level.WARNING}, False, id="a warning does not"),
        pytest.param({"level": Level.ADVICE}, False, id="advice does not"),
        pytest.param({"outcome": Outcome.WAIVED, "waiver": "x"}, False, id="a waived red flag does not"),
        pytest.param({"outcome": Outcome.PASS}, False, id="a red flag that passes does not"),
        pytest.param({"outcome": Outcome.NOT_APPLICABLE}, False, id="a red flag that does not apply does not"),
    ],
)
def test_only_a_failed_red_flag_shuts_the_gate(changes: JsonObject, blocked: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    assert engine.report(gathered([verdict(**changes)]), [], "2026-06-01").summary.blocked is blocked


@settings(deadline=None, max_examples=60)
@given(shuffled=st.permutations(MIXED))
def test_the_same_verdicts_in_another_order_give_the_same_bytes(shuffled: list[Verdict]) -> None:
    wanted = engine.report(gathered(MIXED), [], "2026-06-01", everything=True)
    found = engine.report(gathered(shuffled), [], "2026-06-01", everything=True)
    assert found == wanted
    for renderer in renderers.FORMATS:
        assert renderer.render(found, color=True, width=80) == renderer.render(wanted, color=True, width=80)
