"""Taking trust away lands at once, whatever that turns red; and nothing else slips in with it.

The vendor is approved at 60,000 EUR a year by the signature of the CFO. Without that signature it is red.
"""

from __future__ import annotations

import subprocess
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from adversarial.ground import CFO, CFO_MAIL, FOR, MALLORY, OWNERS, RECORD, SMALL, VENDOR, statement
from preflight.decisions import NAMESPACE, POLICY_NAMESPACE
from preflight.decisions.statement import parse, reference

if TYPE_CHECKING:
    from collections.abc import Callable

    from adversarial.ground import Ground
    from signing import Signer

ASKED = "risk/approved-by-the-roles"
SIGNERS, POLICY = "policies/allowed_signers", "policies/approvals.yaml"
SIGNED = f"vendors/decisions/{VENDOR}/2026-11-30-cfo-01234567.json"
PLAIN, OWNING = f'namespaces="{NAMESPACE}"', f'namespaces="{NAMESPACE},{POLICY_NAMESPACE}"'
AGAIN: dict[str, Any] = {"nonce": "9" * 16, "decided_on": date(2026, 12, 22)}
TAKEN = "TAKEN. This change only takes trust away"


def revoke(ground: Ground, by: str = CFO, role: str = "cfo", **changes: Any) -> None:
    """Write that somebody takes the word of the CFO back."""
    plain: dict[str, Any] = {"kind": "revoke", "bounds": {}, "facts": (), "reason": "Sold.", "nonce": "f" * 16}
    plain |= {"revokes": statement().id, "decided_on": date(2026, 12, 22)}
    ground.decide(by, **{**plain, "role": role, **changes})


def fingerprint(key: Signer) -> str:
    command = ["ssh-keygen", "-l", "-f", str(key.path.with_suffix(".pub"))]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[1]


def leak(ground: Ground, person: str = CFO, since: str = "2026-11-25") -> None:
    """Take the key of a person off the list, and enter it as leaked."""
    ground.edit(SIGNERS, (line(ground, person), ""))
    entry = f"leaked_keys:\n  - {{key: '{fingerprint(ground.keys(person))}', since: {since}, why: Stolen.}}\n"
    ground.write(POLICY, ground.read(POLICY) + entry)


def line(ground: Ground, person: str, which: str = "", name: str | None = None) -> str:
    return ground.keys(person, which=which).line(OWNING if person in OWNERS else PLAIN, name=name)


def loud(ground: Ground) -> str:
    """Push what has to be taken, and return what the server said to it."""
    done = ground.push()
    assert done.code == 0, done.err
    ground.git("fetch", "--quiet", "origin")
    return " ".join(each.removeprefix("remote:").strip() for each in done.err.splitlines())


def stands(ground: Ground) -> list[tuple[str, str]]:
    """Return what the gate says stands from now on; it has to let the change pass."""
    said = ground.check()
    assert said.code == 0, said.out or said.err
    return [(each["rule"], each["vendor"]) for each in said.verdicts if each.get("change") == "stands"]


# ---- What has to land ------------------------------------------------------------------------------


@pytest.mark.parametrize(("by", "role"), [(CFO, "cfo"), (OWNERS[0], "policy-owner")])
def test_a_decision_is_taken_back_although_its_vendor_turns_red(ground: Ground, by: str, role: str) -> None:
    revoke(ground, by, role)
    ground.commit("Revoke")
    assert stands(ground) == [(ASKED, VENDOR)]
    said = loud(ground)
    assert TAKEN in said
    assert ASKED in said
    whole = ground.preflight("check", "--format", "json")
    assert [each[:2] for each in whole.red] == [(ASKED, RECORD)], "it stands on the main branch"


