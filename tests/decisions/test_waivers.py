"""Which waivers let something stand, and why the others do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from preflight.decisions import Decision, State
from preflight.decisions.statement import Statement
from preflight.decisions.waivers import authorities, waivers
from preflight.model import Examples, Level, Rule, Waiver

ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
POLICY = {
    "longest_days": 90,
    "renewals": 1,
    "authority": [
        {"role": "security", "domains": ["security"]},
        {"role": "sponsor"},
        {"role": "lead", "levels": ["warning"]},
    ],
}


def rule(name: str = "security/mfa", level: Level = Level.RED_FLAG, *, waivable: bool = True, each: str = "") -> Rule:
    return Rule(
        id=name, title="T", answers=(), level=level, waivable=waivable, at="/a", each=each, when="", condition="true",
        message="M", why="W", fix="F", examples=Examples("2026-01-01", (), ()),
    )  # fmt: skip


LISTED = "security/listed"
KNOWN = (rule(), rule("risk/late"), rule("security/never", waivable=False), rule(LISTED, each="/list"))
RULES = {each.id: each for each in KNOWN}
DAY = date(2026, 5, 1)


def waived(state: State = "in-force", days: int = 30, **changes: Any) -> Decision:
    plain: dict[str, Any] = {
        "kind": "waive",
        "repository": "r",
        "vendor": "acme",
        "role": "security",
        "by": "ruth",
        "decided_on": DAY,
        "rules": "a" * 40,
        "nonce": "0" * 16,
        "rule": "security/mfa",
        "pointer": "/a",
        "fingerprint": ONE,
        "reason": "Soon.",
    }
    said = Statement(**{**plain, **changes, "valid_until": changes.get("decided_on", DAY) + timedelta(days)})
    path = f"vendors/decisions/{said.vendor}/{said.id}.json"
    return Decision(said.id, path, said, "SHA256:x", touched=False, identified=False, state=state)


def idle(*decisions: Decision, policy: Any = POLICY) -> list[tuple[str, str]]:
    return [(each.check, each.why) for each in waivers(decisions, policy, RULES)[1]]


def test_a_good_waiver_is_given_to_its_vendor() -> None:
    decision = waived()
    until = DAY + timedelta(30)
    expected = Waiver(decision.id, "security/mfa", "/a", ONE, until, "ruth", decision.path)
    assert waivers([decision], POLICY, RULES) == ({"acme": (expected,)}, ())


@pytest.mark.parametrize(
    ("decision", "check", "why"),
    [
        pytest.param(waived("void"), "key", "its key leaked", id="leaked"),
        pytest.param(waived(rule="a/b"), "rule", "there is no rule a/b", id="no rule"),
        pytest.param(
            waived(rule="security/never"), "not-waivable", "the rule security/never cannot be waived by anybody",
            id="not waivable",
        ),
        pytest.param(
            waived(rule="risk/late"), "authority", "the role security may not waive it; sponsor may",
            id="another domain",
        ),
        pytest.param(
            waived(role="lead"), "authority", "the role lead may not waive it; security or sponsor may",
            id="another level",
        ),
        pytest.param(
            waived(days=91), "term", "it runs for longer than the 90 days that a waiver may last", id="too long",
        ),
        pytest.param(waived("expired"), "expired", "it ran out on 2026-05-31", id="run out"),
    ],
)  # fmt: skip
def test_it_says_why_a_waiver_lets_nothing_stand(decision: Decision, check: str, why: str) -> None:
    assert idle(decision) == [(check, why)]


def test_the_longest_term_is_allowed() -> None:
    assert idle(waived(days=90)) == []


@pytest.mark.parametrize("state", ["revoked", "not-yet"])
def test_nobody_has_to_do_anything_about_what_was_taken_back_or_is_to_come(state: State) -> None:
    assert waivers([waived(state)], POLICY, RULES) == ({}, ())


def test_without_a_policy_nobody_may_waive() -> None:
    assert idle(waived(), policy=None) == [("authority", "the role security may not waive it; nobody may")]


def test_other_kinds_waive_nothing() -> None:
    assert waivers([waived(kind="approve")], POLICY, RULES) == ({}, ())


def later(months: int, state: State = "in-force", **changes: Any) -> Decision:
    return waived(state, decided_on=DAY + timedelta(30 * months), nonce=f"{months}" * 16, **changes)


def test_a_waiver_is_renewed_only_so_often() -> None:
    chain = [waived("expired"), later(1, "expired"), later(2)]
    assert idle(*chain[:2]) == [("expired", "it ran out on 2026-06-30")]  # of the older nothing is said
    assert idle(chain[0], later(1)) == []
    assert idle(*chain) == [("renewals", "it was renewed 2 times; at most 1 time is allowed")]
    assert idle(*reversed(chain)) == idle(*chain)


def test_another_place_or_another_content_does_not_make_it_another_finding() -> None:
    first = waived("expired", pointer="/list/0/x")
    second = later(1, "expired", pointer="/list/3/x")  # the item moved
    third = later(2, pointer="/list/3/x", fingerprint=TWO)  # and was changed
    assert [check for check, _ in idle(first, second, third)] == []
    assert [check for check, _ in idle(first, second, later(2, pointer="/list/7/x"))] == ["renewals"]


@pytest.mark.parametrize("pointer", ["/list/0/x/deep", "/list", "/elsewhere/0", ""])
def test_a_rule_about_a_list_is_waived_by_whatever_place_one_chain(pointer: str) -> None:
    """Its waiver holds for the item, wherever the statement says that it stands."""
    chain = [waived("expired", rule=LISTED, pointer="/list/0/x"), later(1, "expired", rule=LISTED, pointer="/list/0/x")]
    again = later(2, rule=LISTED, pointer=pointer)
    assert [check for check, _ in idle(*chain, again)] == ["renewals"]


def moved(number: int, day: int, state: State = "expired") -> Decision:
    """Return a waiver for 90 days of an item that stands elsewhere by then and says a word more."""
    place, content = f"/list/{number}/x", "sha256:" + f"{number}" * 64
    return waived(
        state, 90, decided_on=DAY + timedelta(day), pointer=place, fingerprint=content, nonce=f"{number}" * 16
    )


def test_an_item_that_moves_and_says_a_word_more_is_not_waived_for_longer() -> None:
    assert idle(moved(1, 0), moved(2, 90, "in-force")) == [("expired", "it ran out on 2026-07-30")]
    third = idle(moved(1, 0), moved(2, 90), moved(3, 181, "in-force"))
    assert third[-1] == ("renewals", "it was renewed 2 times; at most 1 time is allowed")
    # What was waived long ago is no reason, and neither is what was taken back at once.
    assert idle(moved(1, 0), moved(2, 500, "in-force"))[1:] == []
    back = [
        replace(moved(number, day, "revoked"), revoked_on=DAY + timedelta(day)) for number, day in ((1, 0), (2, 80))
    ]
    assert idle(*back, moved(3, 181, "in-force")) == []


@pytest.mark.parametrize("day", [80, 90, 100])
def test_a_term_counts_whole_however_early_it_is_signed(day: int) -> None:
    """Of 90 days each: signed before the second is over, a third one goes on past the most that two may last."""
    two = [moved(1, 0), moved(2, day, "in-force")]
    assert [check for check, _ in idle(*two)] == ["expired"]
    third = idle(*two, moved(3, day + 85, "in-force"))
    assert third[-1] == ("renewals", "it was renewed 2 times; at most 1 time is allowed")


def test_waivers_of_a_day_each_are_no_way_to_go_on() -> None:
    """One for each change would do: the gate looks at nothing in between."""
    days = [replace(moved(number, 30 * number, "expired")) for number in range(7)]
    brief = [replace(each, statement=replace(each.statement, valid_until=each.statement.decided_on)) for each in days]
    last = replace(brief[-1], state="in-force")
    assert idle(*brief[:-1], last)[-1] == ("renewals", "it was renewed 2 times; at most 1 time is allowed")


@pytest.mark.parametrize(
    ("last", "days", "reasons"), [(359, 180, ["renewals"]), (330, 120, []), (360, 1, ["renewals"])]
)
def test_a_long_term_after_many_short_ones_counts_to_its_end(last: int, days: int, reasons: list[str]) -> None:
    policy = {**POLICY, "longest_days": 180}
    short = [moved(number, 82 * number) for number in range(5)]
    brief = [replace(each, statement=replace(each.statement, valid_until=each.statement.decided_on)) for each in short]
    one = moved(5, last, "in-force")
    long = replace(one.statement, valid_until=one.statement.decided_on + timedelta(days))
    found = idle(*brief, replace(one, statement=long), policy=policy)
    assert [check for check, _ in found if check != "expired"] == reasons


def test_what_is_taken_back_after_it_ran_out_was_a_term_all_the_same() -> None:
    first = replace(moved(1, 0, "revoked"), revoked_on=DAY + timedelta(181))
    third = idle(first, moved(2, 90), moved(3, 181, "in-force"))
    assert third[-1] == ("renewals", "it was renewed 2 times; at most 1 time is allowed")


def test_waivers_of_two_places_are_two() -> None:
    both = [waived(pointer="/list/0"), waived(pointer="/list/1", fingerprint=TWO, nonce="1" * 16)]
    good, nothing = waivers(both, POLICY, RULES)
    assert ([each.pointer for each in good["acme"]], nothing) == (["/list/0", "/list/1"], ())


def test_who_may_waive_depends_on_domain_and_level() -> None:
    assert authorities(rule(), POLICY) == ["security", "sponsor"]
    assert authorities(rule(level=Level.WARNING), POLICY) == ["security", "sponsor", "lead"]
    assert authorities(rule("risk/late"), POLICY) == ["sponsor"]
