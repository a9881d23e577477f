"""What a finding rests on: its fingerprint moves when that changes, and with nothing else."""

from __future__ import annotations

import copy
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight import fingerprints
from preflight.shell.documents import parse
from preflight.shell.files import WorkingTree
from preflight.shell.registry import Layout, load_policy
from test_engine import LINKS, OPEN, rules

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject

ROOT = Path(__file__).parents[1]
RECORD: JsonObject = {
    "open": False,
    "rate": 3,
    "on": "2026-01-01",
    "countries": ["DE", "FR", "NO"],
    "links": [{"to": "a", "safe": False}, {"to": "b", "safe": False, "ends": "2026-01-01"}],
}
BUILT = rules(
    OPEN,
    {**LINKS, "when": "vendor.rate > 0"},
    {**OPEN, "assert": "vendor.open && vendor.rate < 3 && size(vendor.countries) > 9"},
)


def of(record: JsonObject, rule: str = "a/1", pointer: str = "/open") -> str:
    compiled = BUILT.rule(rule)
    assert compiled is not None
    return fingerprints.of(BUILT, compiled, record, pointer)


def without_order(value: Json, seed: int) -> Json:
    """Return a value with its lists and groups in another order."""
    if isinstance(value, dict):
        return {name: without_order(value[name], seed) for name in sorted(value, reverse=bool(seed % 2))}
    if isinstance(value, list):
        items = [without_order(each, seed) for each in value]
        random.Random(seed).shuffle(items)  # noqa: S311 - no secret
        return items
    return value


def test_it_has_the_form_that_a_statement_wants() -> None:
    assert of(RECORD).startswith("sha256:")
    assert len(of(RECORD)) == len("sha256:") + 64


@pytest.mark.parametrize(
    ("rule", "pointer", "covered"),
    [
        pytest.param("a/1", "/open", {"open"}, id="one field"),
        pytest.param("a/3", "/open", {"open", "rate", "countries"}, id="several"),
        pytest.param("a/1", "/on", {"open", "on"}, id="and the place"),
        pytest.param("a/2", "/links/0/safe", {"rate", "links"}, id="an item, and when it applies"),
    ],
)
def test_it_moves_with_what_is_covered_and_with_nothing_else(rule: str, pointer: str, covered: set[str]) -> None:
    others: JsonObject = {"open": True, "rate": 4, "on": "2026-02-01", "countries": ["DE"], "links": []}
    moved = {
        name
        for name, value in others.items()
        if of({**RECORD, name: value}, rule, pointer) != of(RECORD, rule, pointer)
    }
    assert moved == covered
    gone = {
        name
        for name in RECORD
        if of({k: v for k, v in RECORD.items() if k != name}, rule, pointer) != of(RECORD, rule, pointer)
    }
    assert gone == covered


REAL = load_policy(WorkingTree(ROOT), Layout())
TRIDENT: JsonObject = parse((ROOT / "vendors/trident-experiments.yaml").read_bytes()).value


def real(rule: str, pointer: str, **lifecycle: str) -> str:
    """Return the fingerprint by a rule of the sample, of a vendor whose life cycle says something else."""
    compiled = REAL.rule(rule)
    assert compiled is not None
    record = {**TRIDENT, "lifecycle": {**TRIDENT["lifecycle"], **lifecycle}}
    return fingerprints.of(REAL, compiled, record, pointer)


def test_what_asks_only_whether_a_vendor_is_governed_outlives_its_going_live() -> None:
    """Not what it is called, but that the rules apply to it, is what such a rule looks at."""
    sso = ("security/single-sign-on", "/security/access/sso")
    same = {real(*sso, status=status) for status in ("proposed", "approved", "live", "deprecated")}
    assert len(same) == 1
    assert real(*sso, status="retired", retired_on="2026-01-01") not in same
    assert real(*sso, status="retired", retired_on="2099-01-01") not in same, "whatever day it is"


def test_what_asks_for_the_state_itself_does_not() -> None:
    rule = next(
        each
        for each in REAL.rules
        if any(str(read) == "vendor.lifecycle.status" for read in each.reads) and not each.rule.each
    )
    assert len({real(rule.rule.id, rule.rule.at, status=status) for status in ("approved", "live")}) == 2


