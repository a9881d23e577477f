"""What a revocation takes back: what it names, what goes along, and what stays."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from decisions.conftest import REVOCATION, Keyring, said
from decisions.test_ruling import PATH, SIG, filed, only_fault, ruled
from preflight.decisions.statement import reference

if TYPE_CHECKING:
    from preflight.decisions.signers import Signers

AHEAD = {**REVOCATION, "facts": {}}  # its signer knew the id alone


def test_the_same_role_may_revoke(keyring: Keyring, signers: Signers) -> None:
    files = filed(keyring, said()) | filed(keyring, said(**REVOCATION, decided_on="2026-11-20"))
    decisions, faults = ruled(files, signers)
    assert [(each.statement.kind, each.state) for each in decisions] == [("approve", "revoked"), ("revoke", "in-force")]
    assert faults == ()


TWIN = {"nonce": "e" * 16}


WAIVER: dict[str, Any] = {"kind": "waive", "rule": "security/mfa", "pointer": "/security", "bounds": None}
WAIVER |= {"fingerprint": "sha256:" + "a" * 64, "valid_until": "2027-01-31", "reason": "It comes in January."}
WIDER = {**TWIN, "bounds": {"annual_cost": {"amount": 99_000, "currency": "EUR"}}}


def outcome(files: dict[str, bytes], beside: dict[str, bytes], signers: Signers, **terms: Any) -> str:
    """Return what becomes of a decision beside others that have landed: its state, or the check that it fails."""
    decisions, faults = ruled(files | beside, signers, landed=frozenset(beside), **terms)
    states: list[str] = [each.state for each in decisions if each.path in files]
    return (states or [problem.rule for path, problem in faults if path in files])[0]


def taken_back(keyring: Keyring, **facts: str) -> tuple[dict[str, bytes], str]:
    """Return a decision with what takes it back, and how that is referred to."""
    revocation = said(**{**REVOCATION, "decided_on": "2026-11-20", "facts": {**REVOCATION["facts"], **facts}})
    return filed(keyring, said()) | filed(keyring, revocation), reference(revocation)


@pytest.mark.parametrize(
    ("other", "found"),
    [
        pytest.param(TWIN, "decision/revoked", id="the same, signed twice"),
        pytest.param({**TWIN, "decided_on": "2026-11-05"}, "decision/revoked", id="the same, some days later"),
        pytest.param({**TWIN, "decided_on": "2026-11-20"}, "decision/revoked", id="the same, on that day"),
        pytest.param({**TWIN, "decided_on": "2026-11-21"}, "in-force", id="the same anew, a day later"),
        pytest.param({**WIDER, "decided_on": "2026-11-19"}, "decision/revoked", id="up to another amount"),
        pytest.param({**WIDER, "decided_on": "2026-11-20"}, "decision/revoked", id="up to another amount, on that day"),
        pytest.param({**TWIN, **WAIVER}, "in-force", id="something else"),
    ],
)
def test_what_was_signed_twice_is_taken_back_once_and_for_all(
    keyring: Keyring, signers: Signers, other: dict[str, Any], found: str
) -> None:
    """The first mail seemed lost. Whoever kept it does not bring back what was taken back."""
    there, _ = taken_back(keyring)
    assert outcome(filed(keyring, said(**other)), there, signers) == found


@pytest.mark.parametrize(
    ("other", "found"),
    [
        pytest.param({"pointer": "/security/1"}, "decision/revoked", id="of an entry that moved"),
        pytest.param({"fingerprint": "sha256:" + "b" * 64}, "decision/revoked", id="of other words"),
        pytest.param({"rule": "security/sso"}, "in-force", id="of another rule"),
    ],
)
def test_of_waivers_all_of_the_rule_go(keyring: Keyring, signers: Signers, other: dict[str, Any], found: str) -> None:
    revocation = said(**{**REVOCATION, "decided_on": "2026-11-20", "facts": {"Decision": "waive"}})
    there = filed(keyring, said(**WAIVER)) | filed(keyring, revocation)
    assert outcome(filed(keyring, said(**{**WAIVER, **TWIN, **other})), there, signers) == found


WHOSE = {"Decision": "approve", "In the role": "cfo", "Decided by": "gareth"}


@pytest.mark.parametrize(
    ("other", "found"),
    [
        pytest.param(WIDER, "decision/revoked", id="of the same person"),
        pytest.param({**WIDER, **WAIVER}, "in-force", id="something else"),
    ],
)
def test_what_goes_is_told_by_the_revocation_also_where_what_it_names_never_came(
    keyring: Keyring, signers: Signers, other: dict[str, Any], found: str
) -> None:
    """Its signer saw it in a clone. Whoever pushes the revocation leaves it out, or not."""
    revocation = filed(keyring, said(**{**REVOCATION, "decided_on": "2026-11-20", "facts": WHOSE}))
    later = {**other, "decided_on": "2026-11-03"}
    for along in ({}, filed(keyring, said())):
        assert outcome(filed(keyring, said(**later)), revocation | along, signers) == found


@pytest.mark.parametrize(
    ("day", "found"),
    [
        pytest.param("2026-11-20", "in-force", id="on that day"),
        pytest.param("2026-11-19", "decision/revoked", id="of the day before, when nobody could know of it"),
    ],
)
def test_what_says_that_it_comes_after_the_revocation_counts(
    keyring: Keyring, signers: Signers, day: str, found: str
) -> None:
    there, revocation = taken_back(keyring)
    anew = said(
        **{**WIDER, "decided_on": day, "facts": {"After 1": f"{revocation}, 2026-11-20-cfo-99999999:{'0' * 32}"}}
    )
    assert outcome(filed(keyring, anew), there, signers) == found


@pytest.mark.parametrize("other", [TWIN, WIDER])
def test_what_a_revocation_says_that_stays_stays(keyring: Keyring, signers: Signers, other: dict[str, Any]) -> None:
    """Its signer saw that there are two, and takes back one."""
    second = filed(keyring, said(**other))
    there, _ = taken_back(keyring, **{"Stays 1": reference(said(**other))})
    assert outcome(second, there, signers) == "in-force"


def test_what_stays_is_named_by_what_it_says(keyring: Keyring, signers: Signers) -> None:
    """Whoever prepares statements chooses their nonces: another one comes under the id of what stays."""
    stays, namesake = said(**TWIN), said(**WIDER)
    assert stays.id == namesake.id
    there, _ = taken_back(keyring, **{"Stays 1": reference(stays)})
    assert outcome(filed(keyring, namesake), there, signers) == "decision/revoked"


def test_what_comes_after_it_was_taken_back_is_refused_by_name(keyring: Keyring, signers: Signers) -> None:
    there = filed(keyring, said(**AHEAD, decided_on="2026-11-20"))
    _, ((path, problem),) = ruled(there | filed(keyring, said()), signers, landed=frozenset(there))
    assert (path, problem.rule) == (PATH, "decision/revoked")
    assert problem.message == "it was taken back on 2026-11-20, or another that gareth signed with it"
    assert problem.fix == "Leave out both files, and have it decided anew."


@pytest.mark.parametrize("comes_along", [False, True])
@pytest.mark.parametrize(
    ("other", "found"),
    [
        pytest.param(TWIN, "decision/revoked", id="the same"),
        pytest.param({**TWIN, **WAIVER}, "decision/revoked", id="of that day"),
        pytest.param({**WIDER, "decided_on": "2026-10-05"}, "decision/revoked", id="of before"),
        pytest.param({**TWIN, **WAIVER, "decided_on": "2026-11-03"}, "in-force", id="of another day"),
    ],
)
def test_of_what_is_taken_back_before_it_comes_the_other_goes_too(
    keyring: Keyring, signers: Signers, other: dict[str, Any], found: str, *, comes_along: bool
) -> None:
    """What it says is not known, so all goes that was signed on that day in that role, also where it comes."""
    ahead = filed(keyring, said(**AHEAD, decided_on="2026-11-20"))
    along = filed(keyring, said()) if comes_along else {}
    files = filed(keyring, said(**other))
    decisions, faults = ruled(ahead | files | along, signers, landed=frozenset(ahead))
    states: list[str] = [each.state for each in decisions if each.path in files]
    assert (states or [problem.rule for path, problem in faults if path in files])[0] == found


@pytest.mark.parametrize("arrived", [date(2026, 11, 3), date(2026, 11, 19), date(2026, 11, 21)])
@pytest.mark.parametrize("other", [TWIN, WIDER])
def test_it_goes_on_whatever_day_it_came(
    keyring: Keyring, signers: Signers, other: dict[str, Any], arrived: date
) -> None:
    """Whoever has the revocation and the other of the two brings them in whatever order is of use."""
    there, _ = taken_back(keyring)
    second = filed(keyring, said(**other))
    days = {path: date(2026, 11, 22) for path in there} | dict.fromkeys(second, arrived)
    decisions, _ = ruled(there | second, signers, landed=frozenset(days), arrived=days)
    assert [each.state for each in decisions if each.path in second] == ["revoked"]


def test_a_revocation_of_tomorrow_revokes_nothing_yet(keyring: Keyring, signers: Signers) -> None:
    files = filed(keyring, said()) | filed(keyring, said(**REVOCATION, decided_on="2026-11-30"))
    decisions, faults = ruled(files, signers)
    assert ([each.state for each in decisions], faults) == (["in-force", "not-yet"], ())


def test_another_role_may_revoke_only_if_policy_lets_it(keyring: Keyring, signers: Signers) -> None:
    other = said(**REVOCATION, role="executive-sponsor", by="helene")
    files = filed(keyring, said()) | filed(keyring, other, "ecdsa384")
    (decision,), ((_, problem),) = ruled(files, signers)
    assert decision.in_force
    assert problem.rule == "decision/revoker"
    assert problem.message == "the role executive-sponsor may not revoke what the role cfo decided"
    decisions, faults = ruled(files, signers, revokers=frozenset({"executive-sponsor"}))
    assert sorted(each.state for each in decisions) == ["in-force", "revoked"]
    assert faults == ()


def test_what_is_not_here_yet_is_taken_back_before_it_comes(keyring: Keyring, signers: Signers) -> None:
    ahead = filed(keyring, said(**AHEAD))
    assert [each.state for each in ruled(ahead, signers)[0]] == ["in-force"]
    assert outcome(filed(keyring, said()), ahead, signers) == "decision/revoked"
    # Both in one change: it is there beside what takes it back, as in every branch that has changed its mind.
    decisions, faults = ruled(ahead | filed(keyring, said()), signers, landed=frozenset())
    assert ([(each.statement.kind, each.state) for each in decisions], faults) == (
        [("approve", "revoked"), ("revoke", "in-force")],
        (),
    )


def test_only_who_may_takes_back_what_is_not_here_yet(keyring: Keyring, signers: Signers) -> None:
    other = said(**REVOCATION, role="executive-sponsor", by="helene")
    ahead = filed(keyring, other, "ecdsa384")
    (_, problem), *_ = ruled(ahead, signers)[1]
    assert problem.message == "the role executive-sponsor may not revoke what the role cfo decided"
    assert ruled(ahead, signers, revokers=frozenset({"executive-sponsor"}))[1] == ()


def test_what_is_taken_back_before_it_comes_is_no_revocation(keyring: Keyring, signers: Signers) -> None:
    """Else a revocation could be kept out, or what it revokes brought back, by naming it first."""
    names_it = {**REVOCATION, "revokes": "2026-11-02-cfo-ffffffff", "nonce": "e" * 16}
    ahead = filed(keyring, said(**names_it))
    files = ahead | filed(keyring, said()) | filed(keyring, said(**REVOCATION))
    decisions, faults = ruled(files, signers, landed=frozenset(ahead))
    assert ([each.state for each in decisions], faults) == (["revoked", "in-force", "in-force"], ())


def test_a_revocation_cannot_be_taken_back(keyring: Keyring, signers: Signers) -> None:
    again = {**REVOCATION, "revokes": "2026-11-02-cfo-ffffffff", "nonce": "e" * 16}
    files = filed(keyring, said()) | filed(keyring, said(**REVOCATION)) | filed(keyring, said(**again))
    decisions, ((_, problem),) = ruled(files, signers)
    assert [each.state for each in decisions] == ["revoked", "in-force"]
    assert problem.message == "2026-11-02-cfo-ffffffff is a revocation, which cannot be taken back"


def test_a_decision_with_a_fault_may_be_revoked_by_anybody_and_nothing_is_left_to_tell(
    keyring: Keyring, signers: Signers
) -> None:
    late = filed(keyring, said(), "old")
    assert only_fault(late, signers)[:2] == (SIG, "decision/key-validity")
    by_other = said(**REVOCATION, role="executive-sponsor", by="helene")
    (decision,), faults = ruled(late | filed(keyring, by_other, "ecdsa384"), signers)
    assert (decision.statement.kind, decision.state, faults) == ("revoke", "in-force", ())


def test_a_revocation_that_is_not_in_force_silences_nothing(keyring: Keyring, signers: Signers) -> None:
    late = filed(keyring, said(), "old")
    tomorrow = filed(keyring, said(**REVOCATION, decided_on="2026-11-23"))
    _, ((path, problem),) = ruled(late | tomorrow, signers)
    assert (path, problem.rule) == (SIG, "decision/key-validity")
    faulty = filed(keyring, said(**REVOCATION), "git")
    _, faults = ruled(late | faulty, signers)
    assert [problem.rule for _, problem in faults] == ["decision/key-validity", "decision/key"]


def test_a_mistaken_revocation_may_be_revoked(keyring: Keyring, signers: Signers) -> None:
    nothing = filed(keyring, said(**{**REVOCATION, "revokes": "2026-11-01-board-aaaaaaaa"}))
    again = {**REVOCATION, "revokes": "2026-11-02-cfo-ffffffff", "nonce": "0" * 16}
    again["facts"] = {"Stays 1": reference(said())}
    decisions, faults = ruled(filed(keyring, said()) | nothing | filed(keyring, said(**again)), signers)
    assert faults == ()
    assert [(each.statement.kind, each.state) for each in decisions] == [
        ("revoke", "in-force"),
        ("approve", "in-force"),
    ]
