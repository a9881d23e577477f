"""Money that records told of once: whatever way a change took it out, the log has it, and the next one is judged by it.

The rule that keeps entries in a record is put out of the way by going past the gate; what comes after meets the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adversarial.ground import SMALL, TODAY

if TYPE_CHECKING:
    from adversarial.ground import Ground

ASKED = "risk/approved-by-the-roles"
RECURRING = "cost:\n  recurring:\n"
SUPPORT = "    - {kind: support, amount: {amount: 44000, currency: EUR}, per: year, team: growth-marketing}\n"
FEE = f"    - {{kind: licence, amount: {{amount: 1500, currency: EUR}}, date: {TODAY}, team: growth-marketing}}\n"
ONCE = "  one_off:\n"


def fee(ground: Ground) -> None:
    """Buy a little more of the same seller: Trident costs 47,740 EUR a year, and the CFO is asked from 50,000 on."""
    ground.edit(SMALL, (ONCE, ONCE + FEE))


def test_it_may_buy_a_little_more(ground: Ground) -> None:
    fee(ground)
    ground.commit()
    assert ground.check().red == []
    ground.taken()


@pytest.mark.parametrize(
    ("came", "gone", "refused"),
    [
        pytest.param("2026-06-01", "2026-12-20", True, id="taken out the day before yesterday"),
        pytest.param("2025-06-01", "2025-09-23", False, id="taken out before the days that are looked at"),
    ],
)
def test_what_a_record_told_of_once_counts_a_year_long(ground: Ground, came: str, gone: str, refused: bool) -> None:  # noqa: FBT001 - a table
    """Main begins anew on the first of these days, so that no commit before claims to be later."""
    begun = ground.grow(ground.tip("HEAD^{tree}"), day="2025-01-01")
    ground.git("checkout", "--quiet", "-B", "main", begun)
    ground.git("config", "receive.denyNonFastForwards", "false", at=ground.server)
    ground.git("fetch", "--quiet", "../clone", "+main:main", at=ground.server)
    ground.edit(SMALL, (RECURRING, RECURRING + SUPPORT))
    ground.slip_in("Support", came)
    ground.edit(SMALL, (SUPPORT, ""))
    ground.slip_in("No support", gone)
    fee(ground)
    ground.commit()
    if not refused:
        ground.taken()
        return
    said = ground.check()
    assert (ASKED, SMALL) in [each[:2] for each in said.red]
    assert "some of it told by earlier versions of the record alone" in said.of(ASKED)[0]
    assert ASKED in ground.refused()


def test_a_version_that_nobody_can_read_any_more_stops_nothing(ground: Ground) -> None:
    text = ground.read(SMALL)
    for number, broken in enumerate((b"\xff\xfe", b"status: [", b"id: trident-experiments\nlifecycle: 7\n")):
        ground.write(SMALL, broken)
        ground.slip_in(f"Broken {number}", "2026-12-19")
    ground.write(SMALL, text)
    ground.slip_in("Whole again", "2026-12-20")
    fee(ground)
    ground.commit()
    assert ground.check().red == []
    ground.taken()
