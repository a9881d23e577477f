"""What becomes of decisions later: keys that go, end or leak, and what a revocation that landed no longer hangs on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from decisions.conftest import REVOCATION, Keyring, said
from decisions.test_ruling import PATH, PEOPLE, SIG, filed, only_fault, ruled
from preflight.decisions import NAMESPACE, sshsig
from preflight.decisions.signers import Signers


def test_a_key_taken_off_the_list_keeps_what_came_while_it_was_on_it(keyring: Keyring, signers: Signers) -> None:
    nobody = Signers({})
    files = filed(keyring, said())
    assert only_fault(files, nobody)[:2] == (SIG, "decision/key")
    (decision,), faults = ruled(files, nobody, arrived={PATH: date(2026, 11, 3)}, former={PATH: signers})
    assert (decision.in_force, faults) == (True, ())
    path, check, message = only_fault(files, nobody, arrived={PATH: date(2026, 11, 3)}, former={PATH: nobody})
    assert (path, check, message[:13]) == (SIG, "decision/key", "nobody's key ")


@pytest.mark.parametrize(
    ("came", "state"),
    [(date(2026, 11, 3), "in-force"), (date(2026, 11, 4), "void"), (date(2026, 11, 5), "void"), (None, "void")],
)
def test_a_key_that_leaked_voids_what_came_since(
    came: date | None, state: str, keyring: Keyring, signers: Signers
) -> None:
    files = filed(keyring, said())
    leaked = {sshsig.parse(files[SIG]).key.fingerprint: date(2026, 11, 4)}
    arrived = {PATH: came} if came else {}
    (decision,), faults = ruled(files, signers, arrived=arrived, leaked=leaked)
    assert (decision.state, decision.in_force, faults) == (state, state == "in-force", ())


def test_what_comes_with_a_key_that_leaked_does_not_land(keyring: Keyring, signers: Signers) -> None:
    """By the day that its commit claims it would have come before, and count as soon as it landed."""
    files = filed(keyring, said())
    fingerprint = sshsig.parse(files[SIG]).key.fingerprint
    given: dict[str, Any] = {"leaked": {fingerprint: date(2026, 11, 10)}, "landed": frozenset()}
    days = {"arrived": {PATH: date(2026, 11, 12)}, "claimed": {PATH: date(2026, 11, 9)}}
    path, check, message = only_fault(files, signers, **given, **days)
    assert (path, check) == (SIG, "decision/leaked")
    assert message == f"the key {fingerprint} leaked, and nothing counts that came since 2026-11-10"


def test_a_revocation_by_a_leaked_key_goes_on_to_count(keyring: Keyring, signers: Signers) -> None:
    files = filed(keyring, said(), "ecdsa") | filed(keyring, said(**REVOCATION))
    leaked = {sshsig.parse(keyring.sign("ed25519", b"")).key.fingerprint: date(2026, 11, 1)}
    decisions, _ = ruled(files, signers, leaked=leaked)
    assert [each.state for each in decisions] == ["revoked", "in-force"], "losing a key brings nothing back"


@pytest.mark.parametrize(
    ("listed", "person"),
    [
        pytest.param('gareth namespaces="{namespace}",valid-before="20261101Z"', {}, id="the key ended the day before"),
        pytest.param('gareth namespaces="other@v1"', {}, id="the key may not sign decisions any more"),
        pytest.param('somebody-else namespaces="{namespace}"', {}, id="the key is that of somebody else"),
        pytest.param('gareth namespaces="{namespace}"', {"left": "2026-11-01"}, id="the person had left"),
        pytest.param('gareth namespaces="{namespace}"', {"roles": []}, id="the person never had the role"),
        pytest.param('gareth namespaces="{namespace}"', None, id="the person is not listed"),
        pytest.param("", {}, id="the key is not listed, and was not before"),
    ],
)
def test_a_revocation_that_landed_goes_on_to_count_whatever_becomes_of_key_and_person(
    listed: str, person: dict[str, Any] | None, keyring: Keyring, signers: Signers
) -> None:
    files = filed(keyring, said(), "ecdsa") | (revoking := filed(keyring, said(**REVOCATION)))
    path = min(revoking)
    line = f"{listed.format(namespace=NAMESPACE)} {keyring.public('ed25519')}"
    mine = sshsig.parse(keyring.sign("ed25519", b"")).key.fingerprint
    others = {fingerprint: each for fingerprint, each in signers.keys.items() if fingerprint != mine}
    later = Signers({**others, **(Signers.of(line).keys if listed else {})})
    gareth, *others = PEOPLE["people"]
    people = {**PEOPLE, "people": others if person is None else [gareth | person, *others]}
    _, faults = ruled(files, later, people)
    assert path in {wrong.removesuffix(".sig") for wrong, _ in faults}, "as a new one it would not do"
    decisions, _ = ruled(files, later, people, landed=frozenset({path}))
    assert [each.state for each in decisions if each.statement.kind == "revoke"] == ["in-force"]
    assert not any(each.in_force for each in decisions if each.statement.kind == "approve")


def test_what_is_wrong_does_not_come_in_because_it_is_taken_back_at_once(keyring: Keyring, signers: Signers) -> None:
    forged = filed(keyring, said(), "rsa")
    files = forged | filed(keyring, said(**REVOCATION))
    assert PATH in {path.removesuffix(".sig") for path, _ in ruled(files, signers, landed=frozenset())[1]}
    assert ruled(files, signers, landed=frozenset({PATH}))[1] == (), "it lay there, and has no effect"
    assert ruled(files, signers)[1] == ()


def test_a_revocation_that_landed_is_nobodys_copy(keyring: Keyring, signers: Signers) -> None:
    """Its nonce stands in its file. Another revocation with that nonce, which comes first in order, ends nothing."""
    files = filed(keyring, said(), "ecdsa") | (landed := filed(keyring, said(**REVOCATION)))
    other = said(nonce="9" * 16, role="executive-sponsor", by="helene", decided_on="2026-11-01")
    later = said(**{**REVOCATION, "revokes": other.id, "decided_on": "2026-11-01"})
    files |= filed(keyring, other, "ecdsa") | (copied := filed(keyring, later))
    decisions, faults = ruled(files, signers, landed=frozenset({PATH, min(landed)}))
    assert min(copied) in {path for path, _ in faults}
    assert [each.state for each in decisions if each.path == PATH] == ["revoked"]
    decisions, _ = ruled(files, signers, landed=frozenset({PATH, min(landed), min(copied)}))
    assert [each.state for each in decisions if each.path == PATH] == ["revoked"], "both count, once both landed"


def test_no_new_revocation_takes_the_place_of_what_landed_by_its_nonce(keyring: Keyring, signers: Signers) -> None:
    """Whoever prepares it would choose which decision counts no more."""
    landed = filed(keyring, said(), "ecdsa")
    other = said(nonce="9" * 16, role="executive-sponsor", by="helene", decided_on="2026-11-01")
    ways = {"revokes": other.id, "nonce": said().nonce, "decided_on": "2026-11-03"}
    revoking = said(**{**REVOCATION, **ways})
    files = landed | filed(keyring, other, "ecdsa") | (new := filed(keyring, revoking))
    decisions, faults = ruled(files, signers, landed=frozenset({PATH}))
    assert [each.state for each in decisions if each.path == PATH] == ["in-force"]
    assert (min(new), "decision/duplicate") in {(path, problem.rule) for path, problem in faults}
