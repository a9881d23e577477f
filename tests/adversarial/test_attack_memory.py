"""Money that records told of once: whatever way a change took it out, the log has it, and the next one is judged by it.

The rule that keeps entries in a record is put out of the way by going past the gate; what comes after meets the log.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml

from adversarial.ground import SMALL, TODAY

if TYPE_CHECKING:
    from collections.abc import Callable

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
    entity = b"legal_entity: {name: 7, parent: [], domains: {}}\n"
    lives = (b"7", b"[]", b"{status: [live]}", b"{status: {}}", b"{status: proposed}", b"{}")
    shapes = (b"lifecycle: %b\n%b" % (life, entity) for life in lives)
    for number, broken in enumerate((b"\xff\xfe", b"status: [", b"- lifecycle\n", b"lifecycle\n", *shapes)):
        ground.write(SMALL, broken)
        ground.slip_in(f"Broken {number}", "2026-12-19")
    ground.write(SMALL, text)
    ground.slip_in("Whole again", "2026-12-20")
    fee(ground)
    ground.commit()
    assert ground.check().red == []
    ground.taken()


# ---- Who belongs to whom ------------------------------------------------------------------------

OTHER, THIRD = "vendors/trident-push.yaml", "vendors/storm-voice.yaml"
MONEY = (
    "lifecycle",
    "contract",
    "cost",
    "approvals",
    "readiness",
    "usage",
    "evidence",
    "reviews",
    "aliases",
    "id",
    "name",
)
PROPOSAL = "id: {id}\nname: {id}\nlifecycle: {{status: proposed, proposed_on: {day}, it_involved_on: {day}}}\n"
TERM = """contract:
  subscriptions:
    - product: V
      starts: 2026-12-01
      ends: 2027-11-30
      auto_renews: false
      price: {amount: 30000, currency: EUR}
      per: year
"""


def proposal(ground: Ground, path: str, entity: str, more: str = "") -> None:
    """Propose another vendor, like Trident but for its seller."""
    blocks = re.split(r"(?m)^(?=[a-z_]+:)", ground.read(SMALL))[1:]
    kept = [each for each in blocks if not each.startswith(tuple(f"{name}:" for name in (*MONEY, "legal_entity")))]
    head = PROPOSAL.format(id=path.removeprefix("vendors/").removesuffix(".yaml"), day=TODAY)
    ground.write(path, f"{head}legal_entity: {entity}\n{more}{''.join(kept)}")


def named(ground: Ground) -> str:
    """Return how the record of Trident names its company."""
    return str(yaml.safe_load(ground.read(SMALL))["legal_entity"]["name"])


def give_up(ground: Ground) -> None:
    (ground.root / OTHER).unlink()


def leave_out(ground: Ground) -> None:
    ground.edit(OTHER, (", parent: Storm AB", ""))


@pytest.mark.parametrize("forget", [give_up, leave_out])
@pytest.mark.parametrize("at_once", [True, False])
def test_a_company_belongs_to_its_parent_though_the_proposal_that_said_so_is_gone(
    ground: Ground,
    forget: Callable[[Ground], None],
    at_once: bool,  # noqa: FBT001 - whether it goes in the change that profits from it
) -> None:
    proposal(ground, OTHER, f"{{name: {named(ground)}, parent: Storm AB}}")
    ground.commit("Propose another one of the company")
    ground.taken()
    forget(ground)
    if not at_once:
        ground.commit("It is not of Storm")
        ground.taken()
    proposal(ground, THIRD, "{name: Storm AB}", TERM)
    ground.commit("Propose one of its parent")
    said = ground.check()
    assert ("risk/no-split-purchase", THIRD) in [each[:2] for each in said.red]
    assert any("trident-experiments" in each for each in said.of("risk/no-split-purchase"))
    assert "risk/no-split-purchase" in ground.refused()


def test_companies_that_nobody_ever_put_together_stay_apart(ground: Ground) -> None:
    proposal(ground, THIRD, "{name: Storm AB}", TERM)
    ground.commit("Propose one of a company that nobody knows")
    assert ground.check().of("risk/no-split-purchase") == []
    ground.taken()


def test_what_is_remembered_does_not_pass_for_what_was_known(ground: Ground) -> None:
    """By memory alone Trident belonged to a house for which the CFO was missing: check of main said nothing of it."""
    proposal(ground, OTHER, f"{{name: {named(ground)}, parent: Foghorn Messaging GmbH}}")
    ground.slip_in("A proposal", "2026-12-20")
    give_up(ground)
    ground.slip_in("Not this one", "2026-12-20")
    assert ground.preflight("check", "--format", "json").red == []
    proposal(ground, THIRD, f"{{name: {named(ground)}}}", TERM.replace("30000", "9000"))
    ground.commit()
    assert (ASKED, SMALL) in [each[:2] for each in ground.check().red]
    ground.refused()
