"""What other records say of a vendor: a word on it is for what they said, and what stands covers for nothing else."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from adversarial.ground import RECORD, SMALL
from adversarial.test_attack_memory import proposal
from preflight import fingerprints
from preflight.commands.session import Session
from preflight.decisions import NAMESPACE
from preflight.decisions.waivers import OTHERS_SAY

if TYPE_CHECKING:
    from adversarial.ground import Ground

LEFT = "vendors/heron-push.yaml"
DEPENDS = "lifecycle/nothing-depends-on-the-retired"
LISTED = "integrations:\n"
CONNECTION = "  - {system: heron-push}\n"
NO_MONEY = "contract: {subscriptions: []}\ncost: {one_off: [], recurring: [], usage: []}\n"
SPONSOR = "helene-marchetti"


@pytest.fixture
def rejected(ground: Ground) -> Ground:
    """Return the ground with a vendor that was rejected, with which a vendor in use is still connected."""
    proposal(ground, LEFT, "{name: Heron GmbH, country: DE}", NO_MONEY)
    ground.edit(LEFT, ("status: proposed", "status: rejected"))
    reconnect(ground)
    lines = ground.keys(SPONSOR).line(f'namespaces="{NAMESPACE}"')
    ground.write("policies/allowed_signers", ground.read("policies/allowed_signers") + lines)
    ground.slip_in("Heron is rejected, and Trident still sends there", day="2026-12-10")
    return ground


def waiver(ground: Ground, day: str, nonce: str = "e" * 16) -> None:
    """Have the sponsor let stand what is said of the vendor that was rejected."""
    session = Session(ground.root, date.fromisoformat(day), quiet=True)
    rule = session.policy.rule(DEPENDS)
    assert rule is not None
    at, record = rule.rule.at, session.survey.cases["heron-push"].record
    beside = fingerprints.beside(session.policy, rule, at, session.survey.shared["heron-push"])
    said: dict[str, Any] = {"vendor": "heron-push", "rule": DEPENDS, "pointer": at, "facts": ((OTHERS_SAY, beside),)}
    said["fingerprint"] = fingerprints.of(session.policy, rule, record, at)
    when: dict[str, Any] = {"decided_on": date.fromisoformat(day), "valid_until": date(2027, 3, 1), "nonce": nonce}
    plain: dict[str, Any] = {"kind": "waive", "role": "executive-sponsor", "bounds": {}, "reason": "Until March."}
    ground.decide(SPONSOR, **plain, **said, **when)


def waive(ground: Ground, day: str) -> None:
    waiver(ground, day)
    ground.slip_in("Waived", day=day)


def disconnect(ground: Ground) -> None:
    ground.edit(SMALL, (CONNECTION, ""))
    ground.slip_in("Trident stops", day="2026-12-18")


def reconnect(ground: Ground) -> None:
    ground.edit(SMALL, (LISTED, LISTED + CONNECTION))


def held_back(ground: Ground, nonce: str = "e" * 16) -> dict[str, bytes]:
    """Have a waiver signed, and put in somebody's drawer: return its files."""
    waiver(ground, "2026-12-11", nonce)
    kept = {each: (ground.root / each).read_bytes() for each in ground.git("ls-files", "-o").split()}
    for path in kept:
        (ground.root / path).unlink()
    return kept


def refused_for(ground: Ground, user: str) -> None:
    """Hold that the gate refuses a change, for a vendor that is connected with the one that was rejected."""
    found = [(each["rule"], each["outcome"], each["message"].rpartition(" ")[2]) for each in ground.check().verdicts]
    assert (DEPENDS, "fail", user) in found
    assert DEPENDS in ground.refused()


def test_what_is_waived_of_one_record_is_waived_and_of_another_is_not(rejected: Ground) -> None:
    waive(rejected, "2026-12-11")
    disconnect(rejected)
    rejected.edit(RECORD, (LISTED, LISTED + CONNECTION))
    rejected.commit("Foghorn sends there now")
    refused_for(rejected, "foghorn-sms")


def test_a_connection_that_moves_something_else_is_another_one(rejected: Ground) -> None:
    waive(rejected, "2026-12-11")
    rejected.edit(SMALL, (CONNECTION, "  - {system: heron-push, data: [phone numbers], frequency: real-time}\n"))
    rejected.commit("Trident sends phone numbers now")
    refused_for(rejected, "trident-experiments")


def test_what_other_records_said_and_say_again_is_not_let_stand(rejected: Ground) -> None:
    waive(rejected, "2026-12-11")
    disconnect(rejected)
    reconnect(rejected)
    rejected.commit("Trident sends there again")
    refused_for(rejected, "trident-experiments")


def test_a_waiver_comes_with_what_other_records_say(rejected: Ground) -> None:
    disconnect(rejected)
    reconnect(rejected)
    waiver(rejected, "2026-12-20")
    rejected.commit("Trident sends there, waived")
    assert rejected.check().red == []
    rejected.taken()


def test_what_was_repaired_since_a_waiver_was_signed_does_not_come_back_with_it(rejected: Ground) -> None:
    """It was signed while that stood, and lay in somebody's mail when it was repaired."""
    kept = held_back(rejected)
    disconnect(rejected)
    reconnect(rejected)
    rejected.add(kept)
    rejected.commit("Trident sends there again, waived")
    refused_for(rejected, "trident-experiments")


def test_a_second_one_of_the_same_word_does_not_bring_it_back(rejected: Ground) -> None:
    """The first mail seemed lost. What the first let stand was repaired."""
    kept = held_back(rejected, "d" * 16)
    waive(rejected, "2026-12-11")
    disconnect(rejected)
    reconnect(rejected)
    rejected.add(kept)
    rejected.commit("Trident sends there again, waived")
    refused_for(rejected, "trident-experiments")


def test_what_stands_by_one_record_does_not_cover_for_another(rejected: Ground) -> None:
    """Nobody waived it; it is known, and blocks nobody but who adds to it."""
    rejected.edit(RECORD, ("Sends text", "Sends short"))
    rejected.commit("Other words")
    assert rejected.check().red == []
    rejected.edit(RECORD, (LISTED, LISTED + CONNECTION))
    rejected.commit("Foghorn sends there now")
    refused_for(rejected, "foghorn-sms")
