"""Decisions that are forged, moved, replayed or hidden, and the word of somebody used for something else.

The tests of trust in tests/commands say what is said of each, beside it: keys (test_trust_keys.py), statements
(test_trust_statements.py), people (test_trust_people.py), bounds (test_trust_history.py). Lines of allowed_signers that
OpenSSH skips are in test_attack_policies.py, what merging leaves of an approval in test_decisions_that_land.py.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from adversarial.ground import CFO, FOR, MALLORY, OWNERS, RECORD, SMALL, VENDOR, statement, tells
from preflight.decisions import NAMESPACE, POLICY_NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Callable

    from adversarial.ground import Ground

ASKED = "risk/approved-by-the-roles"
SIGNED = f"vendors/decisions/{VENDOR}/2026-11-30-cfo-01234567.json"
SELLER = "legal_entity: {name: Foghorn Messaging GmbH, country: DE, domains: [foghorn.example]}\n"
WIDE: dict[str, Any] = {"bounds": {"annual_cost": {"amount": 900_000, "currency": "EUR"}}, "nonce": "fedcba9876543210"}


def forged(ground: Ground) -> None:
    """Sign in the name of the CFO, with a key of one's own."""
    ground.add(ground.keys(MALLORY).files(statement(**WIDE)))


def widened(ground: Ground) -> None:
    """Write wider bounds into what the CFO signed."""
    files = ground.keys(CFO).files(statement(**WIDE))
    path, signature = files
    ground.add({path: files[path].replace(b"900000", b"999999"), signature: files[signature]})


def unsigned(ground: Ground) -> None:
    """Leave the signature out."""
    path, _ = files = ground.keys(CFO).files(statement(**WIDE))
    ground.write(path, files[path])


def borrowed(ground: Ground) -> None:
    """Put the signature of one statement beside another."""
    path, signature = ground.keys(CFO).files(statement(**WIDE))
    ground.write(path, ground.keys(CFO).files(statement(**WIDE))[path])
    ground.write(signature, ground.read(f"{SIGNED}.sig"))


def renamed(ground: Ground) -> None:
    """Copy a decision under another name, as if it were a second one."""
    for ending in ("", ".sig"):
        ground.write(SIGNED.replace("01234567", "76543210") + ending, ground.read(SIGNED + ending))


def linked(ground: Ground) -> None:
    """Let the signature be whatever a link leads to."""
    path, signature = files = ground.keys(CFO).files(statement(**WIDE))
    ground.write(path, files[path])
    (ground.root / signature).symlink_to("/dev/stdin")


def swollen(ground: Ground) -> None:
    """Write more than anybody reads."""
    path, signature = files = ground.keys(CFO).files(statement(**WIDE))
    ground.add({path: files[path] + b" " * 2_000_000, signature: files[signature]})


def deep(ground: Ground) -> None:
    """Nest until a reader gives up."""
    path, signature = files = ground.keys(CFO).files(statement(**WIDE))
    ground.add({path: b'{"facts": ' + b"[" * 3_000, signature: files[signature]})


def shouted(ground: Ground) -> None:
    """Give the file a name that only some machines take for the same."""
    files = ground.keys(CFO).files(statement(**WIDE))
    ground.add({path.replace(".json", ".JSON"): data for path, data in files.items()})


def meant_for_git(ground: Ground) -> None:
    """Take a signature that the CFO made for something else: here for a commit."""
    ground.decide(CFO, namespace="git", **WIDE)


def meant_for_policies(ground: Ground) -> None:
    """Take one that was made for the policies."""
    ground.decide(CFO, namespace=POLICY_NAMESPACE, **WIDE)


def of_another_registry(ground: Ground) -> None:
    """Bring what the CFO signed for the copy of the registry in which everybody tries things out."""
    ground.decide(CFO, repository="harbourline-trial", **WIDE)


def misaligned(ground: Ground) -> None:
    """Corrupt a length in the signature: that of the key."""
    path, signature = files = ground.keys(CFO).files(statement(**WIDE))
    begin, first, *rest = files[signature].split(b"\n")
    ground.add({path: files[path], signature: b"\n".join([begin, first[:16] + b"/" + first[17:], *rest])})


