"""A change in every format: findings new and known, what is fixed, and what it does to cost and risk."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from preflight import comparison, renderers
from preflight.model import Comparison, Novelty, Weight
from preflight.shell.starter import shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from preflight.model import Json, Renderer, Report

FORMATS = pytest.mark.parametrize("renderer", renderers.FORMATS, ids=lambda renderer: str(renderer.NAME))


@pytest.fixture
def changed(of: Callable[..., Report]) -> Callable[..., Report]:
    """Return a maker of reports on a change: a new finding, a known one and one that is fixed, all of one vendor."""

    def make(vendor: str = "beacon-mail", message: str = "The report is 400 days old") -> Report:
        report = of(3, vendor=vendor, message=message)
        new, known, gone = report.verdicts
        delta = comparison.delta(
            {vendor: Weight(46000, 92000, "medium"), "left": Weight(12, None, None)},
            {vendor: Weight(52000, 92000, "high"), "added": Weight(None, 5, "low")},
            "EUR",
        )
        marked = (replace(known, change=Novelty.KNOWN), replace(new, change=Novelty.NEW))
        summary = replace(report.summary, red_flags=2)
        return replace(report, base="0" * 40, summary=summary, verdicts=marked, comparison=Comparison((gone,), delta))

    return make


def rendered(name: str, report: Report, width: int = 0) -> str:
    return renderers.named(name).render(report, color=False, width=width)


LINE = "BLOCKED: 2 red flags, 0 warnings, 0 advice · 1 new, 1 known, 1 fixed · 1 vendor, 1 rule, 2 verdicts"
TEXT = f"""\
Red flags, which block the merge (2 findings, 1 new)
vendors/beacon-mail.yaml:13:3  security/certification-current  known: The report is 400 days old · Ask for the current report.
vendors/beacon-mail.yaml:12:3  security/certification-current  new: The report is 400 days old · Ask for the current report.

Fixed (1 finding)
beacon-mail  security/certification-current  The report is 400 days old

Cost and risk, before → after
added: 0 EUR → not known a year; 0 EUR → 5 EUR (+5 EUR) promised; risk not there → low
beacon-mail: 46,000 EUR → 52,000 EUR (+6,000 EUR) a year; 92,000 EUR promised; risk medium → high
left: 12 EUR → 0 EUR (−12 EUR) a year; not known → 0 EUR promised; risk not known → not there
together: 46,012 EUR → not known a year; not known → 92,005 EUR promised

{LINE} as of 2026-06-01
"""  # noqa: E501 - findings stand on one line


def test_the_whole_log(changed: Callable[..., Report]) -> None:
    assert rendered("text", changed()) == TEXT


def test_a_terminal_shows_marks_behind_the_rule_and_wraps_the_rest(changed: Callable[..., Report]) -> None:
    lines = rendered("text", changed(), 60).splitlines()
    at = lines.index("vendors/beacon-mail.yaml:12:3")
    assert lines[at + 1] == "    security/certification-current  new"
    assert "    beacon-mail: 46,000 EUR → 52,000 EUR (+6,000 EUR) a" in lines


def test_json_gains_members_that_the_published_schema_knows(changed: Callable[..., Report]) -> None:
    document = json.loads(rendered("json", changed()))
    assert shape("report").problems(document) == ()
    assert [each["change"] for each in document["verdicts"]] == ["known", "new"]
    assert document["fixed"] == [
        {
            "vendor": "beacon-mail",
            "rule": "security/certification-current",
            "level": "red-flag",
            "pointer": "/security/certifications",
            "message": "The report is 400 days old",
        }
    ]
    delta: dict[str, Json] = document["delta"]
    assert (delta["annual_before"], delta["annual_after"], delta["committed_after"]) == (46012, None, 92005)
    assert [(each["vendor"], each["kind"], each["risk_before"], each["risk_after"]) for each in delta["vendors"]] == [
        ("added", "added", None, "low"),
        ("beacon-mail", "changed", "medium", "high"),
        ("left", "removed", None, None),
    ]


def test_sarif_states_how_each_result_stands_to_the_baseline(changed: Callable[..., Report]) -> None:
    results = json.loads(rendered("sarif", changed()))["runs"][0]["results"]
    assert [(each["baselineState"], each["kind"], each["level"]) for each in results] == [
        ("unchanged", "fail", "error"),
        ("new", "fail", "error"),
        ("absent", "pass", "none"),
    ]


def test_github_shows_new_findings_first(changed: Callable[..., Report]) -> None:
    lines = rendered("github", changed()).splitlines()
    assert [line.rpartition("::")[2].partition(":")[0] for line in lines if line.startswith("::")] == ["new", "known"]
    assert "preflight: together: 46,012 EUR → not known a year; not known → 92,005 EUR promised" in lines


def test_junit_counts_no_case_for_what_is_fixed(changed: Callable[..., Report]) -> None:
    root = ET.fromstring(rendered("junit", changed()))  # noqa: S314 - our own, of a line ago
    assert (root.get("tests"), root.get("failures")) == ("3", "3")
    found = [(each.get("name"), (each.get("value") or "").partition(" ")[0]) for each in root.iter("property")]
    assert found == [
        ("fixed", "beacon-mail"),
        ("delta", "added:"),
        ("delta", "beacon-mail:"),
        ("delta", "left:"),
        ("delta", "together:"),
    ]


def test_markdown_shows_cost_and_risk_before_the_findings(changed: Callable[..., Report]) -> None:
    lines = rendered("markdown", changed()).splitlines()
    order = ["### Cost and risk, before → after", "### Red flags (2, 1 new)", "<details><summary>Fixed (1)</summary>"]
    assert [line for line in lines if line in order] == order
    assert "| **beacon-mail** | 46,000 EUR → 52,000 EUR (+6,000 EUR) | 92,000 EUR | medium → high |" in lines


def test_a_change_that_moves_neither_cost_nor_risk_says_so(changed: Callable[..., Report]) -> None:
    report = changed()
    same = {"beacon-mail": Weight(5, 5, "low")}
    report = replace(report, comparison=Comparison((), comparison.delta(same, same, "EUR")))
    assert "\nCost and risk: as before\n" in rendered("text", report)
    assert "before → after" not in rendered("text", report)
    assert "\nCost and risk stay as they were.\n" in rendered("markdown", report)


@FORMATS
@pytest.mark.parametrize(
    "value",
    [
        pytest.param("a\n::error::b", id="a command behind a line end"),
        pytest.param(" ::error::b", id="a command"),
        pytest.param("x ##[stop-commands]y", id="an old command"),
        pytest.param("\x1b[31m\u202e\udcff", id="what is unseen"),
        pytest.param("</details> | @team #1 [x](y) <b>", id="markup"),
    ],
)
def test_what_a_change_tells_stays_text(changed: Callable[..., Report], renderer: Renderer, value: str) -> None:
    plain, output = (renderer.render(changed(each, each), color=False, width=0) for each in ("plain", value))
    unseen = {each for each in output if unicodedata.category(each) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}}
    assert unseen <= {"\n"}
    assert len(output.splitlines()) == len(plain.splitlines())
    commands = [[line for line in each.splitlines() if re.match(r"\s*::.*?::", line)] for each in (plain, output)]
    assert len(commands[0]) == len(commands[1])
    assert "##[" not in output
    assert renderer.NAME != "markdown" or not re.search(r"@team|#1|<b>", output)
