"""Waivers of what other records say: as long as they say it, and not what comes long after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from preflight import engine, fingerprints
from preflight.model import Decided
from test_engine import TODAY, case
from test_engine_registry import built
from test_engine_waivers import told, waiver, warnings

if TYPE_CHECKING:
    from preflight.engine import Judged
    from preflight.model import JsonObject, Waiver

AT = "/lifecycle/status"
OTHERS = built(at=AT, faults="facts.graph.named_by", message="It is named by {item.vendor}", level="warning")
LEFT = "name: Acme\nlifecycle: {status: rejected}\n"
RECORD: JsonObject = {"name": "Acme", "lifecycle": {"status": "rejected"}}


def naming(*vendors: str) -> JsonObject:
    return {"graph": {"named_by": [{"pointer": AT, "vendor": each} for each in vendors]}}


def of_others(*vendors: str, **changes: Any) -> Waiver:
    """Return a waiver of what those vendors say."""
    compiled = OTHERS.rule("a/1")
    assert compiled is not None
    beside = fingerprints.beside(OTHERS, compiled, AT, naming(*vendors))
    return waiver(OTHERS, RECORD, AT, beside=beside, **changes)


def beside(now: JsonObject, *waivers: Waiver) -> Judged:
    context = OTHERS.context(TODAY, decided=Decided(waivers={"acme": waivers}))
    return engine.orphans(engine.judge_case(case(LEFT), OTHERS, context, now), context)


@pytest.mark.parametrize(
    ("now", "stands"),
    [
        pytest.param(("gull", "petrel"), True, id="as they said"),
        pytest.param(("petrel", "gull"), True, id="in another order"),
        pytest.param(("gull",), False, id="one of them says it no more"),
        pytest.param(("gull", "petrel", "heron"), False, id="another says it, too"),
        pytest.param(("gull", "heron"), False, id="another says it instead"),
    ],
)
def test_a_waiver_is_for_what_other_records_said(now: tuple[str, ...], stands: bool) -> None:  # noqa: FBT001 - a table
    given = of_others("gull", "petrel")
    result = beside(naming(*now), given)
    outcome = ("waived", given.id) if stands else ("fail", None)
    assert [(each.outcome.value, each.waiver) for each in result.verdicts if each.rule == "a/1"] == [outcome] * len(now)
    stale = [("waiver/stale", "other records say something else now than when it was signed")]
    assert [each for each in warnings(result) if each[0] != "a/1"] == ([] if stands else stale)


def test_a_waiver_stands_tomorrow() -> None:
    """Faults tell for how many days they are there, and what else may have been meant."""
    compiled = OTHERS.rule("a/1")
    assert compiled is not None
    told = {"pointer": AT, "vendor": "gull", "since": "2026-05-01", "days": 31, "close": ""}
    known = ({"graph": {"named_by": [{**told, **more}]}} for more in ({}, {"days": 32, "close": "Or heron?"}))
    one, other = (fingerprints.beside(OTHERS, compiled, AT, each) for each in known)
    assert one == other != fingerprints.beside(OTHERS, compiled, AT, naming("gull"))


def test_a_newer_waiver_of_what_other_records_say_stands_beside_an_older_one() -> None:
    older, newer = of_others("gull", id="older"), of_others("gull", "petrel", id="newer")
    for pair in ((older, newer), (newer, older)):
        result = beside(naming("gull", "petrel"), *pair)
        assert {each.waiver for each in result.verdicts if each.rule == "a/1"} == {"newer"}


def test_a_waiver_that_does_not_say_what_other_records_said_lets_nothing_stand() -> None:
    assert told(beside(naming("gull"), waiver(OTHERS, RECORD, AT)))[0] == ("a/1", "fail", AT, None)


def test_what_blocks_for_what_other_records_say_is_waived_by_nobody() -> None:
    """Whoever signs sees what they say today; and what they say tomorrow comes with changes of theirs."""
    blocking = built(at=AT, faults="facts.graph.named_by", message="It is named by {item.vendor}")
    own = built(at=AT, **{"assert": "vendor.lifecycle.status != 'rejected'"}, message="It was rejected")
    waivable = [[each.rule.waivable for each in policy.rules] for policy in (OTHERS, blocking, own)]
    assert waivable == [[True], [False], [True]]