def test_it_is_loud_on_every_page(ground: Ground) -> None:
    revoke(ground)
    ground.commit("Revoke")
    for form, words in {
        "text": "stands from now on: Chief Financial Officer has to agree",
        "github": "::error file=vendors/foghorn-sms.yaml",
        "markdown": "**This change only takes trust away, so what it turns red does not block it.** It stands from now",
    }.items():
        said = ground.check("HEAD", "origin/main", "--format", form)
        assert (said.code, words in said.out) == (0, True), said.out
        assert "PASSED: 1 red flag" in said.out
        assert "1 new (1 stands from now on)" in said.out
        assert "Cannot be merged" not in said.out


def test_a_leaked_key_is_taken_off_and_voids_what_it_signed(ground: Ground) -> None:
    leak(ground)
    ground.commit("The key of the CFO leaked")
    ground.amend()
    assert stands(ground) == [(ASKED, VENDOR)]
    assert TAKEN in loud(ground)
    ground.decide(CFO, which="new", **AGAIN)
    ground.commit("Not yet")
    assert "decision/key" in ground.refused(), "its key comes in a change before"


@pytest.mark.parametrize("name", [CFO, CFO_MAIL])
def test_the_new_key_comes_with_the_leaked_one_going(ground: Ground, name: str) -> None:
    leak(ground)
    ground.write(SIGNERS, ground.read(SIGNERS) + line(ground, CFO, "new", name))
    ground.commit("Another key for the CFO")
    ground.amend()
    assert stands(ground) == [(ASKED, VENDOR)]
    loud(ground)
    ground.decide(CFO, which="new", **AGAIN)
    ground.commit("Approve again")
    assert ground.check().red == []
    assert loud(ground) == ""


def test_an_owner_signs_that_their_own_key_goes(ground: Ground) -> None:
    """There are two owners, so that nothing else could take the key away. It was good until then, and stays told so."""
    leak(ground, OWNERS[0], since="2026-12-22")
    ground.write(SIGNERS, ground.read(SIGNERS) + line(ground, OWNERS[0], "new"))
    ground.commit("Another key for an owner")
    ground.amend()
    assert stands(ground) == []
    assert loud(ground) == ""
    assert ground.preflight("check", "--format", "json").red == []


def test_a_key_may_end_on_a_day_instead(ground: Ground) -> None:
    """What was signed and came after that day counts no more; the file that says so is not touched."""
    old = line(ground, CFO)
    ground.edit(SIGNERS, (old, old.replace(PLAIN, f'{PLAIN},valid-before="20261125Z"')))
    ground.commit("It ended")
    ground.amend()
    assert sorted(stands(ground)) == [("decision/key-validity", VENDOR), (ASKED, VENDOR)]
    loud(ground)


def test_the_end_of_a_key_is_not_forgotten_with_its_line(ground: Ground) -> None:
    old = line(ground, CFO)
    ended = old.replace(PLAIN, f'{PLAIN},valid-before="20261125Z"')
    ground.edit(SIGNERS, (old, ended))
    ground.commit("It ended")
    ground.amend()
    loud(ground)
    ground.edit(SIGNERS, (ended, ""))
    ground.commit("Tidy up")
    ground.amend()
    loud(ground)
    ground.edit(RECORD, ("Sends", "It sends"))
    ground.commit("Change a word")
    assert ASKED in ground.refused()


def test_the_end_of_a_key_brings_nothing_back_that_it_took_back(ground: Ground) -> None:
    revoke(ground)
    ground.commit("Revoke")
    assert stands(ground) == [(ASKED, VENDOR)]
    loud(ground)
    old = line(ground, CFO)
    ground.edit(SIGNERS, (old, old.replace(PLAIN, f'{PLAIN},valid-before="20261221Z"')))
    ground.commit("Its end was the day before")
    ground.amend()
    loud(ground)
    ground.edit(RECORD, ("Sends", "It sends"))
    ground.commit("Change a word")
    assert ASKED in ground.refused()


