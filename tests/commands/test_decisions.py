"""``preflight decisions``: who decided what, and whether it counts today."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from deciding_desk import DECISIONS, Desk
from preflight.schema import Shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

ROOT = Path(__file__).parents[2]
CFO, NOOR = "gareth-whitlock", "noor-haddad"


@pytest.fixture
def listed(desk: Desk, run: Callable[..., Result]) -> Callable[..., dict[str, Any]]:
    def call(*more: str, as_of: str = "2026-11-22") -> dict[str, Any]:
        result = run("--root", desk.root, "decisions", "--format", "json", *more, as_of=as_of)
        assert result.code == 0
        found: dict[str, Any] = json.loads(result.out)
        return found

    return call


def states(found: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    return {each["id"]: (each["state"], each["why"]) for each in found["decisions"]}


def test_json_is_what_its_schema_says(listed: Callable[..., dict[str, Any]]) -> None:
    schema = json.loads((ROOT / "schemas" / "decisions.schema.json").read_text("utf-8"))
    assert Shape(schema, "decisions").problems(listed("--all")) == ()


def test_a_table_names_vendor_role_person_days_state_and_key(desk: Desk, run: Callable[..., Result]) -> None:
    shown = run("--root", desk.root, "decisions", "beacon-mail").out
    for part in (
        "beacon-mail",
        "approve, cfo",
        "2025-02-03-cfo-",
        "in force",
        CFO,
        "until 2028-02-29",
        "approves up to 275,000 EUR a year",
        "SHA256:",
        "here since 20",
        "2 decisions, 2 in force as of 2026-11-22",
    ):
        assert part in shown
    assert "cask-dam" not in shown


def test_an_approval_that_the_vendor_has_outgrown_is_told_with_the_reason(
    desk: Desk, listed: Callable[..., dict[str, Any]]
) -> None:
    desk.edit(
        "vendors/cask-dam.yaml", "legal_entity:\n  name: ", "legal_entity:\n  parent: Longshore Group plc\n  name: "
    )
    text = (desk.root / "vendors" / "cask-dam.yaml").read_text("utf-8")
    assert text.count("Longshore Group plc") == 1
    found = {each["role"]: each for each in listed("cask-dam")["decisions"]}
    assert found["cfo"]["state"] == "exceeded"
    assert "up to 80,000 EUR, and it is " in found["cfo"]["why"]
    assert (found["architecture-board"]["state"], found["architecture-board"]["why"]) == ("in-force", None)


def test_what_ran_out_was_revoked_or_is_not_asked_is_told(
    desk: Desk, run: Callable[..., Result], listed: Callable[..., dict[str, Any]]
) -> None:
    key = ("--key", desk.key(CFO), "--yes")
    assert run("--root", desk.root, "approve", "flare-sms", "--role", "cfo", *key, "--until", "2026-12-31").code == 0
    [decision] = [Path(each).stem for each in desk.made() if each.endswith(".json")]
    assert states(listed("flare-sms")) == {decision: ("in-force", "that role is not asked now")}
    assert states(listed("flare-sms", as_of="2027-01-01")) == {decision: ("expired", None)}
    assert run("--root", desk.root, "revoke", "flare-sms", decision, "--reason", "No.", *key).code == 0
    assert states(listed("flare-sms")) == {}
    assert sorted(states(listed("flare-sms", "--all")).values()) == [("in-force", None), ("revoked", None)]
    shown = run("--root", desk.root, "decisions", "flare-sms").out
    assert shown == "0 decisions, 0 in force as of 2026-11-22; 2 past left out (--all)\n"


def test_an_older_approval_that_still_counts_is_shown_beside_a_newer_one(
    desk: Desk, run: Callable[..., Result], listed: Callable[..., dict[str, Any]]
) -> None:
    assert run("--root", desk.root, "approve", "cask-dam", "--role", "cfo", "--key", desk.key(CFO), "--yes").code == 0
    assert [each["state"] for each in listed("cask-dam")["decisions"]] == ["in-force"] * 3


def test_of_several_approvals_of_one_role_each_is_weighed(
    desk: Desk, run: Callable[..., Result], listed: Callable[..., dict[str, Any]]
) -> None:
    for amount in ("100000", "90000"):
        call = ("approve", "cask-dam", "--role", "cfo", "--key", desk.key(CFO), "--yes", "--annual-cost", amount)
        assert run("--root", desk.root, *call).code == 0
    desk.edit(
        "vendors/cask-dam.yaml", "legal_entity:\n  name: ", "legal_entity:\n  parent: Longshore Group plc\n  name: "
    )
    found = [each for each in listed("cask-dam", "--all")["decisions"] if each["role"] == "cfo"]
    assert [each["state"] for each in found] == ["exceeded"] * 3
    reasons = " ".join(each["why"] for each in found)
    assert all(f"up to {amount} EUR" in reasons for amount in ("80,000", "90,000", "100,000"))


def test_a_waiver_whose_finding_has_changed_lets_nothing_stand(
    desk: Desk, run: Callable[..., Result], listed: Callable[..., dict[str, Any]]
) -> None:
    call = (
        "kittiwake-social",
        "security/penetration-test-recent",
        "--role",
        "security-reviewer",
        "--reason",
        "Booked.",
    )
    key = ("--until", "2027-02-28", "--key", desk.key(NOOR), "--yes")
    assert run("--root", desk.root, "waive", *call, *key).code == 0
    assert list(states(listed("kittiwake-social")).values()) == [("in-force", None)]
    desk.edit(
        "vendors/kittiwake-social.yaml", "penetration_test: {date: 2025-09-18", "penetration_test: {date: 2025-09-17"
    )
    ((state, why),) = states(listed("kittiwake-social")).values()
    assert state == "idle"
    assert why == (
        "the record says something else now than when it was signed, at one of /category, /legal_entity/country, "
        "/legal_entity/name, /name, /security/testing/penetration_test or facts.lifecycle.governed"
    )


def test_files_with_a_fault_are_listed_and_count_for_nothing(
    desk: Desk, run: Callable[..., Result], listed: Callable[..., dict[str, Any]]
) -> None:
    [path] = (desk.root / DECISIONS / "beacon-mail").glob("*-cfo-*.json")
    path.write_bytes(path.read_bytes().replace(b"275000", b"975000"))
    found = listed("beacon-mail")
    assert [each["role"] for each in found["decisions"]] == ["architecture-board"]
    assert [each["rule"] for each in found["faults"]] == ["decision/signature"]
    shown = run("--root", desk.root, "decisions", "beacon-mail").out
    assert "1 file with a fault" in shown
    assert "decision/signature" in shown
    assert "### Files with a fault" in run("--root", desk.root, "decisions", "--format", "markdown").out


def test_an_earlier_commit_is_shown_as_it_was(desk: Desk, run: Callable[..., Result]) -> None:
    run("--root", desk.root, "approve", "flare-sms", "--role", "cfo", "--key", desk.key(CFO), "--yes")
    desk.commit("Approve")
    there = run("--root", desk.root, "--at", "HEAD", "decisions", "flare-sms", "--format", "json").out
    assert json.loads(there)["decisions"][0]["arrived_on"] is not None
    before = run("--root", desk.root, "--at", "HEAD~1", "decisions", "flare-sms")
    assert (before.code, before.out) == (0, "0 decisions, 0 in force as of 2026-11-22\n")


def test_a_decision_on_a_vendor_without_a_record_is_told(desk: Desk, listed: Callable[..., dict[str, Any]]) -> None:
    (desk.root / "vendors" / "gangway-events.yaml").unlink()
    [found] = listed("gangway-events")["decisions"]
    assert (found["state"], found["why"]) == ("exceeded", "there is no record of it here that is of the right form")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("beacon",), "there is no vendor 'beacon' here, and no decision on it", id="vendor"),
        pytest.param(("--format", "csv"), "'csv' is not one of", id="format"),
    ],
)
def test_what_is_not_there_is_refused(
    desk: Desk, run: Callable[..., Result], arguments: tuple[str, ...], said: str
) -> None:
    result = run("--root", desk.root, "decisions", *arguments)
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def test_markdown_is_a_table_in_which_text_stays_text(desk: Desk, run: Callable[..., Result]) -> None:
    call = ("kittiwake-social", "security/penetration-test-recent", "--role", "security-reviewer")
    key = ("--until", "2027-02-28", "--key", desk.key(NOOR), "--yes", "--reason", "See <b> | @team #1 ::x ##[y]")
    assert run("--root", desk.root, "waive", *call, *key).code == 0
    shown = run("--root", desk.root, "decisions", "kittiwake-social", "--format", "markdown").out
    assert "because: See &lt;b&gt; \\| &#64;team &#35;1 ::x &#35;&#35;\\[y\\]" in shown
    assert "| **kittiwake-social** | waives security/penetration-test-recent at " in shown.replace("\\-", "-").replace(
        "\\_", "_"
    )
