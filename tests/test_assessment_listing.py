"""The assessment, shown: as tables of eighty columns, as Markdown and as JSON, whatever the names are made of."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from preflight.assessment import drift, json_format, markdown_format, plan, stack, table_format, words
from preflight.assessment.drift import Series
from preflight.assessment.listing import Assessment
from preflight.assessment.plan import Alternative, Around
from preflight.assessment.state import Cost, Late, Plan, Risk, Vendor
from preflight.model import Level, Outcome, Verdict
from preflight.schema import Shape

ROOT = Path(__file__).parents[1]
TODAY = date(2026, 11, 22)
SHAPE = Shape(json.loads((ROOT / "schemas/assessment.schema.json").read_text("utf-8")), "assessment.schema.json")
OVERSIGHT = {"high": {"title": "Full partnership", "what": "The board agrees.", "resources": "One engineer."}}


def verdict(message: str = "No sign-on", level: Level = Level.RED_FLAG, rule: str = "security/sso") -> Verdict:
    return Verdict("acme", rule, level, Outcome.FAIL, message, "Ask for it.", "vendors/acme.yaml", 1, 1, "/security")


ACME = Vendor(
    id="acme",
    name="Acme Mail",
    path="vendors/acme.yaml",
    status="live",
    governed=True,
    risk=Risk(None, "high", "Operational criticality", "high"),
    cost=Cost("EUR", 1_234_567.4, known=False),
    answered=(23, 68),
    overdue=(Late("review", "Budget review, never held so far", TODAY, 0),),
    owners=("kofi",),
    findings=(verdict(), verdict("Optional", Level.WARNING, "security/mfa")),
    waived=1,
)
BOLT = replace(
    ACME,
    id="bolt",
    name="bolt",
    risk=Risk("low", "low", "", "low"),
    cost=Cost("EUR", 0.0, known=True),
    answered=(68, 68),
    overdue=(),
    plan=Plan("replace", "mara", date(2026, 11, 21), "acme", 3, 1, late=True),
    findings=(),
)
DRIFT = [
    Series(drift.VENDORS, tuple(zip(drift.days(TODAY), (1, 1, 2, 2, 2), strict=True)), 0),
    Series(drift.REVIEWS, tuple(zip(drift.days(TODAY), (3, 2, 2, 1, 4), strict=True)), 0),
    Series(drift.EVIDENCE, tuple(zip(drift.days(TODAY), (0, 0, 0, 0, 0), strict=True)), 2),
    Series(drift.TERMS, tuple(zip(drift.days(TODAY), (0, 0, 0, 0, 0), strict=True)), 0),
    Series(drift.UNUSED, ((TODAY, 1),), 1),
]


def found(*vendors: Vendor, planned: bool = True, series: Any = DRIFT, **summary: Any) -> Assessment:
    listed = stack.ordered(vendors)
    around = Around(TODAY, oversight=OVERSIGHT)
    other = Alternative("bolt", "Bolt", ("mail",), 2)
    proposals = {each.id: plan.propose(each, around, [other]) for each in listed if planned and each.lacks_plan}
    return Assessment("2026-11-22", stack.summarise(listed, **{"plans": True, **summary}), listed, proposals, series)


WHOLE = found(ACME, BOLT, ended=3, unreadable=["broken"])


# ---- Terminal -----------------------------------------------------------------------------------


def test_the_table_tells_the_whole() -> None:
    assert (
        table_format.as_table(WHOLE)
        == """\
Summary
-------
2 vendors as of 2026-11-22, 1 of them elevated.

risk                       vendors    EUR a year
-------------------------  ---------  ------------------
critical                   0          0
not known (at least high)  1          at least 1,234,567
high                       0          0
medium                     0          0
low                        1          0

Open: 1 red flag (of 1 vendor), 1 warning.
Without a plan, though elevated: 1 vendor (acme).
Plans that are overdue: 1.
Not known: 34 % of the checklist (45 of 136 questions), the risk of 1 vendor,
  the cost of 1 vendor.
Nothing is known of 1 vendor (broken): 'preflight check' says what is wrong.
Left out: 3 vendors that ended.

Elevated risks first (2)
------------------------
vendor     risk           open            EUR a year    plan
---------  -------------  --------------  ------------  ----------
Acme Mail  not known (at  1 red flag      at least      none
acme       least high)    1 warning       1,234,567
live       operational    1 overdue
           criticality    33 % answered

bolt       low            no finding      0             replace
live                      100 % answered                2026-11-21
                                                        overdue

Elevated is a red flag, or a risk that is high, critical or not known.

Plan for Acme Mail (acme)
-------------------------
Proposed: remediate, until 2027-02-20
Carried through by: kofi
Why: What is open can be put right, and nothing that is known speaks for leaving
  it. Its risk is not known (at least high), the highest in operational
  criticality. Open: 1 red flag and 1 warning.
