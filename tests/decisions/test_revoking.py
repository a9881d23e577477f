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
    from preflight.decisions.statement import Statement

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
        pytest.param({**TWIN, "decided_on": "2026-11-22"}, "decision/revoked", id="dated two days ahead, as it seems"),
        pytest.param({**WIDER, "decided_on": "2026-11-19"}, "decision/revoked", id="up to another amount"),
        pytest.param({**WIDER, "decided_on": "2026-11-20"}, "decision/revoked", id="up to another amount, on that day"),
        pytest.param({**TWIN, **WAIVER}, "decision/revoked", id="something else in that role"),
        pytest.param({**TWIN, "vendor": "gull"}, "in-force", id="on another vendor"),
    ],
)
def test_what_was_signed_twice_is_taken_back_once_and_for_all(
    keyring: Keyring, signers: Signers, other: dict[str, Any], found: str
) -> None:
    """The first mail seemed lost. Whoever kept it does not bring back what was taken back."""
    there, _ = taken_back(keyring)
    assert outcome(filed(keyring, said(**other)), there, signers) == found


@pytest.mark.parametrize("day", ["2026-11-03", "2026-11-22"])
def test_by_its_day_alone_nothing_was_signed_later(keyring: Keyring, signers: Signers, day: str) -> None:
    """Whoever prepares a statement writes its day."""
    there = filed(keyring, said()) | filed(keyring, said(**REVOCATION))
    assert outcome(filed(keyring, said(**TWIN, decided_on=day)), there, signers) == "decision/revoked"


def test_what_was_decided_in_another_role_goes_on(keyring: Keyring, signers: Signers) -> None:
    there, _ = taken_back(keyring)
    other = filed(keyring, said(**TWIN, role="executive-sponsor", by="helene"), "ecdsa384")
    assert outcome(other, there, signers) == "in-force"


@pytest.mark.parametrize("told", ["approve", "approval", "waive", ""])
@pytest.mark.parametrize("comes_along", [False, True])
def test_how_it_is_told_of_and_whether_it_comes_decide_nothing(
    keyring: Keyring, signers: Signers, told: str, *, comes_along: bool
) -> None:
    """Whoever prepares a revocation chooses the words in it; whoever pushes it, what comes with it."""
    facts = {"Decision": told, "Decided by": "Gareth"} if told else {}
    revocation = filed(keyring, said(**{**REVOCATION, "decided_on": "2026-11-20", "facts": facts}))
    along = filed(keyring, said()) if comes_along else {}
    other = filed(keyring, said(**WIDER, decided_on="2026-11-03"))
    assert outcome(other, revocation | along, signers) == "decision/revoked"


