"""What was signed still counts on the server, whichever way a change is merged; and for no more than was signed."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from adversarial.ground import CFO, OWNERS, RECORD, SIGN_ON, tells, waived

if TYPE_CHECKING:
    from collections.abc import Callable

    from adversarial.ground import Ground

ASKED = "risk/approved-by-the-roles"
DAY = "2026-12-20"  # two days ago
BOUND: dict[str, Any] = {"bounds": {"annual_cost": {"amount": 72_000, "currency": "EUR"}}, "nonce": "fedcba9876543210"}


def merge(ground: Ground) -> None:
    ground.git("merge", "--quiet", "--no-ff", "-m", "Merge", "topic")


def squash(ground: Ground) -> None:
    ground.git("merge", "--quiet", "--squash", "topic")
    ground.commit("Squashed")


def rebase(ground: Ground) -> None:
    ground.git("rebase", "--quiet", "main", "topic")
    ground.git("checkout", "--quiet", "main")
    ground.git("merge", "--quiet", "--ff-only", "topic")


def cherry_pick(ground: Ground) -> None:
    ground.git("cherry-pick", "main..topic")


WAYS = [merge, squash, rebase, cherry_pick]


def landed(ground: Ground, way: Callable[[Ground], None], propose: Callable[[Ground], None]) -> None:
    """Propose on a branch of its own, while another change comes first, and push what is merged in that way."""
    ground.git("checkout", "--quiet", "-b", "topic")
    propose(ground)
    ground.git("checkout", "--quiet", "main")
    ground.write("README.md", "Another change came first.\n")
    ground.commit("Meanwhile", day=DAY)
    ground.taken("main")
    way(ground)
    assert ground.git("diff", "main", "topic", "--", "vendors") == ""
    ground.taken("main")
    assert ground.main() == ground.tip("main")


def outcomes(ground: Ground, rule: str) -> set[str]:
    """What all of main says of a rule about the vendor."""
    said = ground.preflight("check", "--format", "json")
    verdicts = json.loads(said.out)["verdicts"]
    return {each["outcome"] for each in verdicts if (each["rule"], each["path"]) == (rule, RECORD)}


@pytest.mark.parametrize("way", WAYS, ids=lambda each: each.__name__)
def test_an_approval_counts_on_the_server_however_it_was_merged(ground: Ground, way: Callable[[Ground], None]) -> None:
    def propose(ground: Ground) -> None:
        ground.raise_cost(70_000)
        ground.commit("Raise", day=DAY)
        ground.decide(CFO, decided_on=date(2026, 12, 20), **BOUND)
        ground.commit("Word of the CFO", by=CFO, day=DAY)

    landed(ground, way, propose)
    assert "fail" not in outcomes(ground, ASKED)
    ground.edit(RECORD, ("amount: 70000", "amount: 72000"))
    ground.commit("Up to what was signed")
    ground.taken("main")
    ground.edit(RECORD, ("amount: 72000", "amount: 72001"))
    ground.commit("Beyond it")
    said = ground.check()
    assert (said.code, said.red) == (1, [(ASKED, RECORD, ground.line("approvals:"))])
    assert tells(ground.refused("main"), said.red)


@pytest.mark.parametrize("way", WAYS, ids=lambda each: each.__name__)
def test_a_waiver_counts_on_the_server_however_it_was_merged(ground: Ground, way: Callable[[Ground], None]) -> None:
    def propose(ground: Ground) -> None:
        ground.edit(RECORD, ("sso: [saml]", "sso: []"))
        ground.commit("No single sign-on", day=DAY)
        assert [each[0] for each in ground.check().red] == [SIGN_ON]
        ground.decide(OWNERS[0], role="security-reviewer", **waived(ground))
        ground.commit("Waived", by=OWNERS[0], day=DAY)

    landed(ground, way, propose)
    assert outcomes(ground, SIGN_ON) == {"waived"}
    ground.edit(RECORD, ("Sends text messages", "Sends short messages"))
    ground.commit("Other words")
    ground.taken("main")
    assert outcomes(ground, SIGN_ON) == {"waived"}
