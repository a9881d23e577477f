"""CODEOWNERS as forges read it, and as it is generated."""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight import codeowners
from preflight.codeowners import BEGIN, END, Directory, Owned, Plan, escaped, matches, placed, read

if TYPE_CHECKING:
    from preflight.model import JsonObject

TODAY = date(2026, 11, 22)
PEOPLE: JsonObject = {
    "teams": [
        {"id": "crm", "name": "CRM", "side": "marketing", "lead": "mara", "handle": "@org/crm"},
        {"id": "ops", "name": "Ops", "side": "it", "lead": "kofi"},
    ],
    "people": [
        {"id": "mara", "name": "Mara", "logins": ["mara-l", "mara"], "team": "crm"},
        {"id": "kofi", "name": "Kofi", "email": "kofi@example.org", "team": "ops"},
        {"id": "gone", "name": "Gone", "logins": ["gone"], "left": "2026-06-30"},
        {"id": "noor", "name": "Noor", "logins": ["noor"], "roles": [{"role": "policy-owner", "from": "2024-01-01"}]},
        {
            "id": "ruben",
            "name": "Ruben",
            "logins": ["ruben"],
            "roles": [{"role": "policy-owner", "from": "2024-01-01"}],
        },
        {"id": "late", "name": "Late", "logins": ["late"], "roles": [{"role": "policy-owner", "from": "2027-01-01"}]},
        {
            "id": "past",
            "name": "Past",
            "logins": ["past"],
            "roles": [{"role": "policy-owner", "from": "2020-01-01", "until": "2026-11-21"}],
        },
    ],
}
DIRECTORY = Directory.of(PEOPLE, TODAY)
BOTH = {"marketing": {"owner": "mara", "team": "crm"}, "it": {"owner": "kofi", "team": "ops"}}


def record(vendor: str, ownership: JsonObject) -> Owned:
    return Owned(vendor, f"vendors/{vendor}.yaml", ownership)


def plan(*records: Owned, **changes: object) -> Plan:
    given: dict[str, object] = {
        "records": records,
        "vendors": "vendors",
        "decisions": "vendors/decisions",
        "law": ["policies/", "schemas/"],
    }
    return Plan(**(given | changes))  # type: ignore[arg-type]  # values of many types


def owners_of(path: str, *records: Owned, **changes: object) -> tuple[str, ...]:
    generated = codeowners.generate(plan(*records, **changes), DIRECTORY)
    assert generated is not None
    read_again = read("\n".join(generated.lines))
    assert read_again.faults == ()
    return read_again.of(path)


# ---- As forges read it --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "path", "wanted"),
    [
        ("/policies/", "policies/rules/a/b.yaml", True),
        ("/policies/", "x/policies/a", False),
        ("/policies/", "policies", False),
        ("/policies", "policies/a", True),
        ("/policies", "policies2/a", False),
        ("policies/", "x/policies/a", True),
        ("*", "a/b", True),
        ("*.js", "a/b.js", True),
        ("/*", "a", True),
        ("/*", "a/b", False),
        ("docs/*", "docs/a", True),
        ("docs/*", "docs/a/b", False),
        ("docs/**", "docs/a/b", True),
        ("**/logs", "x/y/logs/z", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/**/b", "ab", False),
        ("/a?b", "a#b", True),
        ("/a?b", "a/b", False),
        ("/a\\ b", "a b", True),
        ("/Vendors/", "vendors/a", False),
    ],
)
def test_a_pattern_means_what_it_means_to_a_forge(pattern: str, path: str, *, wanted: bool) -> None:
    assert matches(pattern, path) is wanted


def test_the_last_line_that_matches_decides_and_one_without_owners_takes_them_away() -> None:
    owners = read("* @all\n/vendors/ @mara # of all of them\n/vendors/free.yaml\n")
    assert owners.of("vendors/acme.yaml") == ("@mara",)
    assert owners.of("vendors/free.yaml") == ()
    assert owners.of("README.md") == ("@all",)


def test_a_line_that_a_forge_skips_is_a_fault_and_owns_nothing() -> None:
    owners = read("# who\n\n/policies/ noor\n!/vendors/ @mara\n/x[a-z] @mara\n[Section][2] @noor\n")
    assert [(fault.number, fault.reason) for fault in owners.faults] == [
        (3, "'noor' is neither @user, nor @organisation/team, nor an e-mail address"),
        (4, "'!/vendors/' is no pattern that CODEOWNERS knows"),
        (5, "'/x[a-z]' is no pattern that CODEOWNERS knows"),
    ]
    assert owners.of("policies/a") == ()


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    read(text).of("vendors/acme.yaml")


@pytest.mark.parametrize("pattern", ["*a" * 5000, "**/" * 5000, "a/**/" * 5000, "?" * 5000])
def test_no_pattern_takes_long(pattern: str) -> None:
    started = time.process_time()
    matches(pattern + "b", "a/" * 60)
    assert time.process_time() - started < 2