def converted(ground: Ground) -> None:
    """Write the lines of the statement as Windows does."""
    path, signature = files = ground.keys(CFO).files(statement(**WIDE))
    ground.add({path: files[path].replace(b"\n", b"\r\n"), signature: files[signature]})


FORGERIES: dict[Callable[[Ground], None], set[str]] = {
    forged: {"decision/key"},
    widened: {"decision/signature"},
    unsigned: {"decision/signature"},
    borrowed: {"decision/signature"},
    renamed: {"decision/name"},
    linked: {"decision/signature", "file/kind"},
    swollen: {"decision/size"},
    deep: {"decision/statement"},
    shouted: {"file/name"},
    meant_for_git: {"decision/namespace"},
    meant_for_policies: {"decision/namespace"},
    of_another_registry: {"decision/repository"},
    misaligned: {"decision/signature"},
    converted: {"decision/statement"},
}


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda each: each.__name__)
def test_nobody_else_makes_the_word_of_the_cfo(ground: Ground, forge: Callable[[Ground], None]) -> None:
    ground.raise_cost()
    forge(ground)
    ground.commit()
    said = ground.check()
    assert said.code == 1, said.err
    found = {rule: (path, line) for rule, path, line in said.red}
    assert found.keys() >= {ASKED, *FORGERIES[forge]}
    assert all(found[rule][0].startswith(f"vendors/decisions/{VENDOR}/") for rule in FORGERIES[forge])
    assert all(line > 0 for _, line in found.values())
    assert tells(ground.refused(), ((rule, *place) for rule, place in found.items()))


NARROW = f"{CFO} on 2026-11-30, up to 66,000 EUR, and it is 70,000 EUR a year now"


def still_asked(ground: Ground, message: str) -> None:
    """See that the CFO is still asked, at the line of the approvals, and what is said of who signed."""
    said = ground.check()
    place = ground.line("approvals:")
    assert said.code == 1, said.err
    assert (ASKED, RECORD, place) in said.red
    assert said.of(ASKED)[0].endswith(message)
    assert tells(ground.refused(), said.red)


def test_the_word_that_ran_out_is_nobody_s_word(ground: Ground) -> None:
    ground.raise_cost(70_000)
    ground.decide(CFO, valid_until=date(2026, 12, 21), **WIDE)
    ground.commit()
    still_asked(ground, f"{CFO} on 2026-11-30, run out")


def test_two_keys_of_one_person_are_one_person(ground: Ground) -> None:
    asked = "  - role: cfo\n    annual_cost_from: 50000\n"
    ground.edit("policies/approvals.yaml", (asked, f"{asked}    people: 2\n"))
    ground.write("policies/allowed_signers", ground.read("policies/allowed_signers") + second_key(ground))
    ground.slip_in("Two people")
    ground.raise_cost(70_000)
    ground.decide(CFO, **WIDE)
    ground.decide(CFO, which="second", **{**WIDE, "nonce": "0" * 16})
    ground.commit()
    still_asked(ground, f"{CFO}, and 2 people are asked; {NARROW}")


def second_key(ground: Ground) -> str:
    return ground.keys(CFO, which="second").line(f'namespaces="{NAMESPACE}"')


def test_a_key_of_the_same_change_signs_nothing(ground: Ground) -> None:
    ground.write("policies/allowed_signers", ground.read("policies/allowed_signers") + second_key(ground))
    ground.raise_cost(70_000)
    said = ground.decide(CFO, which="second", **WIDE)
    ground.commit()
    red = ground.check().red
    assert ("change/policy", "policies/allowed_signers", 1) in red
    path = f"vendors/decisions/{VENDOR}/{said.id}.json.sig"
    assert ("decision/key", path, 1) in red
    still_asked(ground, NARROW)


