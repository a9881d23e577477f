"""What other records say of a vendor: nobody lets it stand, and what stands covers for nothing else."""

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
    ground.edit(SMALL, (LISTED, LISTED + CONNECTION))
    lines = ground.keys(SPONSOR).line(f'namespaces="{NAMESPACE}"')
    ground.write("policies/allowed_signers", ground.read("policies/allowed_signers") + lines)
    ground.slip_in("Heron is rejected, and Trident still sends there", day="2026-12-10")
    return ground


def refused_for(ground: Ground, user: str) -> None:
    """Hold that the gate refuses a change, for a vendor that is connected with the one that was rejected."""
    found = [(each["rule"], each["outcome"], each["message"].rpartition(" ")[2]) for each in ground.check().verdicts]
    assert (DEPENDS, "fail", user) in found
    assert DEPENDS in ground.refused()


def test_nobody_waives_what_other_records_say(rejected: Ground) -> None:
    session = Session(rejected.root, date(2026, 12, 20), quiet=True)
    rule = session.policy.rule(DEPENDS)
    assert rule is not None
    at, record = rule.rule.at, session.survey.cases["heron-push"].record
    beside = fingerprints.beside(session.policy, rule, at, session.survey.shared["heron-push"])
    said: dict[str, Any] = {"vendor": "heron-push", "rule": DEPENDS, "pointer": at, "facts": ((OTHERS_SAY, beside),)}
    said |= {"fingerprint": fingerprints.of(session.policy, rule, record, at), "nonce": "e" * 16}
    when: dict[str, Any] = {"decided_on": date(2026, 12, 20), "valid_until": date(2027, 3, 1)}
    plain: dict[str, Any] = {"kind": "waive", "role": "executive-sponsor", "bounds": {}, "reason": "Until March."}
    rejected.decide(SPONSOR, **plain, **said, **when)
    rejected.edit(RECORD, (LISTED, LISTED + CONNECTION))
    rejected.commit("Foghorn sends there now, waived")
    idle = [each["message"] for each in rejected.check().verdicts if each["rule"] == "waiver/not-waivable"]
    assert idle[0].endswith(f"lets nothing stand: the rule {DEPENDS} cannot be waived by anybody")
    refused_for(rejected, "foghorn-sms")


def test_what_stands_by_one_record_does_not_cover_for_another(rejected: Ground) -> None:
    """Nobody waived it; it is known, and blocks nobody but who adds to it."""
    rejected.edit(RECORD, ("Sends text", "Sends short"))
    rejected.commit("Other words")
    assert rejected.check().red == []
    rejected.edit(RECORD, (LISTED, LISTED + CONNECTION))
    rejected.commit("Foghorn sends there now")
    refused_for(rejected, "foghorn-sms")


@pytest.mark.parametrize(
    "more",
    [
        pytest.param("system: heron-push, data: [phone numbers], frequency: real-time", id="it moves more"),
        pytest.param("system: heron-push}\n  - {system: heron-push, direction: in", id="there is another one"),
    ],
)
def test_what_stands_of_a_connection_does_not_cover_for_another_of_the_same_vendor(rejected: Ground, more: str) -> None:
    rejected.edit(SMALL, (CONNECTION, f"  - {{{more}}}\n"))
    rejected.commit("Trident sends more now")
    refused_for(rejected, "trident-experiments")


def test_of_two_connections_one_is_taken_out(rejected: Ground) -> None:
    rejected.edit(SMALL, (CONNECTION, CONNECTION + "  - {system: heron-push, data: [phone numbers]}\n"))
    rejected.slip_in("Trident sends phone numbers, too", day="2026-12-12")
    rejected.edit(SMALL, (CONNECTION, ""))
    rejected.commit("One is gone")
    assert rejected.check().red == []
    rejected.taken()
