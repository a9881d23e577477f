"""Waivers of what other records say: as long as they say it, and not what comes long after."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from preflight import engine, fingerprints
from preflight.commands import marking
from preflight.model import EMPTY, Decided, Novelty, Proposers
from test_engine import TODAY, case
from test_engine_registry import built
from test_engine_waivers import told, waiver, warnings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from preflight.engine import Judged
    from preflight.model import JsonObject, Waiver

AT = "/lifecycle/status"
OTHERS = built(at=AT, faults="facts.graph.named_by", message="It is named by {item.vendor}")
STOOD = date(2026, 5, 20)  # on that day there was something to waive
LEFT = "name: Acme\nlifecycle: {status: rejected}\n"
STRANGER = "somebody whom people.yaml does not know"
RECORD: JsonObject = {"name": "Acme", "lifecycle": {"status": "rejected"}}


def naming(*vendors: str) -> JsonObject:
    return {"graph": {"named_by": [{"pointer": AT, "vendor": each} for each in vendors]}}


def of_others(*vendors: str, **changes: Any) -> Waiver:
    """Return a waiver of what those vendors say."""
    compiled = OTHERS.rule("a/1")
    assert compiled is not None
    beside = fingerprints.beside(OTHERS, compiled, AT, naming(*vendors))
    return waiver(OTHERS, RECORD, AT, beside=beside, **changes)


def beside(now: JsonObject, *waivers: Waiver, authors: Mapping[str, Proposers] = EMPTY) -> Judged:
    context = OTHERS.context(TODAY, decided=Decided(waivers={"acme": waivers}, authors=authors))
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
    assert warnings(result) == ([] if stands else stale)


@pytest.mark.parametrize(
    ("wrote", "landed", "why"),
    [
        pytest.param(Proposers(frozenset({"ruth"})), False, "ruth proposes the change", id="by who signed it"),
        pytest.param(Proposers(strangers=("x@y.example",)), False, f"{STRANGER} proposes the change", id="a stranger"),
        pytest.param(Proposers(frozenset({"mina"})), False, "", id="by somebody else"),
        pytest.param(Proposers(frozenset({"ruth"})), True, "", id="it is there, and the change brings something else"),
    ],
)
def test_nobody_waives_what_another_record_that_they_write_brings(wrote: Proposers, landed: bool, why: str) -> None:  # noqa: FBT001 - a table
    result = beside(naming("gull"), of_others("gull", landed=landed), authors={"gull": wrote})
    assert warnings(result) == ([("waiver/proposer", why)] if why else [])
    assert [each.outcome.value for each in result.verdicts if each.rule == "a/1"] == ["fail" if why else "waived"]


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


@pytest.mark.parametrize(
    ("landed", "change", "stands"),
    [
        pytest.param(True, Novelty.NEW, False, id="it came before"),
        pytest.param(True, Novelty.KNOWN, True, id="what it is for was there before the change"),
        pytest.param(False, Novelty.NEW, True, id="it comes with the change"),
        pytest.param(STOOD, Novelty.NEW, False, id="it comes with the change, and was signed when it stood"),
    ],
)
def test_what_comes_after_its_waiver_does_not_stand(landed: bool | date, change: Novelty, stands: bool) -> None:  # noqa: FBT001 - a table
    given = of_others("gull", landed=landed is True, signed=landed if landed is STOOD else TODAY)
    found = beside(naming("gull"), given)
    marked = replace(found, verdicts=tuple(replace(each, change=change) for each in found.verdicts))
    context = OTHERS.context(TODAY, decided=Decided(waivers={"acme": (given,)}))
    result = marking.spent(marked, OTHERS, context, lambda _found, signed: signed == STOOD)
    assert told(result)[0] == ("a/1", "waived" if stands else "fail", AT, given.id if stands else None)
    why = "there was nothing to let stand before this change, and of what other records say it comes with that"
    assert warnings(result) == ([] if stands else [("waiver/spent", why)])