SOLD = ("/category", "/legal_entity/country", "/legal_entity/name")


def test_it_says_what_it_is_made_of() -> None:
    compiled = REAL.rule("security/single-sign-on")
    assert compiled is not None
    assert fingerprints.covers(REAL, compiled, "/security/access/sso")[-1] == "facts.lifecycle.governed"
    compiled = BUILT.rule("a/2")
    assert compiled is not None
    assert fingerprints.covers(BUILT, compiled, "/links/0/safe") == (*SOLD, "/links/*", "/name", "/rate")


@pytest.mark.parametrize(
    ("rule", "pointer", "change", "told"),
    [
        pytest.param("a/3", "/open", {"rate": 4}, ("/rate",), id="one field"),
        pytest.param("a/3", "/open", {"rate": 4, "on": "2026-02-01"}, ("/rate",), id="not what it does not look at"),
        pytest.param("a/1", "/on", {"on": "2026-02-01"}, ("/on",), id="the place"),
        pytest.param("a/1", "/on", {"legal_entity": {"name": "Kraken Ltd"}}, SOLD[2:], id="another company"),
        pytest.param("a/1", "/on", {"name": "Kraken"}, ("/name",), id="another product"),
        pytest.param("a/2", "/links/0/safe", {"links": [{"to": "c", "safe": False}]}, ("/links/*",), id="an item"),
        pytest.param("a/2", "/links/0/safe", {"links": [], "rate": 4}, ("/rate",), id="a field before an item"),
    ],
)
def test_what_differs_is_told(rule: str, pointer: str, change: JsonObject, told: tuple[str, ...]) -> None:
    compiled = BUILT.rule(rule)
    assert compiled is not None
    assert fingerprints.differing(BUILT, compiled, (RECORD, {**RECORD, **change}), pointer) == told


def test_two_rules_and_two_fields_are_two_findings() -> None:
    assert len({of(RECORD, rule, pointer) for rule in ("a/1", "a/3") for pointer in ("/open", "/rate")}) == 4


def test_an_item_is_what_it_says_and_not_where_it_stands() -> None:
    moved = copy.deepcopy(RECORD)
    moved["links"].insert(0, {"to": "new", "safe": True})
    assert of(RECORD, "a/2", "/links/0/safe") == of(moved, "a/2", "/links/1/safe")
    assert of(RECORD, "a/2", "/links/0/safe") != of(RECORD, "a/2", "/links/1/safe")
    moved["links"][1]["ends"] = "2026-12-31"
    assert of(RECORD, "a/2", "/links/0/safe") != of(moved, "a/2", "/links/1/safe")


def test_a_field_is_a_pointer_without_places_in_lists() -> None:
    assert fingerprints.field_of("/links/12/safe") == "/links/*/safe"
    assert fingerprints.field_of("/links/12") == "/links/*"
    assert fingerprints.field_of("/a1/2b") == "/a1/2b"


@settings(deadline=None)
@given(st.integers(0, 1000), st.sampled_from([("a/1", "/open"), ("a/2", "/links/1/safe"), ("a/3", "/countries")]))
def test_the_order_of_lists_and_groups_says_nothing(seed: int, which: tuple[str, str]) -> None:
    rule, pointer = which
    changed = without_order(RECORD, seed)
    if pointer.startswith("/links"):
        pointer = f"/links/{changed['links'].index(RECORD['links'][1])}/safe"
    assert of(changed, rule, pointer) == of(RECORD, *which)


VALUES = st.sampled_from([True, False, 3, 4, "3", "2026-01-01", [], ["DE"], ["DE", "DE"], ["FR", "DE"], {}])


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["open", "rate", "countries"]), VALUES, min_size=3), VALUES)
def test_two_values_that_differ_have_two_fingerprints(covered: JsonObject, other: Json) -> None:
    for name in covered:
        changed = {**covered, name: other}
        same = type(covered[name]) is type(other) and (
            sorted(other) == sorted(covered[name]) if isinstance(other, list) else other == covered[name]
        )
        assert (of(changed, "a/3", "/on") == of(covered, "a/3", "/on")) == same
    assert of({**covered, "on": "2026-03-03", "anything": other}, "a/3", "/open") == of(covered, "a/3", "/open")
