"""The four levels of risk: which is higher."""

from __future__ import annotations

import pytest

from preflight.levels import LEVELS, highest, rank


def test_levels_are_ranked_from_low_to_critical() -> None:
    assert LEVELS == ("low", "medium", "high", "critical")
    assert [rank(level) for level in LEVELS] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("levels", "wanted"),
    [
        (["low", "critical", "high"], "critical"),
        ([None, "medium", None], "medium"),
        ([None], "low"),
        ([], "low"),
    ],
)
def test_the_highest_counts_and_what_is_not_known_says_nothing(levels: list[str | None], wanted: str) -> None:
    assert highest(levels) == wanted
