"""What becomes of a decision in the history: how it was merged, what changed since, and who took it back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from commands.house import (
    ASKED,
    DAY,
    DECISION,
    OFFICER,
    RECORD,
    House,
    approval,
    merge_commit,
    propose,
    refused,
    revocation,
)
from preflight.commands.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Result
    from signing import Keys


def test_nobody_raises_the_cost_without_the_cfo(house: House) -> None:
    propose(house)
    told = house.gate()
    assert (told.code, told.red) == (1, [(ASKED, RECORD, f"{OFFICER}nobody")])


# ---- What survives which merge ------------------------------------------------------------------


def squash(house: House) -> None:
    house.git("checkout", "--quiet", "main")
    house.git("merge", "--quiet", "--squash", "topic")
    house.commit("Squashed", day="2026-05-21")


def rebase(house: House) -> None:
    house.git("rebase", "--quiet", "main", "topic", day="2026-05-21")
    house.git("checkout", "--quiet", "main")
    house.git("merge", "--quiet", "--ff-only", "topic")


def cherry_pick(house: House) -> None:
    house.git("checkout", "--quiet", "main")
    house.git("cherry-pick", "main..topic", day="2026-05-21")


@pytest.mark.parametrize("way", [merge_commit, squash, rebase, cherry_pick])
def test_an_approval_survives_every_way_of_merging(house: House, signer: Keys, way: Callable[[House], None]) -> None:
    propose(house)
    house.add(signer("ida-holm").files(approval()))
    house.commit("Word of the CFO")
    assert house.gate().red == []
    house.git("checkout", "--quiet", "main")
    house.write("README.md", "Another change came first.\n")
    house.commit("Meanwhile", "carl-brun")
    before = house.git("rev-parse", "main").strip()
    way(house)
    after = house.plain()
    assert (after.code, after.red) == (0, [])
    pushed = house.gate(base=before, head="main")  # as a server sees the push
    assert (pushed.code, pushed.red) == (0, [])


# ---- What voids it, and what does not -----------------------------------------------------------


def test_a_typo_that_the_cfo_corrects_later_voids_nothing(house: House, signer: Keys) -> None:
    house.record(60_000)
    house.add(signer("ida-holm").files(approval()))
    house.commit("Raise")
    house.topic()
    house.record(60_000, summary="Sends the news letters, and tells how they were read.")
    house.commit("Words", "ida-holm")
    told = house.gate()
    assert (told.code, told.red) == (0, [])


def test_a_raise_beyond_the_bounds_voids_at_once(house: House, signer: Keys) -> None:
    house.record(60_000)
    house.add(signer("ida-holm").files(approval()))
    house.commit("Raise")
    house.topic()
    house.record(70_000)
    house.commit("To the bound")
    assert house.gate().red == []
    house.record(70_001)
    house.commit("Beyond")
    found = "ida-holm on 2026-05-20, up to 70,000 EUR, and it is 70,001 EUR a year now"
    message = f"Chief Financial Officer has to agree (70,001 EUR a year, asked from 50,000 EUR on); found: {found}"
    told = house.gate()
    assert (told.code, told.red) == (1, [(ASKED, RECORD, message)])


# ---- What is taken back, out or edited ----------------------------------------------------------


def test_a_fault_that_was_merged_is_silenced_by_a_revocation(house: House, signer: Keys) -> None:
    wrong = approval(repository="another")
    house.add(signer("ida-holm").files(wrong))
    house.commit("Forced through")
    assert [each[:2] for each in house.plain().red] == [("decision/repository", DECISION)]
    house.topic()
    house.add(signer("ida-holm").files(revocation(wrong)))
    house.commit("Taken back")
    assert (house.gate().code, house.plain().red) == (0, [])


def test_what_was_revoked_does_not_come_back(house: House, signer: Keys) -> None:
    given = signer("ida-holm").files(approval())
    house.add(given)
    house.commit("Word of the CFO")
    taken = signer("ida-holm").files(revocation(approval(), decided_on=date(2026, 5, 22)))
    house.add(taken)
    house.commit("Taken back", day="2026-05-22")
    propose(house)
    found = "ida-holm on 2026-05-20, revoked"
    assert (ASKED, RECORD, OFFICER + found) in house.gate().red
    for path in taken:  # the revocation taken out, and the approval put there again
        (house.root / path).unlink()
    house.commit("Quietly")
    house.add(given)
    house.commit("Again")
    told = house.gate()
    assert (ASKED, RECORD, OFFICER + found) in told.red
    message = "This decision was merged, and is taken out here; the folder is only added to"
    assert {each for each in told.red if each[0] == "decision/append-only"} == {
        ("decision/append-only", path, message) for path in taken
    }


def test_a_merged_decision_is_not_edited(house: House, signer: Keys) -> None:
    house.record(60_000)
    house.add(signer("ida-holm").files(approval()))
    house.commit("Raise")
    house.topic()
    house.write(DECISION, (house.root / DECISION).read_bytes().replace(b"70000", b"95000"))
    house.commit("More")
    told = house.gate()
    message = "This decision was merged, and is edited here; the folder is only added to"
    assert told.code == 1
    assert ("decision/append-only", DECISION, message) in told.red


def test_a_decision_alone_makes_its_vendor_judged(house: House, signer: Keys) -> None:
    house.record(60_000)
    house.add(signer("ida-holm").files(approval()))
    house.commit("Raise")
    house.topic()
    house.add(signer("ida-holm").files(revocation(approval(), decided_on=date(2026, 5, 22))))
    house.commit("Taken back")
    told = house.gate()
    assert told.red == [(ASKED, RECORD, f"{OFFICER}ida-holm on 2026-05-20, revoked")]
    assert (told.code, [each["change"] for each in told.verdicts if each["rule"] == ASKED]) == (0, ["stands"])


def test_nobody_ends_a_revocation_by_a_decision_with_its_nonce(house: House, signer: Keys) -> None:
    house.add(signer("ida-holm").files(approval()))
    house.commit("Word of the CFO")
    house.add(signer("ida-holm").files(revocation(approval(), decided_on=date(2026, 5, 22))))
    house.commit("Taken back", day="2026-05-22")
    copied = signer("carl-brun").files(
        approval(by="carl-brun", role="executive-sponsor", nonce="f" * 16, decided_on=date(2026, 5, 1))
    )
    path = next(iter(copied))
    told = refused(house, copied, "ida-holm on 2026-05-20, revoked")
    taken = f"vendors/decisions/acme/{revocation(approval(), decided_on=date(2026, 5, 22)).id}.json"
    assert told == [("decision/duplicate", path, f"its nonce is that of {taken}: one of the two was copied")]


def test_in_a_shallow_clone_it_is_not_known_when_a_decision_came(
    house: House, signer: Keys, tmp_path: Path, run: Callable[..., Result]
) -> None:
    house.record(60_000)
    house.add(signer("ida-holm").files(approval()))
    house.commit("Raise", day="2001-01-01")  # before the decision, if it were believed
    house.write("README.md", "More\n")
    house.commit("More")
    house.git("clone", "--quiet", "--depth", "1", house.root.as_uri(), str(tmp_path / "shallow"))
    whole, cut = (
        Session(root, date(2026, 6, 1), quiet=True).verified.arrived for root in (house.root, tmp_path / "shallow")
    )
    assert (whole[DECISION], dict(cut)) == (date(2026, 5, 20), {})
    result = run("--root", tmp_path / "shallow", "check", "--base", "HEAD", as_of=DAY)
    assert (result.code, result.out) == (2, "")
    assert "this clone is shallow, so what changed cannot be known" in result.err
