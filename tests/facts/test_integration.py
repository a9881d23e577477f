"""Rate limits: what can be had, and by how much it falls short of what we need."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.facts import integration
from preflight.model import Context

if TYPE_CHECKING:
    from preflight.model import JsonObject


def facts(section: JsonObject | None) -> JsonObject:
    return integration.of({} if section is None else {"integration": section}, Context(date(2026, 6, 1), {}))


def section(limit: JsonObject | None = None, needed: int | None = None) -> JsonObject:
    given_limit = {} if limit is None else {"rate_limit": limit}
    return {**given_limit, **({} if needed is None else {"needed": {"requests_per_hour": needed}})}


@pytest.mark.parametrize(
    ("stated", "wanted"),
    [
        pytest.param(None, {}, id="nothing"),
        pytest.param(section(), {}, id="neither limit nor need"),
        pytest.param(section(needed=100), {}, id="no limit known"),
        pytest.param(section({}, 100), {}, id="a limit without a number"),
        pytest.param(section({"requests_per_hour": 100}), {"requests_per_hour": 100}, id="no need known"),
        pytest.param(section(needed=0), {"shortfall_percent": 0}, id="we need nothing, whatever the limit"),
        pytest.param(
            section({"requests_per_hour": 0}, 0),
            {"requests_per_hour": 0, "shortfall_percent": 0},
            id="nothing of nothing",
        ),
        pytest.param(
            section({"requests_per_hour": 100}, 100),
            {"requests_per_hour": 100, "shortfall_percent": 0},
            id="just enough",
        ),
        pytest.param(
            section({"requests_per_hour": 100}, 101),
            {"requests_per_hour": 100, "shortfall_percent": 1},
            id="one too few: rounded up",
        ),
        pytest.param(
            section({"requests_per_hour": 100}, 1_000_000),
            {"requests_per_hour": 100, "shortfall_percent": 100},
            id="next to nothing: not above all",
        ),
        pytest.param(
            section({"requests_per_hour": 100}, 200), {"requests_per_hour": 100, "shortfall_percent": 50}, id="half"
        ),
        pytest.param(
            section({"requests_per_hour": 0}, 5),
            {"requests_per_hour": 0, "shortfall_percent": 100},
            id="a limit of zero",
        ),
        pytest.param(
            section({"requests_per_hour": 100, "raisable": True, "raised_to_per_hour": 300}, 200),
            {"requests_per_hour": 300, "shortfall_percent": 0},
            id="raised",
        ),
        pytest.param(
            section({"requests_per_hour": 100, "raisable": False, "raised_to_per_hour": 300}, 200),
            {"requests_per_hour": 100, "shortfall_percent": 50},
            id="not to be raised, whatever else is said",
        ),
        pytest.param(
            section({"requests_per_hour": 100, "raised_to_per_hour": 300}, 200),
            {"requests_per_hour": 100, "shortfall_percent": 50},
            id="not known whether it is raised",
        ),
        pytest.param(
            section({"requests_per_hour": 100, "raisable": True}, 200),
            {"requests_per_hour": 100, "shortfall_percent": 50},
            id="raisable, and not known how far",
        ),
        pytest.param(
            section({"raisable": True, "raised_to_per_hour": 300}, 200),
            {"requests_per_hour": 300, "shortfall_percent": 0},
            id="only the raised limit is known",
        ),
        pytest.param(
            section({"requests_per_hour": 400, "raisable": True, "raised_to_per_hour": 300}, 400),
            {"requests_per_hour": 400, "shortfall_percent": 0},
            id="raised to less than it is",
        ),
    ],
)
def test_the_limit_and_its_shortfall(stated: JsonObject | None, wanted: JsonObject) -> None:
    assert facts(stated) == wanted


@given(limit=st.integers(0, 10**9), needed=st.integers(0, 10**9))
def test_the_shortfall_is_zero_exactly_where_the_limit_is_enough(limit: int, needed: int) -> None:
    shortfall = facts(section({"requests_per_hour": limit}, needed))["shortfall_percent"]
    assert (shortfall == 0) is (limit >= needed)
    assert 0 <= shortfall <= 100