It takes at least (Full partnership): The board agrees. One engineer.
Alternatives in the stack: bolt (has 1 of its 2 capabilities, whether for the
  same team and region is not recorded)

Security: 1 red flag, 1 warning
  - Red flag: No sign-on · Ask for it.
  - Warning: Optional · Ask for it.

To paste into vendors/acme.yaml:

remediation:
  decision: remediate
  owner: kofi
  due: 2027-02-20
  steps:
  - what: No sign-on. Ask for it.
  - what: Optional. Ask for it.
  note: 'Proposed on 2026-11-22. What is open can be put right, and nothing that
    is known speaks for leaving it. Its risk is not known (at least high), the highest
    in operational criticality. Open: 1 red flag and 1 warning.'

Drift
-----
This is how today's records look from that day of each month, not what the
records said then. A vendor counts from the day on which it was approved, signed
or live; a review of which only a later one is recorded does not count.

                      2025-11    2026-05    2026-08    2026-11    2027-02
--------------------  ---------  ---------  ---------  ---------  ---------
Vendors in the stack  1          1          2          2          2
Reviews overdue       3          2          2          1          4
Evidence out of date  0          0          0          0          0
Terms that ended      0          0          0          0          0

Reviews overdue: falling (3 → 1) since 2025-11-22, rising to 4 by 2027-02-22 if
  nothing is done.