def test_a_role_of_the_same_change_is_not_held(ground: Ground) -> None:
    held = "      - {role: security-reviewer, from: 2020-10-01}\n"  # by one of the owners
    ground.edit("policies/people.yaml", (held, f"{held}      - {{role: cfo, from: 2020-01-01}}\n"))
    ground.raise_cost(70_000)
    said = ground.decide(OWNERS[0], **WIDE)
    ground.commit()
    red = ground.check().red
    assert ("change/policy", "policies/people.yaml", 1) in red
    path = f"vendors/decisions/{VENDOR}/{said.id}.json"
    assert ("decision/role", path, ground.line('"role"', path)) in red
    still_asked(ground, NARROW)


def test_the_word_of_the_record_is_no_signature(ground: Ground) -> None:
    ground.raise_cost()
    word = f"  - {{role: cfo, by: {CFO}, date: 2026-12-20}}\n"
    ground.write(RECORD, ground.read(RECORD) + word)
    ground.commit()
    (message,) = ground.check().of(ASKED)
    assert "by the word of the record alone, and a signature is asked" in message
    ground.refused()


# ---- The word of somebody, used for something else -------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["name: Mallory Ltd", "name: Foghorn Messaging Holding GmbH", "trading_name: Foghorn Messaging GmbH"],
    ids=["another", "one like it", "none"],
)
def test_what_was_signed_for_one_company_approves_no_other(ground: Ground, name: str) -> None:
    """The id stays, and with the old name among the aliases nothing else tells."""
    entity = f"{name}, country: DE".replace("trading_name: Foghorn Messaging GmbH, ", "")
    ground.edit(
        RECORD,
        ("name: Foghorn SMS\n", "name: Mallory Text\naliases: [Foghorn SMS]\n"),
        ("name: Foghorn Messaging GmbH, country: DE", entity),
    )
    ground.commit()
    (message,) = ground.check().of(ASKED)
    assert message.endswith(f"{CFO} on 2026-11-30, for another company than the record names now")
    said = ground.refused()
    assert "contract/seller-kept" in said or "contract/seller-known" in said


@pytest.mark.parametrize(
    ("country", "said"),
    [
        ("country: LI", "for another company than the record names now"),
        ("parent: Foghorn AG", "for another company than the record names now"),
    ],
    ids=["another", "none"],
)
def test_what_was_signed_for_one_country_approves_no_namesake_in_another(
    ground: Ground, country: str, said: str
) -> None:
    ground.edit(RECORD, ("country: DE", country))
    ground.commit()
    assert ground.check().of(ASKED)[0].endswith(f"{CFO} on 2026-11-30, {said}")
    ground.refused()


def test_what_was_signed_for_one_product_approves_no_other(ground: Ground) -> None:
    """Between the word and the approval the proposal may change: it becomes another product of the seller."""
    ground.edit(RECORD, ("category: sms-messaging", "category: customer-data-platform"))
    ground.commit()
    assert (
        ground.check()
        .of(ASKED)[0]
        .endswith(f"{CFO} on 2026-11-30, for another product or category than the record tells of now")
    )
    ground.edit(
        RECORD,
        ("category: customer-data-platform", "category: sms-messaging"),
        ("name: Foghorn SMS\n", "name: Foghorn Ledger\n"),
    )
    ground.commit()
    assert ground.check().of(ASKED)[0].endswith("for another product or category than the record tells of now")
    ground.refused()
    ground.edit(RECORD, ("name: Foghorn Ledger\n", "name: Foghorn Ledger\naliases: [foghorn sms]\n"))
    ground.commit()
    assert ground.check().of(ASKED) == []


def test_a_statement_that_names_no_country_is_no_word_on_a_company(ground: Ground) -> None:
    ground.raise_cost(90_000)
    bounds = {"annual_cost": {"amount": 200_000, "currency": "EUR"}}
    facts = tuple(each for each in FOR.items() if each[0] != "Country")
    ground.decide(CFO, facts=facts, nonce="9" * 16, decided_on=date(2026, 12, 22), bounds=bounds)
    ground.commit()
    assert "without saying for what: vendor, category, company and its country" in ground.check().of(ASKED)[0]
    ground.refused()


