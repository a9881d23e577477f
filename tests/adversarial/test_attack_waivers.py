"""A waiver lets stand what it was given for, as long as that stands: not what comes back, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from adversarial.ground import CFO, OWNERS, RECORD, SIGN_ON, TODAY, waived
from preflight import fingerprints
from preflight.commands.session import Session
from preflight.shell.documents import parse

if TYPE_CHECKING:
    from adversarial.ground import Ground

WITH, WITHOUT = "sso: [saml]", "sso: []"
TODAY_AT = 1797940800  # seconds since 1970, at noon
SELLER = "legal_entity: {name: Foghorn Messaging GmbH, country: DE, domains: [foghorn.example]}\n"
STALE, SPENT = "waiver/stale", "waiver/spent"


def waive(ground: Ground) -> None:
    """Get a vendor without single sign-on into main, by a waiver."""
    ground.edit(RECORD, (WITH, WITHOUT))
    ground.decide(OWNERS[0], role="security-reviewer", **waived(ground))
    ground.commit("No single sign-on, waived")
    ground.taken()


def told(ground: Ground) -> list[str]:
    return [each["message"] for each in ground.check().verdicts if each["rule"] in {STALE, SPENT}]


def test_what_was_repaired_is_not_let_stand_when_it_comes_back(ground: Ground) -> None:
    waive(ground)
    ground.edit(RECORD, (WITHOUT, WITH))
    ground.commit("Single sign-on is there")
    ground.taken()
    ground.edit(RECORD, (WITH, WITHOUT))
    ground.commit("It goes again")
    assert [each[:2] for each in ground.check().red] == [(SIGN_ON, RECORD)]
    (said,) = told(ground)
    assert said.endswith("it let stand was repaired since, or in the three weeks before, and a waiver ends by that")
    assert SIGN_ON in ground.refused()


def test_what_is_repaired_and_comes_back_in_one_push_is_not_let_stand(ground: Ground) -> None:
    """Nothing differs at the end; the history tells of it, and would end the waiver once it is in."""
    waive(ground)
    ground.edit(RECORD, (WITHOUT, WITH))
    ground.commit("Single sign-on is there")
    ground.edit(RECORD, (WITH, WITHOUT))
    ground.commit("And is not")
    assert [each[:2] for each in ground.check().red] == [(SIGN_ON, RECORD)]
    assert SIGN_ON in ground.refused()


def test_a_waiver_ends_in_the_push_that_brings_it_where_that_repairs_what_it_is_for(ground: Ground) -> None:
    ground.edit(RECORD, (WITH, WITHOUT))
    ground.decide(OWNERS[0], role="security-reviewer", **waived(ground))
    ground.commit("No single sign-on, waived")
    for was, now in ((WITHOUT, WITH), (WITH, WITHOUT)):
        ground.edit(RECORD, (was, now))
        ground.commit("To and fro")
    assert [each[:2] for each in ground.check().red] == [(SIGN_ON, RECORD)]
    assert SIGN_ON in ground.refused()


def test_what_stands_all_the_time_is_let_stand(ground: Ground) -> None:
    waive(ground)
    for was, now in (("Sends text", "Sends short"), ("Sends short", "Sends long")):
        ground.edit(RECORD, (was, now))
        ground.commit("Other words")
        assert ground.check().red == []
        ground.taken()


def test_a_waiver_may_land_before_what_it_is_for(ground: Ground) -> None:
    """It came by mail, and was merged first."""
    ground.edit(RECORD, (WITH, WITHOUT))
    ground.decide(OWNERS[0], role="security-reviewer", **waived(ground))
    ground.edit(RECORD, (WITHOUT, WITH))
    ground.commit("The waiver")
    ground.taken()
    ground.edit(RECORD, (WITH, WITHOUT))
    ground.commit("No single sign-on")
    assert ground.check().red == []
    ground.taken()


def test_what_a_waiver_came_for_comes_within_a_week_whatever_day_it_claims(ground: Ground) -> None:
    ground.edit(RECORD, (WITH, WITHOUT))
    ground.decide(OWNERS[0], role="security-reviewer", **{**waived(ground), "decided_on": date(2026, 12, 9)})
    ground.edit(RECORD, (WITHOUT, WITH))
    ground.slip_in("The waiver", day="2026-12-10")
    ground.edit(RECORD, (WITH, WITHOUT))
    ground.commit("No single sign-on", day="2026-12-16")
    assert [each[:2] for each in ground.check().red] == [(SIGN_ON, RECORD)]
    (said,) = told(ground)
    assert said.endswith("lets nothing stand: there was nothing to let stand within 7 days after it came")
    ground.refused()


def test_what_was_signed_long_ago_does_not_come_now(ground: Ground) -> None:
    """It was kept for a day on which it would help."""
    ground.edit(RECORD, (WITH, WITHOUT))
    ground.decide(OWNERS[0], role="security-reviewer", **{**waived(ground), "decided_on": date(2026, 11, 21)})
    ground.commit("No single sign-on, and a waiver of last month")
    assert [each[:2] for each in ground.check().red] == [(SIGN_ON, RECORD)]
    (said,) = told(ground)
    assert said.endswith("lets nothing stand: it was signed 14 days or more before it came")
    ground.refused()


@pytest.mark.parametrize(("day", "taken"), [("2026-12-21", True), ("2026-12-22", False), ("2026-12-23", False)])
def test_the_day_that_a_commit_claims_is_late_as_well(ground: Ground, day: str, *, taken: bool) -> None:
    """Two weeks end today; the history will say that it came on the day of its commit."""
    ground.edit(RECORD, (WITH, WITHOUT))
    ground.decide(OWNERS[0], role="security-reviewer", **{**waived(ground), "decided_on": date(2026, 12, 8)})
    ground.commit("No single sign-on, waived", day=day)
    if taken:
        ground.taken()
    else:
        assert SIGN_ON in ground.refused()
    assert (ground.preflight("check").code == 0) is taken


def test_what_came_late_and_alone_lets_nothing_stand_later(ground: Ground) -> None:
    ground.edit(RECORD, (WITH, WITHOUT))
    ground.decide(OWNERS[0], role="security-reviewer", **{**waived(ground), "decided_on": date(2026, 11, 21)})
    ground.edit(RECORD, (WITHOUT, WITH))
    ground.commit("A waiver of last month, alone")
    ground.taken()
    ground.edit(RECORD, (WITH, WITHOUT))
    ground.commit("No single sign-on")
    assert [each[:2] for each in ground.check().red] == [(SIGN_ON, RECORD)]
    ground.refused()


def test_what_was_over_does_not_count_again_once_the_next_word_is_taken_back(ground: Ground) -> None:
    ground.edit(RECORD, (WITH, WITHOUT))
    ground.decide(OWNERS[0], role="security-reviewer", **{**waived(ground), "decided_on": date(2026, 11, 27)})
    ground.slip_in("No single sign-on, waived", day="2026-11-28")
    ground.edit(RECORD, (WITHOUT, WITH))
    ground.slip_in("Single sign-on is there", day="2026-11-30")
    ground.edit(RECORD, (WITH, WITHOUT))
    again = {**waived(ground), "nonce": "d" * 16, "decided_on": date(2026, 12, 22)}
    second = ground.decide(OWNERS[0], role="security-reviewer", **again)
    ground.commit("It goes again, waived anew")
    ground.taken()
    taken: dict[str, Any] = {"kind": "revoke", "bounds": {}, "facts": (), "revokes": second.id, "reason": "No more."}
    ground.decide(OWNERS[0], role="security-reviewer", nonce="b" * 16, decided_on=date(2026, 12, 22), **taken)
    ground.commit("Taken back")
    ground.taken(stands=[SIGN_ON])
    verdicts = ground.preflight("check", "--format", "json").verdicts
    assert [each["outcome"] for each in verdicts if (each["rule"], each["path"]) == (SIGN_ON, RECORD)] == ["fail"]


@pytest.mark.parametrize("repaired", ["2026-12-16", "2026-12-15", "2026-12-07", "2026-12-01"])
def test_a_waiver_that_was_signed_before_the_repair_and_came_after_it_is_over(ground: Ground, repaired: str) -> None:
    """It was signed twice; what the first let stand was repaired before the second came, whatever day that claims.

    A commit may be a week older than its push, and what is signed may be dated two weeks ahead.
    """
    ground.edit(RECORD, (WITH, WITHOUT))
    seen = waived(ground)
    ground.decide(OWNERS[0], role="security-reviewer", **{**seen, "decided_on": date(2026, 11, 28)})
    ground.slip_in("No single sign-on, waived", day="2026-11-29")
    ground.edit(RECORD, (WITHOUT, WITH))
    ground.slip_in("Single sign-on is there", day=repaired)
    ground.decide(OWNERS[0], role="security-reviewer", **{**seen, "nonce": "d" * 16, "decided_on": date(2026, 12, 22)})
    ground.commit("What was left over, alone")
    ground.taken()
    ground.edit(RECORD, (WITH, WITHOUT))
    ground.commit("It goes again")
    assert [each[:2] for each in ground.check().red] == [(SIGN_ON, RECORD)]
    ground.refused()


@pytest.mark.parametrize("handed_over", ["2026-12-21", "2026-12-13"])
def test_who_owned_a_vendor_when_they_signed_does_not_waive_for_it(ground: Ground, handed_over: str) -> None:
    """It is handed over by a change of its own, before the one that brings the waiver, whatever day that claims."""
    owner = "it: {owner: kofi-mensah,"
    ground.edit(RECORD, (owner, f"it: {{owner: {OWNERS[0]},"))
    ground.slip_in("Noor owns it", day="2026-12-12")
    ground.edit(RECORD, (f"it: {{owner: {OWNERS[0]},", owner))
    ground.slip_in("Kofi owns it", day=handed_over)
    ground.edit(RECORD, (WITH, WITHOUT))
    ground.decide(OWNERS[0], role="security-reviewer", **waived(ground))
    ground.commit("No single sign-on, waived")
    assert [each[:2] for each in ground.check().red] == [(SIGN_ON, RECORD)]
    assert told(ground)[0].endswith(f"{OWNERS[0]} owned the vendor when it was signed, or in the three weeks before")
    assert SIGN_ON in ground.refused()


@pytest.mark.parametrize(
    ("landed", "again"),
    [(TODAY, 21), ("2026-12-21", 22)],
    ids=["before it came", "as it came, in a commit of the day before"],
)
def test_a_waiver_of_a_change_that_was_left_over_does_not_make_it_again(
    ground: Ground, landed: str, again: int
) -> None:
    """The CFO signed twice, because the first mail seemed lost; later the change was taken back."""
    kept, gone = SELLER, SELLER.replace(", domains: [foghorn.example]", "")
    was = ground.read(RECORD)
    ground.edit(RECORD, (kept, gone))
    policy = Session(ground.root, date(2026, 12, 22), quiet=True).policy
    rule = policy.rule("contract/seller-kept")
    assert rule is not None
    now, before = (parse(each.encode()).known for each in (ground.read(RECORD), was))
    seen: dict[str, Any] = {
        "kind": "waive",
        "bounds": {},
        "facts": (),
        "reason": "Given up.",
        "rule": rule.rule.id,
        "pointer": "/legal_entity",
        "fingerprint": fingerprints.of(policy, rule, now, "/legal_entity", before),
        "decided_on": date(2026, 12, 21),
        "valid_until": date(2027, 3, 1),
    }
    ground.decide(CFO, **seen, nonce="c" * 16)
    ground.commit("Without its domain", day=landed)
    ground.taken()
    ground.edit(RECORD, (gone, kept))
    ground.commit("With it")
    ground.taken()
    ground.edit(RECORD, (kept, gone))
    ground.decide(CFO, **{**seen, "nonce": "d" * 16, "decided_on": date(2026, 12, again)})
    ground.commit("Without it again")
    assert [each[:2] for each in ground.check().red] == [(rule.rule.id, RECORD)]
    assert "one that was signed by then came with the same change before" in " ".join(told(ground))
    ground.refused()


@pytest.mark.parametrize(
    "change",
    [
        ("name: Foghorn SMS\n", "name: Foghorn Voice\naliases: [Foghorn SMS]\n"),
        ("name: Foghorn Messaging GmbH", "name: Foghorn Messaging Ltd"),
        ("category: sms-messaging", "category: customer-data-platform"),
    ],
    ids=["product", "company", "category"],
)
def test_a_waiver_for_one_product_is_not_for_another(ground: Ground, change: tuple[str, str]) -> None:
    waive(ground)
    ground.edit(RECORD, change)
    ground.commit("Another one")
    assert SIGN_ON in {rule for rule, _, _ in ground.check().red}
    (said,) = told(ground)
    assert "the record says something else now at /" in said
    ground.refused()


@pytest.mark.parametrize(("times", "stands"), [(150, True), (250, False)])
def test_whoever_writes_a_record_over_and_over_makes_nobody_wait(ground: Ground, times: int, stands: bool) -> None:  # noqa: FBT001 - a table
    """What it said since the waiver was signed is read at every check of main, as long as the waiver runs."""
    waive(ground)
    text, who = ground.read(RECORD), f"Tomas <tomas.hedlund@harbourline.example> {TODAY_AT} +0000"
    stream = [f"reset refs/heads/often\nfrom {ground.tip()}\n"]
    for number in range(times):
        data = f"{text}# {number}\n"
        stream.append(f"commit refs/heads/often\ncommitter {who}\ndata 1\nx\n")
        stream.append(f"M 100644 inline {RECORD}\ndata {len(data.encode())}\n{data}\n")
    ground.git("fast-import", "--quiet", given="".join(stream).encode())
    ground.git("checkout", "--quiet", "often")
    found = ground.check()
    assert ([each[:2] for each in found.red] == []) is stands
    assert stands or [each["message"].rpartition(": ")[2] for each in found.verdicts if each["rule"] == SPENT] == [
        "its record was written more than 200 times since it was signed"
    ]
