"""What a seller was paid in any year, by all that records ever said, is never more than limits are held against.

One step makes room, the next one fills it: there are dozens of such pairs, and nobody thinks of all. So histories are
made by chance, and each is held against what all of its versions say. ``--histories`` says how many.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from adversarial.histories import history, judge
from adversarial.spend import most

if TYPE_CHECKING:
    from adversarial.histories import History

CHANGES = 40
NOISE = 500  # rounding, leap days, and a term that is a day too long


def is_missed(made: History) -> bool:
    return most(made) > made.counted * 1.02 + NOISE


def told(seed: int, made: History) -> str:
    """Return a history for whoever has to find out what went by."""
    lines = [f"history {seed}: {most(made):,.0f} within a year, and {made.counted:,.0f} are counted"]
    for vendor, versions in made.versions.items():
        for day, record in versions:
            lines.append(f"{day} {vendor} {json.dumps(record['lifecycle'])}")
            lines += [f"    {json.dumps(each)}" for each in record["contract"]["subscriptions"]]
            lines += [f"    {name} {json.dumps(each)}" for name, listed in record["cost"].items() for each in listed]
    return "\n".join(lines)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.function is test_no_history_spends_more_than_is_counted:
        metafunc.parametrize("seed", range(metafunc.config.getoption("--histories")))


def test_no_history_spends_more_than_is_counted(seed: int) -> None:
    for made in history(seed, CHANGES):
        assert not is_missed(made), told(seed, made)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_goes_in_is_counted(seed: int) -> None:
    """The log alone is enough: rules that keep entries in a record make it true, and nothing is forgotten without."""
    for made in history(seed, CHANGES, gate=False):
        assert not is_missed(made), told(seed, made)


def test_what_the_log_adds_is_nothing_where_entries_were_kept() -> None:
    """Whoever follows the rules is asked for no more than the record of today asks for."""
    for seed in range(6):
        for made in history(seed, CHANGES):
            vendor = list(made.versions)[-1]
            _, alone = judge(made.records, made.today, vendor, made.records.get(vendor), {})
            _, whole = judge(made.records, made.today, vendor, made.records.get(vendor), made.versions)
            assert whole <= alone * 1.02 + NOISE, told(seed, made)


def test_without_either_more_is_spent_than_is_counted() -> None:
    """The measure measures: let everything in and remember nothing, and it finds what went by."""
    some = (made for seed in range(5) for made in history(seed, CHANGES, gate=False, remembered=False))
    assert any(is_missed(made) for made in some)