# ---- Who is asked -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ownership", "whom", "wanted"),
    [
        pytest.param(
            BOTH, "both", ("@mara-l", "@org/crm", "kofi@example.org"), id="the first login, the team, an address"
        ),
        pytest.param(BOTH, "people", ("@mara-l", "kofi@example.org"), id="people only"),
        pytest.param(
            BOTH, "teams", ("@org/crm", "kofi@example.org"), id="teams, or a person where the team has no handle"
        ),
        pytest.param({"marketing": {"owner": "gone", "team": "crm"}}, "both", ("@org/crm",), id="not those who left"),
        pytest.param(
            {"it": {"owner": "gone", "team": "ops"}}, "both", ("kofi@example.org",), id="then the team's lead"
        ),
        pytest.param({"it": {"owner": "nobody"}}, "both", ("@noor", "@ruben"), id="in the end the policy owners"),
        pytest.param({}, "both", ("@noor", "@ruben"), id="as where nothing is recorded"),
    ],
)
def test_owners_of_both_sides_are_asked(ownership: JsonObject, whom: str, wanted: tuple[str, ...]) -> None:
    acme = record("acme", ownership)
    assert owners_of("vendors/acme.yaml", acme, whom=whom) == wanted
    assert owners_of("vendors/decisions/acme/2026-01-01-cfo-0a1b2c3d.json", acme, whom=whom) == wanted


@pytest.mark.parametrize(
    "path",
    [
        "policies/people.yaml",
        "policies/rules/security/x.yaml",
        "schemas/vendor.schema.json",
        ".github/workflows/gate.yml",
        ".github/CODEOWNERS",
        "CODEOWNERS",
        "docs/CODEOWNERS",
        ".gitlab/CODEOWNERS",
        ".gitlab-ci.yml",
        ".gitattributes",
        "preflight.yaml",
        "vendors/a-new-one.yaml",
    ],
)
def test_what_decides_and_what_is_new_goes_to_the_policy_owners_of_the_day(path: str) -> None:
    assert owners_of(path, record("acme", BOTH)) == ("@noor", "@ruben")


def test_without_a_policy_owner_nothing_is_generated() -> None:
    assert codeowners.generate(plan(), Directory.of(PEOPLE, date(2019, 1, 1))) is None


def test_a_vendor_whom_nobody_owns_is_told() -> None:
    generated = codeowners.generate(plan(record("acme", BOTH), record("lost", {})), DIRECTORY)
    assert generated is not None
    assert generated.unowned == ("lost",)


def test_gitlab_gets_sections_and_two_approvals_for_the_rules() -> None:
    generated = codeowners.generate(plan(record("acme", BOTH), gitlab=True), DIRECTORY)
    assert generated is not None
    assert [line for line in generated.lines if line.startswith("[")] == ["[Vendors]", "[Policies][2]"]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/"), min_size=1))
def test_a_path_of_any_name_is_one_pattern_that_means_it(name: str) -> None:
    path = f"tools/{name}.yaml"
    owners = read(f"{escaped(path)} @mara")
    assert owners.faults == ()
    assert owners.of(path) == ("@mara",)


# ---- The file -----------------------------------------------------------------------------------

LINES = [BEGIN, "/policies/ @noor", END]


def test_lines_by_hand_stay_and_stand_before_what_is_generated() -> None:
    existing = f"# ours\n/docs/ @doc\n\n{BEGIN}\n/old @x\n{END}\n/policies/ @mallory\n"
    written = placed(existing, LINES)
    assert written == f"# ours\n/docs/ @doc\n\n/policies/ @mallory\n\n{BEGIN}\n/policies/ @noor\n{END}\n"
    assert read(written).of("policies/a") == ("@noor",)
    assert placed(written, LINES) == written


def test_what_differs_is_told_line_by_line() -> None:
    wanted = placed("", LINES)
    assert codeowners.differences(wanted, wanted) == []
    assert codeowners.differences(wanted.replace("@noor", "@mallory"), wanted) == [
        "- /policies/ @mallory",
        "+ /policies/ @noor",
    ]
    assert codeowners.differences(wanted + END + "\n", wanted) == [
        "the same lines, in another order or number: what is generated stands once, and last"
    ]


@pytest.mark.parametrize(
    ("place", "there", "wanted"),
    [
        (".github/CODEOWNERS", "CODEOWNERS", []),
        ("CODEOWNERS", ".github/CODEOWNERS", [".github/CODEOWNERS"]),
        (".gitlab/CODEOWNERS", "docs/CODEOWNERS", ["docs/CODEOWNERS"]),
        (".gitlab/CODEOWNERS", ".github/CODEOWNERS", []),
    ],
)
def test_a_file_in_a_higher_place_counts_instead(place: str, there: str, wanted: list[str]) -> None:
    assert codeowners.overruled(place, lambda other: other == there) == wanted


def test_a_file_that_no_forge_loads_is_told() -> None:
    assert codeowners.too_large("x" * 10) == ""
    assert codeowners.too_large("x" * 3_000_001) == "3,000,001 bytes, and at most 3,000,000 are loaded"
