"""Plans to begin with: what is decided on which grounds, by when and by whom; and that the record takes them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from preflight.assessment import plan
from preflight.assessment.plan import Alternative, Around, Proposal
from preflight.assessment.state import Risk, Term, Usage, Vendor
from preflight.model import Level, Outcome, Verdict
from preflight.schema import Shape
from preflight.shell import documents

if TYPE_CHECKING:
    from preflight.model import Json

ROOT = Path(__file__).parents[1]
TODAY = date(2026, 11, 22)
SHAPE = Shape(json.loads((ROOT / "schemas/vendor.schema.json").read_text("utf-8")), "vendor.schema.json")
AROUND = Around(
    TODAY, farewell=("Our data was taken over", "The last invoice was paid"), titles={"security/sso": "Sign-on"}
)
SUITE = Alternative("suite", "Suite", ("mail", "forms"), 2, sure=True)
HALF = Alternative("half", "Half", ("mail",), 2, sure=True)
HEIR = Alternative("heir", "Heir", (), 2, sure=True, successor=True)


def verdict(rule: str = "security/sso", level: Level = Level.RED_FLAG, **changes: Any) -> Verdict:
    plain = Verdict(
        "acme", rule, level, Outcome.FAIL, "No sign-on", "Ask for it.", "vendors/acme.yaml", 1, 1, "/security"
    )
    return replace(plain, **changes)


def vendor(**changes: Any) -> Vendor:
    plain = Vendor("acme", "Acme", "vendors/acme.yaml", "live", governed=True, risk=risk("medium"))
    return replace(plain, **changes)


def risk(level: str | None, **changes: Any) -> Risk:
    return replace(Risk(level, level or "low", "Data sensitivity", level or "low"), **changes)


BROKEN = vendor(findings=(verdict(),))
WARNED = vendor(findings=(verdict(level=Level.WARNING),))


# ---- What to do ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "alternatives", "decision", "replacement"),
    [
        pytest.param(vendor(), (), "keep", "", id="nothing is open"),
        pytest.param(vendor(risk=risk("critical")), (SUITE,), "keep", "", id="high risk alone is no fault"),
        pytest.param(vendor(findings=(verdict(level=Level.ADVICE),)), (), "keep", "", id="advice alone"),
        pytest.param(vendor(risk=None), (), "keep", "", id="no risk is computed"),
        pytest.param(vendor(risk=risk(None)), (), "remediate", "", id="nobody knows the risk: never safe"),
        pytest.param(WARNED, (), "remediate", "", id="a warning"),
        pytest.param(BROKEN, (SUITE,), "remediate", "", id="broken and covered, and the exit is not known"),
        pytest.param(replace(BROKEN, exit_days=91), (SUITE,), "remediate", "", id="the exit is a day too far"),
        pytest.param(replace(BROKEN, exit_days=90), (SUITE,), "replace", "suite", id="the exit is near"),
        pytest.param(replace(BROKEN, exit_days=0), (SUITE,), "replace", "suite", id="the exit is today"),
        pytest.param(replace(BROKEN, exit_days=0), (HALF,), "remediate", "", id="the other does but half of it"),
        pytest.param(replace(BROKEN, exit_days=0), None, "remediate", "", id="what it does is not recorded"),
        pytest.param(replace(WARNED, exit_days=0), (HALF, SUITE), "replace", "suite", id="a warning, an exit, a suite"),
        pytest.param(vendor(exit_days=0), (SUITE,), "keep", "", id="nothing is wrong with it"),
        pytest.param(vendor(outlook="distressed"), (), "replace", "", id="it may not last"),
        pytest.param(
            vendor(outlook="distressed"), (HALF, SUITE), "replace", "suite", id="it may not last, one covers it"
        ),
        pytest.param(vendor(outlook="watch"), (SUITE,), "keep", "", id="to be watched"),
        pytest.param(vendor(status="deprecated"), (), "retire", "", id="left for nothing"),
        pytest.param(vendor(status="deprecated"), (HALF,), "retire", "", id="left, and nobody covers it"),
        pytest.param(vendor(status="deprecated"), (SUITE, HEIR), "replace", "heir", id="left for a successor"),
        pytest.param(vendor(usage=Usage(39, 100, 40)), (SUITE,), "retire", "", id="hardly used"),
        pytest.param(vendor(usage=Usage(40, 100, 40)), (SUITE,), "keep", "", id="used enough"),
        pytest.param(vendor(usage=Usage(None, 100, 40)), (SUITE,), "keep", "", id="not counted"),
        pytest.param(replace(BROKEN, usage=Usage(0)), (SUITE,), "retire", "", id="used by nobody"),
        pytest.param(vendor(status="proposed", outlook="distressed"), (SUITE,), "keep", "", id="not here yet"),
        pytest.param(
            replace(BROKEN, status="proposed", exit_days=0), (SUITE,), "remediate", "", id="to be put right first"
        ),
    ],
)
def test_the_decision(found: Vendor, alternatives: Any, decision: str, replacement: str) -> None:
    proposal = plan.propose(found, AROUND, alternatives)
    assert (proposal.decision, proposal.replacement) == (decision, replacement)


def test_how_near_an_exit_is_the_calendar_says() -> None:
    found = replace(BROKEN, exit_days=31)
    assert plan.propose(found, replace(AROUND, horizon=30), [SUITE]).decision == "remediate"
    assert plan.propose(found, replace(AROUND, horizon=31), [SUITE]).decision == "replace"


@pytest.mark.parametrize(
    ("found", "due"),
    [
        pytest.param(BROKEN, "2027-02-20", id="90 days"),
        pytest.param(replace(BROKEN, notice_days=92), "2027-02-20", id="what is wrong does not wait for longer"),
        pytest.param(replace(BROKEN, notice_days=91), "2027-02-20", id="the day before is the same"),
        pytest.param(replace(BROKEN, notice_days=90), "2027-02-19", id="before the last day to cancel"),
        pytest.param(replace(BROKEN, notice_days=1), "2026-11-22", id="the last day is tomorrow"),
        pytest.param(replace(BROKEN, notice_days=0), "2026-11-22", id="the last day is today"),
        pytest.param(vendor(usage=Usage(0), notice_days=400), "2027-12-26", id="leaving waits for the contract"),
        pytest.param(vendor(usage=Usage(0)), "2027-02-20", id="leaving, and no contract is known"),
        pytest.param(vendor(notice_days=400), "2027-12-26", id="kept until one has to decide again"),
    ],
)
def test_the_last_day(found: Vendor, due: str) -> None:
    assert plan.propose(found, AROUND).due.isoformat() == due


@pytest.mark.parametrize(
    ("owners", "left", "owner"),
    [
        pytest.param(("kofi", "mara"), None, "kofi", id="IT first; there is no directory"),
        pytest.param(("kofi", "mara"), {"kofi": None, "mara": None}, "kofi", id="IT first"),
        pytest.param(("kofi", "mara"), {"kofi": "2026-11-22", "mara": None}, "kofi", id="today is the last day"),
        pytest.param(("kofi", "mara"), {"kofi": "2026-11-21", "mara": None}, "mara", id="who left is passed over"),
        pytest.param(("kofi", "mara"), {"mara": None}, "mara", id="who does not exist, too"),
        pytest.param(("kofi",), {"kofi": "2020-01-01"}, "", id="nobody is left"),
        pytest.param((), {}, "", id="nobody is named"),
        pytest.param(
            ("::set-output", "two\nlines"), None, "", id="in a registry of somebody else, an id may be anything"
        ),
    ],
)
def test_who_carries_it_through(owners: tuple[str, ...], left: Any, owner: str) -> None:
    proposal = plan.propose(vendor(owners=owners), replace(AROUND, left=left))
    assert proposal.owner == owner
    assert proposal.remediation is not None
    assert proposal.remediation.get("owner", "") == owner


# ---- Steps --------------------------------------------------------------------------------------


def steps(proposal: Proposal) -> list[str]:
    assert proposal.remediation is not None
    return [each["what"] for each in proposal.remediation.get("steps", ())]


def test_red_flags_come_before_warnings_and_what_is_seen_before_what_is_not_known() -> None:
    found = vendor(
        findings=(
            verdict("cost/cap", Level.WARNING, message="No cap."),
            verdict("cost/known", Level.WARNING, message="?", known=False),
            verdict("ai/review", known=False, message="?"),
            verdict("security/sso", known=False, message="?"),
            verdict("security/mfa", message="Optional"),
            verdict("security/mfa", message="Optional"),
            verdict("cost/hint", Level.ADVICE),
        )
    )
    assert steps(plan.propose(found, AROUND)) == [
        "Optional; and 1 more of the kind. Ask for it.",
        "Find out and record, on security: Sign-on.",
        "Find out and record, on AI: ai/review.",
        "No cap. Ask for it.",
        "Find out and record, on cost: cost/known.",
    ]


def test_what_decides_on_the_risk_is_asked_once() -> None:
    unsure = risk(None, open=(("Users", "/risk/change/users"), ("Classes of data", "/data/classes")))
    found = vendor(risk=unsure, findings=(verdict("risk/known", Level.WARNING, pointer="/data/classes"),))
    assert (
        steps(plan.propose(found, AROUND))[-1]
        == "Find out and record what its risk depends on: users (/risk/change/users)."
    )


def test_leaving_takes_other_steps_than_staying() -> None:
    terms = (Term("Mail", date(2026, 12, 31)), Term("Forms", None))
    found = replace(BROKEN, status="deprecated", terms=terms)
    proposal = plan.propose(found, AROUND, [HEIR], ["warehouse", "ledger"])
    assert proposal.remediation is not None
    assert proposal.remediation["steps"] == [
        {"what": "Move its work to heir."},
        {"what": "Cancel Mail; the last day for it is 2026-12-31.", "due": "2026-12-31"},
        {"what": "Find another source for those that get data from it: warehouse, ledger."},
        {"what": "Before it is retired: Our data was taken over."},
        {"what": "Before it is retired: The last invoice was paid."},
    ]
    assert steps(plan.propose(vendor(outlook="distressed"), AROUND))[0] == "Choose what takes its place."


def test_keeping_takes_no_steps() -> None:
    section = plan.propose(vendor(), AROUND).remediation
    assert section is not None
    assert "steps" not in section
    assert section["note"] == (
        "Proposed on 2026-11-22. Nothing is open. Its risk is medium, the highest in data sensitivity."
    )


def test_more_steps_than_anybody_reads_are_counted() -> None:
    found = vendor(findings=tuple(verdict(f"security/rule-{number}") for number in range(30)))
    listed = steps(plan.propose(found, AROUND))
    assert len(listed) == plan.MOST_STEPS
    assert listed[-1] == "See to 11 more points that 'preflight explain acme' lists."
    assert len(steps(plan.propose(replace(found, findings=found.findings[:20]), AROUND))) == plan.MOST_STEPS


def test_domains_come_by_red_flags() -> None:
    found = [verdict("cost/a", Level.WARNING)] * 5 + [
        verdict("security/a"),
        verdict("ai/a"),
        verdict("ai/b", known=False),
    ]
    assert [each.domain for each in plan.grouped(found)] == ["ai", "security", "cost"]


# ---- YAML ---------------------------------------------------------------------------------------

RECORD = "id: acme\nname: Acme\ncategory: other\nlifecycle: {status: live}\n"


def pasted(section: Json) -> Json:
    """Paste a section into a record, read it as strictly as the gate does, and hold it against the schema."""
    document = documents.parse((RECORD + plan.as_yaml(section)).encode())
    assert not SHAPE.problems(document.value, document)
    return document.value["remediation"]


def test_dates_are_written_as_records_have_them() -> None:
    text = plan.as_yaml({"decision": "retire", "due": "2026-12-31", "steps": [{"what": "x", "due": "2026-12-30"}]})
    assert text == "remediation:\n  decision: retire\n  due: 2026-12-31\n  steps:\n  - what: x\n    due: 2026-12-30\n"


@pytest.mark.parametrize(
    "text",
    [
        "NO", "no", "null", "~", "1e3", "0x1F", "2026-01-01", "12:30:00", "- item", "key: value", "# no comment",
        "&a *a", "!!python/object:os.system", "{{ x }}", "%TAG", "--- ", "...", "|", ">", "'", '"', "\\", "`",
        "@mention", "<<", "=", "a\nb", "a\tb", "\x1b[31m", "a\u202eb", "a\u2028b", "\ufeff", "::error::x", "##[error]x",
        "x" * 5000, "é😀", "",
    ],
)  # fmt: skip
def test_no_text_breaks_the_section(text: str) -> None:
    found = vendor(
        findings=(verdict(message=text, fix=text), verdict("risk/known", known=False)),
        risk=risk(None, open=((text, text),)),
        terms=(Term(text, TODAY),),
    )
    around = replace(AROUND, farewell=(text,), titles={"risk/known": text})
    for each in (found, replace(found, status="deprecated")):
        proposal = plan.propose(each, around, [replace(HEIR, name=text, vendor=text or "heir")], [text])
        assert proposal.remediation is not None
        section = {**proposal.remediation, "replacement": "heir"}  # ids have their own shape
        assert pasted(section) == section


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=300)


@given(TEXTS, TEXTS)
@example("\u034f", "\u3164")
def test_the_strict_reader_takes_any_section_back(message: str, fix: str) -> None:
    proposal = plan.propose(vendor(findings=(verdict(message=message, fix=fix),)), AROUND)
    assert pasted(proposal.remediation) == proposal.remediation
    for line in plan.as_yaml(proposal.remediation or {}).splitlines():
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", line)


def test_texts_are_shortened_to_what_the_schema_takes() -> None:
    found = vendor(findings=tuple(verdict(f"x/{number}", message="long " * 2000) for number in range(60)))
    section = plan.propose(found, AROUND).remediation
    assert section is not None
    pasted(section)
    assert all(len(each["what"]) <= plan.LONGEST_STEP for each in section["steps"])
    assert len(plan.as_yaml(section).encode()) < documents.MAX_BYTES / 2


def test_the_sections_of_far_away_days_are_dates_still() -> None:
    around = replace(AROUND, today=date.max - timedelta(days=10))
    section = plan.propose(BROKEN, around).remediation
    assert section is not None
    assert section["due"] == "9999-12-31"
    pasted(section)
