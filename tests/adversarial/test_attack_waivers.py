"""A waiver lets stand what it was given for, as long as that stands: not what comes back, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from adversarial.ground import OWNERS, RECORD, SIGN_ON, waived

if TYPE_CHECKING:
    from adversarial.ground import Ground

WITH, WITHOUT = "sso: [saml]", "sso: []"
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
    assert said.endswith("lets nothing stand: what it let stand was repaired since, and a waiver ends by that")
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


def test_what_was_signed_long_ago_does_not_come_now(ground: Ground) -> None:
    """It was kept for a day on which it would help."""
    ground.edit(RECORD, (WITH, WITHOUT))
    ground.decide(OWNERS[0], role="security-reviewer", **{**waived(ground), "decided_on": date(2026, 11, 21)})
    ground.commit("No single sign-on, and a waiver of last month")
    assert [each[:2] for each in ground.check().red] == [(SIGN_ON, RECORD)]
    (said,) = told(ground)
    assert said.endswith("lets nothing stand: it was signed more than 14 days before it comes")
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
