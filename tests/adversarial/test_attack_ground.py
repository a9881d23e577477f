"""What the attacks start from is sound: an honest change is taken, within the same limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adversarial.ground import RECORD

if TYPE_CHECKING:
    from adversarial.ground import Ground

pytestmark = pytest.mark.usefixtures("from_the_start")  # the limits are held from the first import on


def test_an_honest_change_is_taken_within_the_limits(ground: Ground) -> None:
    ground.raise_cost(65_000)
    ground.commit("A new price list")
    said = ground.check()
    assert (said.code, said.red) == (0, []), said.err
    ground.taken(by="tomas-hedlund")


def test_a_raise_beyond_what_was_signed_is_refused(ground: Ground) -> None:
    ground.raise_cost()
    ground.commit("A new price list")
    assert [(rule, path) for rule, path, _ in ground.check().red] == [("risk/approved-by-the-roles", RECORD)]
    assert "risk/approved-by-the-roles" in ground.refused()