def test_another_way_of_writing_a_company_is_the_same_company(ground: Ground) -> None:
    ground.edit(RECORD, ("name: Foghorn Messaging GmbH", 'name: "FOGHORN Messaging, G.m.b.H."'))
    ground.commit()
    assert ground.check().red == []


def test_a_sign_in_a_name_makes_another_company_of_it(ground: Ground) -> None:
    ground.edit(RECORD, ("name: Foghorn Messaging GmbH", "name: Foghorn & Messaging GmbH"))
    ground.commit()
    assert ground.check().of(ASKED)[0].endswith("for another company than the record names now")
    ground.refused()


def test_the_word_on_one_vendor_is_not_moved_to_another(ground: Ground) -> None:
    ground.edit(SMALL, ("amount: 46000", "amount: 56000"))
    for ending in ("", ".sig"):
        ground.write(SIGNED.replace(VENDOR, "trident-experiments") + ending, ground.read(SIGNED + ending))
    ground.commit()
    assert {"decision/vendor", ASKED} <= {rule for rule, _, _ in ground.check().red}
    ground.refused()


def test_purchases_in_slices_are_one_purchase(ground: Ground) -> None:
    """A second record of the same company, each below the limit of the CFO."""
    text = ground.read(RECORD).partition("approvals:")[0].replace("amount: 60000", "amount: 45000")
    second = text.replace(f"id: {VENDOR}", "id: foghorn-more").replace("name: Foghorn SMS", "name: More")
    second = second.replace("status: approved\n  approved_on: 2026-11-30", "status: proposed")
    ground.write("vendors/foghorn-more.yaml", second)
    ground.commit()
    red = {each[:2] for each in ground.check().red}
    assert (ASKED, RECORD) in red
    ground.refused()


@pytest.mark.parametrize(
    ("change", "red"),
    [
        pytest.param(
            ("proposed_on: 2026-11-23", "proposed_on: 2020-01-01"), "lifecycle/proposal-dated-truly", id="day"
        ),
        pytest.param(("  proposed_on: 2026-11-23\n", ""), "lifecycle/proposal-dated-truly", id="no day"),
        pytest.param((SELLER, ""), "contract/seller-known", id="seller taken out"),
        pytest.param(("Foghorn Messaging GmbH", "Foghorn Messaging Ltd"), ASKED, id="another legal form"),
    ],
)
def test_what_the_limits_rest_on_is_not_rewritten(ground: Ground, change: tuple[str, str], red: str) -> None:
    ground.edit(RECORD, change)
    ground.commit()
    assert red in {rule for rule, _, _ in ground.check().red}
    ground.refused()


def test_money_from_before_the_proposal_needs_the_signature_of_today(ground: Ground) -> None:
    """A contract of half a million that is said to have ended years ago, and one of a euro after it."""
    old = "{product: Old, starts: 2020-01-01, ends: 2020-12-31, auto_renews: false, notice_days: 0, per: term, "
    ground.edit(
        RECORD, ("  subscriptions:\n", f"  subscriptions:\n    - {old}price: {{amount: 500000, currency: EUR}}}}\n")
    )
    ground.commit()
    assert ASKED in {rule for rule, _, _ in ground.check().red}
    ground.refused()


# ---- Waivers, and taking back ----------------------------------------------------------------------


def waiver(**changes: Any) -> dict[str, Any]:
    plain = {"kind": "waive", "bounds": {}, "facts": (), "rule": "security/single-sign-on", "reason": "Later."}
    plain |= {"pointer": "/security/access/sso", "fingerprint": "sha256:" + "0" * 64, "nonce": "e" * 16}
    return {**plain, "valid_until": date(2027, 3, 1), "decided_on": date(2026, 12, 20), **changes}


def test_nobody_waives_that_somebody_has_to_agree(ground: Ground) -> None:
    ground.raise_cost()
    ground.decide(CFO, **waiver(rule=ASKED, pointer="/approvals"))
    ground.commit()
    assert ASKED in [rule for rule, _, _ in ground.check().red]
    ground.refused()