Evidence out of date: steady at 0 since 2025-11-22; not known of 2 vendors.
Vendors that are hardly used: 1 today; not known of 1 vendor.
"""
    )


def test_nothing_to_assess_is_not_said_to_be_safe() -> None:
    assert table_format.as_table(found(series=[], unreadable=["broken"])) == (
        "Summary\n-------\n0 vendors as of 2026-11-22, 0 of them elevated.\n\n"
        "Open: 0 red flags, 0 warnings.\n"
        "Nothing is known of 1 vendor (broken): 'preflight check' says what is wrong.\n"
    )


def test_what_the_registry_lacks_is_left_out() -> None:
    plain = replace(ACME, risk=None, cost=None, answered=None, overdue=None)
    text = table_format.as_table(replace(found(plain, planned=False, series=[], plans=False), has_plans=False))
    assert text == (
        "Summary\n-------\n1 vendor as of 2026-11-22, 1 of them elevated.\n\n"
        "risk       vendors\n---------  ---------\nnot known  1\n\n"
        "Open: 1 red flag (of 1 vendor), 1 warning.\n"
        "Records here have no place for a plan.\n\n"
        "Elevated risks first (1)\n------------------------\n"
        "vendor     open\n---------  ----------\nAcme Mail  1 red flag\nacme       1 warning\nlive\n\n"
        "Elevated is a red flag; how high the risk is, this registry does not compute.\n"
    )


def test_a_plan_that_the_record_cannot_hold_is_told_without_yaml() -> None:
    whole = found(ACME, series=[])
    bare = {"acme": replace(whole.proposals["acme"], remediation=None, alternatives=None, owner="")}
    text = table_format.as_table(replace(whole, proposals=bare))
    assert "The schema of this registry has no section that takes this plan.\n" in text
    assert "Carried through by: nobody is named who is with us\n" in text
    assert "Alternatives in the stack: not known, because it is not recorded what it is used\n  for\n" in text
    assert "remediation:" not in text


def test_a_plan_beside_another_says_so() -> None:
    planned = replace(ACME, plan=Plan("keep", due=date(2026, 11, 1), late=True))
    proposal = plan.propose(planned, Around(TODAY), [])
    text = table_format.as_table(replace(found(planned, series=[]), proposals={"acme": proposal}))
    assert "Plan so far: keep, 2026-11-01, overdue\n" in text
    assert "To paste into vendors/acme.yaml, in place of the plan that is there:\n" in text
    assert "Alternatives in the stack: none that does any of its work for the same team\n" in text


def test_rules_of_one_domain_beyond_a_few_are_counted() -> None:
    many = replace(ACME, findings=(verdict(), *(verdict(rule=f"security/rule-{at}") for at in range(6))))
    text = table_format.as_table(found(many, series=[]))
    assert text.count("  - Red flag: ") == words.MOST_FINDINGS
    assert "  … and 3 more: preflight explain acme\n" in text


def test_a_long_list_ends_with_a_count() -> None:
    many = [replace(BOLT, id=f"v{number:03}", name=f"V{number}") for number in range(table_format.MOST_ROWS + 1)]
    assert "… and 1 more vendor; --format json lists them all.\n" in table_format.as_table(found(*many, series=[]))


# ---- Markdown -----------------------------------------------------------------------------------


def test_markdown_has_a_row_a_vendor_and_the_plan_folded() -> None:
    text = markdown_format.as_markdown(WHOLE)
    assert (
        "| **Acme Mail**<br>live | not known (at least high)<br>operational criticality "
        "| 1 red flag<br>1 warning<br>1 overdue<br>33 % answered | at least 1,234,567 | none |\n"
    ) in text
    assert "| Reviews overdue | 3 | 2 | 2 | 1 | 4 |\n" in text
    assert "<details><summary>To paste into the record</summary>\n\n```yaml\nremediation:\n" in text
    assert "- Reviews overdue: falling (3 → 1) since 2025-11-22" in text


def test_markdown_stays_within_what_an_issue_holds() -> None:
    many = [replace(ACME, id=f"v{number:04}", name="n" * 200) for number in range(900)]
    text = markdown_format.as_markdown(found(*many))
    assert len(text.encode()) <= markdown_format.MOST_BYTES + 200
    assert "more vendors left out for length." in text
    assert "900 more plans left out for length; name the vendors one by one." in text
    assert text.rstrip().endswith("Elevated is a red flag, or a risk that is high, critical or not known.")


def test_a_fence_is_longer_than_any_in_the_plan() -> None:
    text = markdown_format.as_markdown(found(replace(ACME, findings=(verdict("````\n\n# owned"),)), series=[]))
    assert "\n`````yaml\n" in text
    [fence] = [each for each in MarkdownIt().parse(text) if each.type == "fence"]
    assert "owned" in fence.content


# ---- Hostile names ------------------------------------------------------------------------------

UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
HOSTILE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


def hostile(name: str) -> Assessment:
    vendor = replace(
        ACME, name=name, status=name, path=name, owners=(name,), findings=(verdict(name),), plan=None,
        overdue=(Late("term", name, TODAY, 1),),
    )  # fmt: skip
    other = replace(BOLT, plan=Plan(name, name, TODAY, name))
    return found(vendor, other, unreadable=[name])


@given(HOSTILE)
def test_no_name_gives_an_order_to_a_terminal_or_a_job(name: str) -> None:
    for line in table_format.as_table(hostile(name)).split("\n"):
        assert not UNSEEN.intersection(map(unicodedata.category, line))
        assert not line.lstrip().startswith("::")
        assert "##[" not in line


@given(HOSTILE)
def test_no_name_breaks_the_json(name: str) -> None:
    text = json_format.as_json(hostile(name))
    assert SHAPE.fits(json.loads(text))
    assert not UNSEEN.intersection(map(unicodedata.category, text.replace("\n", "")))


@given(HOSTILE)
def test_no_name_becomes_markup(name: str) -> None:
    text = markdown_format.as_markdown(hostile(name))
    tokens = MarkdownIt("gfm-like", {"linkify": False}).enable("table").parse(text)
    kinds = {child.type for token in tokens for child in token.children or ()}
    assert kinds <= {"text", "softbreak", "strong_open", "strong_close", "html_inline", "text_special"}
    tags = {child.content for token in tokens for child in token.children or () if child.type == "html_inline"}
    assert tags <= {"<br>", "<details>", "</details>", "<summary>", "</summary>"}


# ---- JSON ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "case",
    [
        WHOLE,
        found(),
        found(ACME, planned=False, series=[]),
        found(replace(ACME, risk=None, cost=None, answered=None, overdue=None, status=""), plans=False),
    ],
)
def test_json_is_of_its_schema(case: Assessment) -> None:
    value = json.loads(json_format.as_json(case))
    assert not SHAPE.problems(value, None)


def test_json_tells_what_is_not_known_by_null() -> None:
    value = json.loads(json_format.as_json(WHOLE))
    acme, bolt = value["vendors"]
    assert acme["risk"] == {"level": None, "at_least": "high", "dimension": "Operational criticality"}
    assert acme["cost"] == {"currency": "EUR", "annual": None, "at_least": 1_234_567.4}
    assert (acme["plan"], acme["waived"], acme["completeness"]) == (None, 1, 33)
    assert acme["proposal"]["remediation"]["decision"] == "remediate"
    assert acme["proposal"]["oversight"]["level"] == "high"
    assert bolt["cost"] == {"currency": "EUR", "annual": 0, "at_least": 0}
    assert bolt["plan"] == {
        "decision": "replace", "owner": "mara", "due": "2026-11-21", "replacement": "acme",
        "steps": 3, "done": 1, "overdue": True,
    }  # fmt: skip
    assert value["summary"]["not_known"] == {"questions": {"open": 45, "asked": 136}, "risk": 1, "cost": 1}
    assert [(each["name"], each["past"], each["ahead"], each["not_known"]) for each in value["drift"]] == [
        ("vendors", "rising", "steady", 0),
        ("overdue-reviews", "falling", "rising", 0),
        ("outdated-evidence", "steady", "steady", 2),
        ("ended-terms", "steady", "steady", 0),
        ("unused-vendors", None, None, 1),
    ]