@pytest.mark.parametrize(
    ("day", "found"),
    [
        pytest.param("2026-11-20", "in-force", id="on that day"),
        pytest.param("2026-11-22", "in-force", id="later"),
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


def stood(keyring: Keyring, signers: Signers, other: Statement, named: Statement, came: date | None) -> str:
    """Return what becomes of another decision that has come, or comes now, where a revocation says that one stays."""
    there, _ = taken_back(keyring, **{"Stays 1": reference(named)})
    files = filed(keyring, other)
    days = dict.fromkeys(there, date(2026, 11, 21)) | (dict.fromkeys(files, came) if came else {})
    return outcome(files, {**there, **(files if came else {})}, signers, arrived=days)


@pytest.mark.parametrize(
    ("came", "found"),
    [
        pytest.param(date(2026, 11, 5), "in-force", id="more than two weeks before"),
        pytest.param(date(2026, 11, 6), "revoked", id="two weeks before, as its commit says"),
        pytest.param(date(2026, 11, 19), "revoked", id="the day before, as its commit says"),
        pytest.param(date(2026, 11, 20), "revoked", id="on that day"),
        pytest.param(date(2026, 11, 21), "revoked", id="after it"),
        pytest.param(None, "decision/revoked", id="it comes now"),
    ],
)
@pytest.mark.parametrize("other", [TWIN, WIDER])
def test_what_a_revocation_says_that_stays_stays_if_it_was_there(
    keyring: Keyring, signers: Signers, other: dict[str, Any], came: date | None, found: str
) -> None:
    """Its signer saw that there are two, and takes back one. A clone may have what was never merged."""
    assert stood(keyring, signers, said(**other), said(**other), came) == found


def test_what_stays_is_named_by_what_it_says(keyring: Keyring, signers: Signers) -> None:
    """Whoever prepares statements chooses their nonces: another one comes under the id of what stays."""
    stays, namesake = said(**TWIN), said(**WIDER)
    assert stays.id == namesake.id
    assert stood(keyring, signers, namesake, stays, date(2026, 11, 18)) == "revoked"


def test_what_comes_after_it_was_taken_back_is_refused_by_name(keyring: Keyring, signers: Signers) -> None:
    there = filed(keyring, said(**AHEAD, decided_on="2026-11-20"))
    _, ((path, problem),) = ruled(there | filed(keyring, said()), signers, landed=frozenset(there))
    assert (path, problem.rule) == (PATH, "decision/revoked")
    assert problem.message == "what the role cfo had decided was taken back on 2026-11-20, and this with it"
    assert problem.fix == "Leave out both files, and have it decided anew."


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
    decisions, ((path, problem),) = ruled(files, signers, landed=frozenset(ahead))
    assert [(each.statement.kind, each.state) for each in decisions] == [("revoke", "in-force")] * 2
    assert (path, problem.rule) == (PATH, "decision/revoked")


def test_a_revocation_cannot_be_taken_back(keyring: Keyring, signers: Signers) -> None:
    again = {**REVOCATION, "revokes": "2026-11-02-cfo-ffffffff", "nonce": "e" * 16}
    files = filed(keyring, said()) | filed(keyring, said(**REVOCATION)) | filed(keyring, said(**again))
    decisions, faults = ruled(files, signers)
    assert ([each.state for each in decisions], faults) == (["revoked", "in-force", "in-force"], ())


def test_a_revocation_under_the_id_that_another_names_ends_nothing_of_it(keyring: Keyring, signers: Signers) -> None:
    """Whoever prepares statements chooses their nonces: this one has the id of what was taken back and never came."""
    there = filed(keyring, said(**REVOCATION, decided_on="2026-11-20"))
    namesake = said(**{**REVOCATION, "revokes": "2026-11-01-cfo-aaaaaaaa", "nonce": said().nonce[:8] + "0" * 8})
    assert namesake.id == said().id
    for landed_first in (filed(keyring, namesake), there):
        everything = {**there, **filed(keyring, namesake)}
        assert ruled(everything, signers, landed=frozenset(landed_first))[1] == ()
    there |= filed(keyring, namesake)
    assert outcome(filed(keyring, said(**WIDER)), there, signers) == "decision/revoked"
    assert {each.state for each in ruled(there, signers, landed=frozenset(there))[0]} == {"in-force"}


def test_a_decision_with_a_fault_is_revoked_by_its_role_and_nothing_is_left_to_tell(
    keyring: Keyring, signers: Signers
) -> None:
    late = filed(keyring, said(), "old")
    assert only_fault(late, signers)[:2] == (SIG, "decision/key-validity")
    by_other = filed(keyring, said(**REVOCATION, role="executive-sponsor", by="helene"), "ecdsa384")
    _, faults = ruled(late | by_other, signers)
    assert [problem.rule for _, problem in faults] == ["decision/key-validity", "decision/revoker"]
    for revocation, revokers in ((by_other, {"executive-sponsor"}), (filed(keyring, said(**REVOCATION)), set[str]())):
        (decision,), faults = ruled(late | revocation, signers, revokers=frozenset(revokers))
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
