"""Waivers at the gate: what they let stand, until when, and by whom."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from commands.house import PLAIN, RECORD, House, approval, merge_commit
from preflight import fingerprints
from preflight.commands.session import Session

if TYPE_CHECKING:
    from preflight.decisions.statement import Statement
    from preflight.model import Json
    from signing import Keys

REPORT = "security/certification-current"


def unproven(house: House, **changes: Json) -> None:
    """Let acme be without the report that is asked."""
    house.record(40_000, security={"certifications": [{"standard": "soc2-type2", "held": False}]}, **changes)


def waiver(house: House, by: str = "ruth-lang", **changes: Any) -> Statement:
    """Return a waiver of what the working tree says."""
    session = Session(house.root, date(2026, 6, 1), quiet=True)
    rule = session.policy.rule(REPORT)
    assert rule is not None
    case = session.case(session.file(next(each for each in session.entries if each.path == RECORD)))
    plain = {
        "kind": "waive",
        "role": "security-reviewer",
        "by": by,
        "bounds": {},
        "rule": REPORT,
        "pointer": rule.rule.at,
        "fingerprint": fingerprints.of(session.policy, rule, case.record, rule.rule.at),
        "valid_until": date(2026, 6, 30),
        "reason": "The report comes in June.",
    }
    return approval(**{**plain, **changes})


def test_a_waived_finding_stands_until_its_day(house: House, signer: Keys) -> None:
    house.topic()
    unproven(house)
    house.commit("No report")
    assert [each[0] for each in house.gate().red] == [REPORT]
    said = waiver(house)
    house.add(signer("ruth-lang").files(said))
    house.commit("Waived")
    told = house.gate()
    assert (told.code, told.red, told.waived) == (0, [], [(REPORT, said.id)])
    merge_commit(house)
    assert (house.plain(as_of="2026-06-30").code, house.plain(as_of="2026-06-30").waived) == (0, [(REPORT, said.id)])
    late = house.plain(as_of="2026-07-01")
    assert (late.code, [each[0] for each in late.red]) == (1, [REPORT])
    path = f"vendors/decisions/acme/{said.id}.json"
    message = f"The waiver of {REPORT} by ruth-lang lets nothing stand: it ran out on 2026-06-30"
    assert ("waiver/expired", path, message) in late.warnings


def test_nobody_waives_what_they_propose(house: House, signer: Keys) -> None:
    house.topic()
    unproven(house)
    house.commit("No report", "ruth-lang")
    said = waiver(house)
    house.add(signer("ruth-lang").files(said))
    house.commit("Waived")
    told = house.gate()
    message = f"The waiver of {REPORT} by ruth-lang lets nothing stand: ruth-lang proposes the change"
    assert (told.code, [each[0] for each in told.red], told.waived) == (1, [REPORT], [])
    assert ("waiver/proposer", f"vendors/decisions/acme/{said.id}.json", message) in told.warnings


def test_who_waived_may_correct_a_typo_later(house: House, signer: Keys) -> None:
    unproven(house)
    house.add(signer("ruth-lang").files(waiver(house)))
    house.commit("No report")
    house.topic()
    unproven(house, summary="Sends the news letters, and tells how they were read.")
    house.commit("Words", "ruth-lang")
    told = house.gate()
    assert (told.code, told.red, [rule for rule, _ in told.waived]) == (0, [], [REPORT])


def test_a_term_is_a_term_though_its_key_ended_since(house: House, signer: Keys) -> None:
    """Else whoever has a key ended as of some day gives everybody the terms back that were signed with it."""
    house.amend("waivers", lambda value: {**value, "renewals": 0})
    unproven(house)
    house.add(signer("ruth-lang", which="first").files(waiver(house, nonce="a" * 16)))
    lines = (house.root / "policies/allowed_signers").read_text("utf-8")
    ended = signer("ruth-lang", which="first").line('valid-before="20260519Z"', PLAIN)
    house.write("policies/allowed_signers", lines + signer("ruth-lang", which="first").line(PLAIN))
    house.commit("No report")
    again = waiver(house, decided_on=date(2026, 5, 25), nonce="b" * 16)
    house.add(signer("ruth-lang").files(again))
    told = "lets nothing stand: it was renewed 1 time; at most 0 times is allowed"
    message = f"The waiver of {REPORT} by ruth-lang {told}"
    path = f"vendors/decisions/acme/{again.id}.json"
    house.commit("Waived again", day="2026-05-25")
    assert ("waiver/renewals", path, message) in house.plain().warnings
    house.write("policies/allowed_signers", lines + ended)
    house.commit("The first key is over", day="2026-05-26")
    late = house.plain()
    assert [each[0] for each in late.red] == [REPORT, "decision/key-validity"]
    assert ("waiver/renewals", path, message) in late.warnings
    assert [each for each in late.warnings if "2026-05-20" in each[1]] == []