def test_a_vendor_that_is_red_already_stops_nobody(ground: Ground) -> None:
    """Else whoever keeps a vendor red would keep their approval."""
    revoke(ground, nonce="1" * 16)
    ground.commit("Revoke")
    loud(ground)
    ground.decide(CFO, **{**AGAIN, "bounds": {"annual_cost": {"amount": 1, "currency": "EUR"}}})
    other = statement(**{**AGAIN, "bounds": {"annual_cost": {"amount": 1, "currency": "EUR"}}})
    ground.commit("Approve too little")
    assert ASKED in ground.refused()
    ground.git("reset", "--quiet", "--hard", "origin/main")
    ground.add(ground.keys(CFO).files(other))
    revoke(ground, revokes=other.id, nonce="2" * 16)
    ground.commit("Both at once")
    assert ASKED in ground.refused(), "with a new approval it is no change that only takes trust away"


# ---- What does not slip in -------------------------------------------------------------------------


def with_a_dearer_record(ground: Ground) -> None:
    """The proposer raises the price, and somebody's revocation is to cover for it."""
    ground.raise_cost()


def with_a_word_in_another_record(ground: Ground) -> None:
    ground.edit(SMALL, ("summary: ", "summary: Still "))


def with_a_new_record(ground: Ground) -> None:
    text = ground.read(RECORD).partition("approvals:")[0]
    ground.write("vendors/foghorn-more.yaml", text.replace(f"id: {VENDOR}", "id: foghorn-more"))


def with_a_new_approval(ground: Ground) -> None:
    bounds = {"annual_cost": {"amount": 1, "currency": "EUR"}}
    ground.decide(CFO, nonce="3" * 16, bounds=bounds, decided_on=date(2026, 12, 22))


def with_a_rule_gone(ground: Ground) -> None:
    (ground.root / "policies/rules/contract/seller-known.yaml").unlink()


def with_a_forged_decision(ground: Ground) -> None:
    ground.add(ground.keys(MALLORY).files(statement(nonce="4" * 16)))


def with_a_file_of_no_name(ground: Ground) -> None:
    ground.write(f"vendors/decisions/{VENDOR}/notes.txt", "nothing\n")


def with_a_decision_edited(ground: Ground) -> None:
    ground.write(SIGNED, ground.read(SIGNED).replace("66000", "99000"))


def with_a_workflow(ground: Ground) -> None:
    ground.write(".github/workflows/gate.yml", "on: push\n")


SLIPPED: list[Callable[[Ground], None]] = [
    with_a_dearer_record,
    with_a_word_in_another_record,
    with_a_new_record,
    with_a_new_approval,
    with_a_rule_gone,
    with_a_forged_decision,
    with_a_file_of_no_name,
    with_a_decision_edited,
    with_a_workflow,
]


@pytest.mark.parametrize("slip", SLIPPED, ids=lambda each: each.__name__)
def test_a_revocation_covers_for_nothing_beside_it(ground: Ground, slip: Callable[[Ground], None]) -> None:
    revoke(ground)
    slip(ground)
    ground.commit()
    said = ground.check()
    assert said.code == 1, said.err
    assert not any(each.get("change") == "stands" for each in said.verdicts)
    assert ASKED in {rule for rule, _, _ in said.red}
    ground.refused()


@pytest.mark.parametrize(
    ("by", "changes", "rule"),
    [
        pytest.param(MALLORY, {}, "decision/key", id="a key that nobody has"),
        pytest.param(OWNERS[1], {"role": "architecture-board"}, "decision/revoker", id="a role that may not"),
        pytest.param(
            OWNERS[1],
            {"role": "architecture-board", "revokes": "2026-11-30-cfo-00000000"},
            "decision/revoker",
            id="what is not here yet, in a role that may not",
        ),
        pytest.param(CFO, {"decided_on": date(2026, 12, 24)}, "decision/future", id="a day to come"),
    ],
)
def test_a_revocation_that_is_no_good_takes_nothing_away(
    ground: Ground, by: str, changes: dict[str, Any], rule: str
) -> None:
    revoke(ground, by, **changes)
    ground.commit()
    assert [each[0] for each in ground.check().red] == [rule]
    ground.refused()