@pytest.mark.parametrize("attack", ["another finding", "another role", "by the one who proposes"])
def test_a_waiver_covers_what_was_seen_and_by_whom_it_may_be(ground: Ground, attack: str) -> None:
    ground.edit(RECORD, ("sso: [saml]", "sso: []"))
    if attack == "another role":
        ground.decide(CFO, **waiver())
    else:
        ground.decide(OWNERS[0], role="security-reviewer", **waiver())
    ground.commit(by=OWNERS[0] if attack == "by the one who proposes" else MALLORY)
    assert "security/single-sign-on" in [rule for rule, _, _ in ground.check().red]
    assert "security/single-sign-on" in ground.refused()


def revoke(ground: Ground) -> None:
    """Let the CFO take his word back, and the price come down with it."""
    ground.edit(RECORD, ("amount: 60000", "amount: 40000"))
    taken: dict[str, Any] = {
        "kind": "revoke",
        "bounds": {},
        "facts": (),
        "revokes": statement().id,
        "reason": "Too dear.",
    }
    ground.decide(CFO, nonce="f" * 16, decided_on=date(2026, 12, 1), **taken)
    ground.commit("Revoke")
    ground.taken()


def test_what_was_revoked_does_not_come_back_under_a_new_name(ground: Ground) -> None:
    revoke(ground)
    ground.edit(RECORD, ("amount: 40000", "amount: 60000"))
    renamed(ground)
    ground.commit()
    assert {"decision/name", ASKED} <= {rule for rule, _, _ in ground.check().red}
    ground.refused()


def test_a_merge_that_takes_the_side_before_a_revocation_does_not_undo_it(ground: Ground) -> None:
    before = ground.tip()
    revoke(ground)
    head = ground.grow(ground.tip(f"{before}^{{tree}}"), ground.tip(), before)
    assert {"decision/append-only", ASKED} <= {rule for rule, _, _ in ground.check(head).red}
    assert "decision/append-only" in ground.refused(f"{head}:refs/heads/main")


def test_a_decision_is_not_taken_out_and_put_back(ground: Ground) -> None:
    """Nothing differs at the end, but the decision came anew: on another day, under the keys and roles of that day."""
    revoke(ground)
    before = ground.tip()
    kept = {path: path.read_bytes() for path in ground.root.glob(f"vendors/decisions/{VENDOR}/*-ffffffff.json*")}
    assert len(kept) == 2
    for path in kept:
        path.unlink()
    ground.commit()
    for path, data in kept.items():
        path.write_bytes(data)
    ground.commit()
    assert ground.git("diff", "--name-only", before, "HEAD") == ""
    assert "decision/append-only" in {rule for rule, _, _ in ground.check().red}
    assert "decision/append-only" in ground.refused()


def test_a_decision_that_came_anew_does_not_ride_with_a_revocation(ground: Ground) -> None:
    """What only takes trust away lands; what was taken out and put back on the way does not land with it."""
    revoke(ground)
    kept = {path: path.read_bytes() for path in ground.root.glob(f"vendors/decisions/{VENDOR}/*-ffffffff.json*")}
    for path in kept:
        path.unlink()
    ground.commit()
    for path, data in kept.items():
        path.write_bytes(data)
    taken: dict[str, Any] = {"kind": "revoke", "bounds": {}, "facts": (), "revokes": statement().id, "reason": "Again."}
    ground.decide(CFO, nonce="e" * 16, decided_on=date(2026, 12, 2), **taken)
    ground.commit()
    assert "decision/append-only" in {rule for rule, _, _ in ground.check().red}
    assert "decision/append-only" in ground.refused()


def test_a_branch_from_before_a_revocation_is_judged_with_it(ground: Ground) -> None:
    """As a forge does that compares the branch itself, and not its merge."""
    before = ground.tip()
    revoke(ground)
    ground.git("checkout", "--quiet", before)
    ground.raise_cost(61_000)
    ground.commit()
    assert f"{CFO} on 2026-11-30, revoked" in " ".join(ground.check().of(ASKED))
