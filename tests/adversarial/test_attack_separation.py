"""Who proposes does not approve: whoever says what, and in however many changes."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from adversarial.ground import APPROVALS, CFO, CFO_MAIL, FOR, MALLORY, RECORD, SMALL

if TYPE_CHECKING:
    from adversarial.ground import Ground

ASKED = "risk/approved-by-the-roles"
APPROVED_ON = "  approved_on: 2026-11-30\n"
LIMITS = "policies/approvals.yaml"
PELICAN = "vendors/pelican-sms.yaml"


def proposed(
    ground: Ground, by: str, *, name: str = "Pelican SMS", reviewed: bool = False, pushed: bool = True, **life: str
) -> None:
    """Get a proposal like that of the vendor into main, written by somebody, as another vendor."""
    text = ground.read(RECORD).partition("approvals:")[0].replace("Foghorn", "Pelican").replace("foghorn", "pelican")
    text = text.replace("status: approved\n  approved_on: 2026-11-30", "status: proposed").replace("60000", "20000")
    lines = "".join(f"\n  {name}: {what}" for name, what in life.items())
    text = text.replace("name: Pelican SMS", f"name: {name}")
    if not reviewed:
        text = re.sub(r"(?m)^reviews:\n(?:[ -].*\n)+", "", text)
    ground.write(PELICAN, text.replace("proposed_on: 2026-11-23", f"proposed_on: 2026-12-22{lines}"))
    ground.commit("Propose", by=by)
    if pushed:
        ground.taken()


def approved(ground: Ground, price: int = 60_000) -> None:
    """Approve it at a price for which the CFO has to agree, and has."""
    ground.edit(PELICAN, ("status: proposed", "status: approved\n  approved_on: 2026-12-22"), ("20000", str(price)))
    ground.write(PELICAN, ground.read(PELICAN) + re.sub("2026-11-2.", "2026-12-22", APPROVALS))
    facts = tuple((title, each.replace("Foghorn", "Pelican")) for title, each in FOR.items())
    ground.decide(CFO, vendor="pelican-sms", facts=facts, decided_on=date(2026, 12, 22), nonce="8" * 16)


def take_out(ground: Ground) -> None:
    (ground.root / PELICAN).unlink()
    ground.commit("Take it out")
    ground.taken()


def refused_for_another(ground: Ground) -> None:
    """Push a change under which the word of the CFO is for another product."""
    (message,) = ground.check().of(ASKED)
    assert message.endswith(f"{CFO} on 2026-12-22, for another product or category than the record tells of now")
    assert ASKED in ground.refused()


@pytest.mark.parametrize("by", [MALLORY, CFO])
def test_who_wrote_a_proposal_agrees_to_it_in_no_later_change_either(ground: Ground, by: str) -> None:
    proposed(ground, by)
    approved(ground)
    ground.commit("Approve")
    if by == MALLORY:
        ground.taken()
        return
    (message,) = ground.check().of(ASKED)
    assert message.endswith(f"{CFO} on 2026-12-22, who proposes this change, and nobody approves what they propose")
    ground.refused()


def test_who_proposes_does_not_agree_by_the_rules_that_come_with_it_either(ground: Ground) -> None:
    """Owners lower the limit of the CFO; beside it he approves what only the new limit asks him for."""
    proposed(ground, MALLORY)
    ground.edit(LIMITS, ("annual_cost_from: 50000", "annual_cost_from: 48000"))
    approved(ground, 48_500)
    ground.commit(by=CFO)
    ground.amend()
    (message,) = ground.check().of(ASKED)
    assert message.endswith(f"{CFO} on 2026-12-22, who proposes this change, and nobody approves what they propose")
    ground.refused()


def test_who_asked_for_it_is_not_forgotten(ground: Ground) -> None:
    proposed(ground, MALLORY, proposed_by=CFO)
    ground.edit(PELICAN, (f"  proposed_by: {CFO}\n", ""))
    ground.commit()
    assert [each[0] for each in ground.check().red] == ["lifecycle/proposer-kept"]
    ground.refused()


@pytest.mark.parametrize(("by", "life"), [(CFO, {}), (MALLORY, {"proposed_by": CFO})], ids=["wrote", "asked for"])
def test_a_proposal_that_is_taken_out_and_comes_again_is_the_same(
    ground: Ground, by: str, life: dict[str, Any]
) -> None:
    proposed(ground, by, **life)
    take_out(ground)
    proposed(ground, MALLORY)
    approved(ground)
    ground.commit("Approve")
    (message,) = ground.check().of(ASKED)
    assert message.endswith(f"{CFO} on 2026-12-22, who proposes this change, and nobody approves what they propose")
    ground.refused()


def test_a_proposal_that_was_reviewed_is_not_taken_out(ground: Ground) -> None:
    """A new one would begin without what the review found."""
    proposed(ground, MALLORY, reviewed=True)
    (ground.root / PELICAN).unlink()
    ground.commit("Take it out")
    (message,) = ground.check().of("change/removed")
    assert message == "the record of pelican-sms is taken out, and what reviews and approvals in it say with it"
    ground.refused()


def test_a_proposal_is_not_taken_out_under_a_word_on_it(ground: Ground) -> None:
    """The id would be free again, with a word of the CFO for whoever comes next."""
    proposed(ground, MALLORY, proposed_by=CFO)
    approved(ground)
    (ground.root / PELICAN).unlink()
    ground.commit("Take it out, and decide about it")
    assert {"change/removed", "decision/no-vendor"} == {rule for rule, _, _ in ground.check().red}
    ground.refused()


def test_a_product_whose_name_has_another_letter_is_another_product(ground: Ground) -> None:
    """Folded for a search they are one: a long s is an s, and ß is ss."""
    proposed(ground, MALLORY, name="Pelican \N{LATIN SMALL LETTER LONG S}MS")
    approved(ground)
    ground.commit("Approve")
    refused_for_another(ground)


def test_an_alias_from_the_first_day_is_no_former_name(ground: Ground) -> None:
    """The CFO signed for a draft; what is pushed under its id is another product, which is called so, too, it says."""
    proposed(ground, MALLORY, name="Pelican Listening\naliases: [Pelican SMS]")
    approved(ground)
    ground.commit("Approve")
    refused_for_another(ground)


def test_a_former_name_is_not_that_of_a_vendor_whose_decision_has_the_same_id(ground: Ground) -> None:
    """Whoever prepares statements chooses their nonces; ids are unique among the decisions on one vendor alone."""
    ground.edit(SMALL, ("name: Trident Experiments\n", "name: Pelican SMS\n"))
    facts = tuple((title, each.replace("Foghorn", "Pelican")) for title, each in FOR.items())
    twin: dict[str, Any] = {"facts": facts, "decided_on": date(2026, 12, 22), "nonce": "8" * 8 + "1" * 8}
    ground.decide(CFO, vendor="trident-experiments", **twin)
    ground.slip_in("Trident is called Pelican SMS")
    proposed(ground, MALLORY, name="Pelican Listening\naliases: [Pelican SMS]")
    approved(ground)
    ground.commit("Approve")
    refused_for_another(ground)


def test_who_is_renamed_later_keeps_what_was_signed(ground: Ground) -> None:
    ground.edit(RECORD, ("name: Foghorn SMS\n", "name: Foghorn Messages\naliases: [Foghorn SMS]\n"))
    ground.commit("Rename")
    assert ground.check().red == []
    ground.taken()
    ground.edit(RECORD, ("name: Foghorn Messages\naliases: [", "name: Foghorn Talk\naliases: [Foghorn Messages, "))
    ground.commit("Rename once more")
    assert ground.check().red == []
    ground.taken()


def test_a_name_on_the_way_through_a_push_is_nobody_s_former_name(ground: Ground) -> None:
    """It is called what was signed in the commit by which the word lands, and something else before and after."""
    proposed(ground, MALLORY, name="Pelican Listening")
    ground.edit(PELICAN, ("name: Pelican Listening\n", "name: Pelican SMS\n"))
    approved(ground)
    ground.commit("Approve")
    ground.edit(PELICAN, ("name: Pelican SMS\n", "name: Pelican Listening\naliases: [Pelican SMS]\n"))
    ground.slip_in("As it was called")
    ground.edit(PELICAN, ("Sends text", "Sends short"))
    ground.edit(PELICAN, ("amount: 60000", "amount: 60001"))
    ground.commit("Something else")
    refused_for_another(ground)


def test_a_name_that_changes_at_once_is_refused_as_it_would_be_told_later(ground: Ground) -> None:
    """The history cannot tell a push of today from the commits of the one before, so the gate does not either."""
    proposed(ground, MALLORY)
    approved(ground)
    ground.commit("Approve")
    ground.taken()
    ground.edit(PELICAN, ("name: Pelican SMS\n", "name: Pelican Listening\naliases: [Pelican SMS]\n"))
    ground.commit("Renamed")
    refused_for_another(ground)


def test_nobody_decides_about_a_vendor_that_is_not_there(ground: Ground) -> None:
    facts = tuple((title, each.replace("Foghorn", "Pelican")) for title, each in FOR.items())
    ground.decide(CFO, vendor="pelican-sms", facts=facts, decided_on=date(2026, 12, 22), nonce="8" * 16)
    ground.commit("A word on nobody")
    assert [rule for rule, _, _ in ground.check().red] == ["decision/no-vendor"]
    assert "it is about pelican-sms, and there is no record of that id" in ground.refused()


def test_the_server_knows_who_pushes_whatever_the_author_says(ground: Ground) -> None:
    """The CFO raises the price himself, as somebody else, and had signed up to more."""
    ground.raise_cost(65_000)
    ground.commit(by=MALLORY)
    assert f"{CFO} on 2026-11-30, who proposes this change" in ground.refused(by=CFO)


@pytest.mark.parametrize("author", ["", "root@localhost", f"x{CFO_MAIL}", "gareth.whitlock+x@harbourline.example"])
def test_an_author_whom_nobody_knows_may_be_anybody(ground: Ground, author: str) -> None:
    ground.raise_cost(65_000)
    ground.git("add", "--all")
    tree = ground.git("write-tree").strip()
    person = f"a <{author}> 1797940800 +0000"
    lines = f"tree {tree}\nparent {ground.tip()}\nauthor {person}\ncommitter {person}\n\nx\n"
    head = ground.git("hash-object", "-t", "commit", "-w", "--stdin", given=lines.encode()).strip()
    (message,) = [each for each in ground.check(head).of(ASKED) if "Chief" in each]
    assert "whom policies/people.yaml does not know" in message
    ground.refused(f"{head}:refs/heads/main")


def test_capitals_make_nobody_else_of_an_author(ground: Ground) -> None:
    ground.raise_cost(65_000)
    ground.commit(by=CFO_MAIL.upper())
    assert "who proposes this change" in " ".join(ground.check().of(ASKED))


def test_who_asked_for_it_does_not_approve_it_once_the_line_is_gone(ground: Ground) -> None:
    asked = APPROVED_ON + f"  proposed_by: {CFO}\n"
    ground.edit(RECORD, (APPROVED_ON, asked))
    ground.commit()
    ground.edit(RECORD, (asked, APPROVED_ON), ("amount: 60000", "amount: 61000"))
    ground.commit()
    (message,) = ground.check("HEAD", "HEAD~1").of(ASKED)
    assert message.endswith(f"{CFO} on 2026-11-30, who proposes this change, and nobody approves what they propose")


def test_a_little_more_risk_matters_to_who_proposes_it(ground: Ground) -> None:
    """One seat more lifts no level here, and may lift that of all that the seller has with us."""
    ground.edit(RECORD, ("users: 40\n", "users: 41\n"))
    ground.commit(by=CFO)
    (message,) = ground.check().of(ASKED)
    assert "who proposes this change" in message
    ground.refused(by=CFO)