def test_what_was_signed_twice_does_not_bring_back_what_was_taken_back(ground: Ground) -> None:
    revoke(ground)
    ground.commit("Taken back")
    ground.taken(stands=[ASKED])
    ground.decide(CFO, nonce="7" * 16)
    ground.commit("What was left over")
    (message,) = ground.check().of(ASKED)
    assert message.endswith(f"{CFO} on 2026-11-30, revoked")
    ground.refused()


def test_a_revocation_covers_for_nothing_on_the_way(ground: Ground) -> None:
    """What is edited and put back differs in nothing at the end, and the history tells of it."""
    text = ground.read(RECORD)
    ground.edit(RECORD, ("amount: 60000", "amount: 59000"))
    revoke(ground)
    ground.commit("Taken back")
    ground.write(RECORD, text)
    ground.commit("As it was")
    assert [each[:2] for each in ground.check().red] == [(ASKED, RECORD)]
    ground.refused()


def test_what_is_taken_back_on_its_way_counts_for_nothing_when_it_comes(ground: Ground) -> None:
    """A CFO signs and mails it, thinks better of it, and somebody who has the mail merges what was signed."""
    revoke(ground, revokes="2026-12-22-cfo-fedcba98", facts=(("Stays 1", reference(statement())),))
    ground.commit("Word of the CFO", by=CFO)
    ground.taken("main")
    ground.raise_cost(90_000)
    bounds = {"annual_cost": {"amount": 90_000, "currency": "EUR"}}
    ground.decide(CFO, decided_on=date(2026, 12, 22), nonce="fedcba9876543210", bounds=bounds)
    assert ground.read(f"vendors/decisions/{VENDOR}/2026-12-22-cfo-fedcba98.json")
    ground.commit()
    assert [each[0] for each in ground.check().red] == ["decision/revoked", ASKED]
    assert "was taken back on 2026-12-22, and this with it" in ground.refused("main")


def test_keys_go_by_the_word_of_two_owners_alone(ground: Ground) -> None:
    leak(ground)
    ground.commit()
    assert "change/policy" in {rule for rule, _, _ in ground.check().red}
    ground.amend(people=OWNERS[:1])
    assert "signatures of two policy owners were wanted" in ground.refused()


def test_nobody_agrees_with_a_key_that_comes_in_the_same_change(ground: Ground) -> None:
    """A thief replaces the keys of both owners, and signs with the new ones."""
    for person in OWNERS:
        ground.edit(SIGNERS, (line(ground, person), line(ground, person, "thief")))
    ground.commit("New keys")
    ways = {"amends": ground.state("origin/main"), "into": ground.state("HEAD")}
    plain: dict[str, Any] = {"kind": "amend", "vendor": "policies", "role": "policy-owner", "bounds": {}}
    for number, person in enumerate(OWNERS):
        ground.decide(person, which="thief", nonce=f"{number}" * 16, decided_on=date(2026, 12, 22), **plain, **ways)
    ground.commit("Signed by the thief")
    assert {"change/policy", "decision/key"} <= {rule for rule, _, _ in ground.check().red}
    ground.refused()


def a_key_for_somebody_else(ground: Ground) -> None:
    ground.write(SIGNERS, ground.read(SIGNERS) + line(ground, MALLORY))


def two_keys_for_one(ground: Ground) -> None:
    ground.write(SIGNERS, ground.read(SIGNERS) + line(ground, CFO, "new") + line(ground, CFO, "newer"))


def a_key_for_more_than_before(ground: Ground) -> None:
    ground.write(SIGNERS, ground.read(SIGNERS) + ground.keys(CFO, which="new").line(OWNING))


def a_line_that_is_good_for_more(ground: Ground) -> None:
    ground.edit(SIGNERS, (f"{OWNERS[0]} {OWNING} ", f"{OWNERS[0]} "))


