"""``preflight waive``: a finding stands for a while, by somebody who may say so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from deciding_desk import DECISIONS, Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

VENDOR, RULE = "kittiwake-social", "security/penetration-test-recent"
NOOR, CFO = "noor-haddad", "gareth-whitlock"
REASON = "The test is booked for January."


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.edit("policies/levels.yaml", "rules: {}", f"rules: {{{RULE}: red-flag}}")
    desk.commit("Block on it")
    return desk


@pytest.fixture
def waive(desk: Desk, run: Callable[..., Result]) -> Callable[..., Result]:
    def call(
        vendor: str = VENDOR,
        rule: str = RULE,
        *more: str,
        person: str = NOOR,
        role: str = "security-reviewer",
        until: str = "2027-02-28",
        as_of: str = "2026-11-22",
        reason: str = REASON,
    ) -> Result:
        given = ("--role", role, "--until", until, "--reason", reason, "--key", desk.key(person), "--yes", *more)
        return run("--root", desk.root, "waive", vendor, rule, *given, as_of=as_of)

    return call


def test_a_waived_finding_does_not_block_until_its_day_is_over_or_the_record_changes(
    desk: Desk, waive: Callable[..., Result], run: Callable[..., Result]
) -> None:
    assert run("--root", desk.root, "check", VENDOR).code == 1
    result = waive()
    assert (result.code, result.err) == (0, "")
    for shown in (
        f"({RULE}, red-flag)",
        f"noor-haddad, as Security reviewer (security-reviewer), lets {VENDOR} stand",
        f"Because: {REASON}",
        f"commit -m 'Waive {RULE} for {VENDOR} as security-reviewer'",
    ):
        assert shown in " ".join(result.out.split())
    desk.commit("Waive")
    passed = run("--root", desk.root, "check", VENDOR)
    assert (passed.code, "1 waived" in passed.out) == (0, True)
    assert run("--root", desk.root, "check", VENDOR, as_of="2027-02-28").code == 0
    late = run("--root", desk.root, "check", VENDOR, as_of="2027-03-01")
    assert (late.code, "it ran out on 2027-02-28" in late.out) == (1, True)
    desk.edit(f"vendors/{VENDOR}.yaml", "penetration_test: {date: 2025-09-18", "penetration_test: {date: 2025-09-17")
    assert run("--root", desk.root, "check", VENDOR).code == 1


def test_the_statement_says_what_is_waived_and_shows_the_finding(desk: Desk, waive: Callable[..., Result]) -> None:
    waive()
    [path] = [desk.root / each for each in desk.made() if each.endswith(".json")]
    said = json.loads(path.read_bytes())
    assert (said["kind"], said["rule"], said["pointer"]) == ("waive", RULE, "/security/testing/penetration_test")
    assert said["fingerprint"].startswith("sha256:")
    assert (said["valid_until"], said["reason"]) == ("2027-02-28", REASON)
    assert said["facts"]["Level"] == "red-flag"
    assert "bounds" not in said


def test_the_statement_says_truly_what_voids_it(desk: Desk, waive: Callable[..., Result]) -> None:
    told = [
        "/category: social-media",
        "/legal_entity/country: NO",
        '/legal_entity/name: "Kittiwake Software AS"',
        "/name: Kittiwake",
        "/security/testing/penetration_test: date: 2025-09-18, independent: yes, summary_available: yes",
        "facts.lifecycle.governed: yes",
    ]
    words = " ".join(waive().out.split())
    looked_at = " ".join(f"- {each}" for each in told)
    assert f"It stops counting by itself as soon as anything changes that the rule looked at: {looked_at}" in words
    assert "It has to come into the registry within 14 days, and is over once this is repaired." in words
    [path] = [desk.root / each for each in desk.made() if each.endswith(".json")]
    facts = json.loads(path.read_bytes())["facts"]
    assert [facts[f"Rests on {number}"] for number in range(1, 7)] == told


def test_of_several_findings_one_has_to_be_named(
    desk: Desk, waive: Callable[..., Result], run: Callable[..., Result]
) -> None:
    several = ("signalpost-ads", "contract/price-rise-capped")
    result = waive(*several, person=CFO, role="cfo")
    assert result.code == 2
    assert "signalpost-ads fails contract/price-rise-capped in 2 places · Waive one at a time: --field" in result.err
    assert "--field /contract/subscriptions/0/uplift_cap_percent (" in result.err
    wrong = waive(*several, "--field", "/cost", person=CFO, role="cfo")
    assert "does not fail contract/price-rise-capped at /cost · It fails at /contract/subscriptions/0" in wrong.err
    pointer = "/contract/subscriptions/1/uplift_cap_percent"
    assert waive(*several, "--field", pointer, person=CFO, role="cfo").code == 0
    verdicts = json.loads(run("--root", desk.root, "check", "signalpost-ads", "--format", "json").out)["verdicts"]
    outcomes = {each["pointer"]: each["outcome"] for each in verdicts if each["rule"] == several[1]}
    assert outcomes == {pointer: "waived", pointer.replace("1", "0"): "fail"}


@pytest.mark.parametrize(
    ("call", "given", "said"),
    [
        pytest.param((VENDOR, "risk/approved-by-the-roles"), {}, "cannot be waived by anybody", id="not waivable"),
        pytest.param(
            (VENDOR, "security/penetration-test"), {}, "Did you mean 'security/penetration-test-recent'?", id="no rule"
        ),
        pytest.param((VENDOR, "schema/required"), {}, "there is no rule 'schema/required' here", id="form"),
        pytest.param(("kittiwake", RULE), {}, "there is no vendor 'kittiwake' here", id="no vendor"),
        pytest.param(("beacon-mail", RULE), {}, f"beacon-mail does not fail {RULE}, so there is nothing", id="holds"),
        pytest.param(
            (VENDOR, RULE),
            {"person": CFO, "role": "cfo"},
            "the role cfo may not waive it; security-reviewer or executive-sponsor may",
            id="authority",
        ),
        pytest.param((VENDOR, RULE), {"until": "2027-05-22"}, "it runs for longer than the 180 days", id="term"),
        pytest.param((VENDOR, RULE), {"until": "2026-11-21"}, "--until 2026-11-21 is over already", id="over"),
        pytest.param((VENDOR, RULE), {"reason": " \n"}, "the reason is empty", id="no reason"),
        pytest.param((VENDOR, RULE), {"reason": "x" * 501}, "the reason has 501 characters", id="long reason"),
        pytest.param((VENDOR, RULE), {"person": CFO}, "gareth-whitlock does not hold the role", id="role"),
    ],
)
def test_what_would_waive_nothing_is_refused(
    desk: Desk, waive: Callable[..., Result], call: tuple[str, str], given: dict[str, str], said: str
) -> None:
    result = waive(*call, **given)
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert desk.made() == []


def test_nobody_waives_what_is_their_own(desk: Desk, waive: Callable[..., Result]) -> None:
    path = desk.root / f"vendors/{VENDOR}.yaml"
    lines = path.read_text("utf-8").splitlines()
    mine = ["  it: {owner: noor-haddad}" if line.startswith("  it: {owner: ") else line for line in lines]
    path.write_text("\n".join(mine) + "\n", "utf-8")
    desk.commit("Take it over")
    result = waive()
    assert f"noor-haddad owns {VENDOR}, and nobody waives a rule for what is their own" in result.err
    assert result.code == 2


def test_nobody_waives_what_they_propose(desk: Desk, waive: Callable[..., Result]) -> None:
    base = desk.git("rev-parse", "HEAD").strip()
    desk.edit(f"vendors/{VENDOR}.yaml", "summary: ", "summary: Anew. ")
    desk.commit("Change", author="Noor <1234+noor-haddad@users.noreply.github.com>")
    result = waive(VENDOR, RULE, "--base", base)
    assert (
        "wrote what vendors/kittiwake-social.yaml proposes, and nobody waives a rule for what they propose"
        in result.err
    )
    assert result.code == 2


def test_a_waiver_is_renewed_once(desk: Desk, waive: Callable[..., Result]) -> None:
    assert waive().code == 0
    desk.commit("Waive")
    renewed = waive(until="2027-07-31", as_of="2027-02-20")
    assert (renewed.code, "(waived now)" in renewed.out) == (0, True)
    desk.commit("Renew", day="2027-02-20")
    third = waive(until="2027-12-31", as_of="2027-07-20")
    assert (third.code, "it was renewed 2 times" in third.err) == (2, True)
    assert len(list((desk.root / DECISIONS / VENDOR).glob("*.json"))) == 2


def test_a_waiver_can_be_prepared_for_somebody_else(desk: Desk, run: Callable[..., Result]) -> None:
    call = ("waive", VENDOR, RULE, "--role", "security-reviewer", "--until", "2027-02-28", "--reason", REASON)
    result = run("--root", desk.root, *call, "--prepare", "--format", "json")
    told = json.loads(result.out)
    assert (told["by"], told["signature"], told["key"]) == (NOOR, None, None)
    assert told["next"][1].startswith(f"preflight approve {told['path']} --signature ")
    assert desk.made() == [told["path"]]