def another_limit(ground: Ground) -> None:
    ground.edit(POLICY, ("annual_cost_from: 50000", "annual_cost_from: 55000"))


def another_policy(ground: Ground) -> None:
    ground.edit("policies/people.yaml", ("joined: 2019-04-01", "joined: 2019-04-02"))


@pytest.mark.parametrize(
    "more",
    [
        a_key_for_somebody_else,
        two_keys_for_one,
        a_key_for_more_than_before,
        a_line_that_is_good_for_more,
        another_limit,
        another_policy,
    ],
    ids=lambda each: each.__name__,
)
def test_a_leaked_key_covers_for_no_other_change_of_the_policies(
    ground: Ground, more: Callable[[Ground], None]
) -> None:
    """Two owners have signed it all the same: so it is judged as every change of the policies is."""
    leak(ground)
    more(ground)
    ground.commit()
    ground.amend()
    assert [each[:2] for each in ground.check().red] == [(ASKED, RECORD)]
    ground.refused()


def test_what_leaked_is_not_forgotten_under_the_grace(ground: Ground) -> None:
    """To take a key off the list of leaked ones gives trust back, and comes with no grace for a revocation."""
    leak(ground, OWNERS[0], since="2026-12-22")
    ground.commit("Leaked")
    ground.amend()
    ground.taken()
    ground.write(POLICY, ground.read(POLICY).partition("leaked_keys:")[0])
    revoke(ground)
    ground.commit("Forgotten")
    ground.amend(people=OWNERS[1:])
    assert {"change/policy", ASKED} <= {rule for rule, _, _ in ground.check().red}
    ground.refused()


def test_what_leaked_agrees_to_nothing_in_the_change_that_says_so(ground: Ground) -> None:
    """The vendor is red before the change, so by the rules of the head it is no news that it is."""
    revoke(ground)
    [taken_back] = (ground.root / f"vendors/decisions/{VENDOR}").glob("*-ffffffff.json")
    ground.commit("Revoke")
    loud(ground)
    leak(ground, since="2026-12-01")
    ground.raise_cost(90_000)
    facts = (*FOR.items(), ("After 1", reference(parse(taken_back.read_bytes()))))
    ground.decide(CFO, **AGAIN, facts=facts, bounds={"annual_cost": {"amount": 200_000, "currency": "EUR"}})
    ground.commit("Leaked, and what it signed")
    ground.amend()
    assert [each[0] for each in ground.check().red] == [ASKED]
    ground.refused()


def test_the_next_change_of_the_vendor_is_judged_in_full(ground: Ground) -> None:
    """What stands from a revocation on is no licence: whoever touches the vendor has to repair it."""
    revoke(ground)
    ground.commit("Revoke")
    loud(ground)
    ground.write(RECORD, ground.read(RECORD) + "# a word more\n")
    ground.commit("Word it better")
    assert [(each["rule"], each["change"]) for each in ground.check().verdicts if each["level"] == "red-flag"] == [
        (ASKED, "known")
    ]
    ground.refused()


# ---- The day that a commit claims ------------------------------------------------------------------


@pytest.mark.parametrize("day", ["2026-12-21", "2026-12-22"])
def test_a_decision_is_good_on_the_day_of_which_history_will_tell(ground: Ground, day: str) -> None:
    """Else it would count at the gate, and not any more once it landed."""
    ground.raise_cost(90_000)
    ground.decide(CFO, **AGAIN, bounds={"annual_cost": {"amount": 200_000, "currency": "EUR"}})
    ground.commit("Dearer, and approved", day=day)
    red = [rule for rule, *_ in ground.check().red]
    assert red == ([] if day == "2026-12-22" else ["decision/future", ASKED])
    if red:
        assert "decision/future" in ground.refused()
        return
    loud(ground)
    assert ground.preflight("check", "--format", "json").red == []
