"""Risk: four dimensions from signals in the record, and a level for the whole."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from preflight.facts import risk
from preflight.levels import LEVELS, rank
from preflight.model import Context
from preflight.shell import starter
from preflight.shell.documents import parse

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject

POLICY: JsonObject = parse((Path(__file__).parents[2] / "policies/risk.yaml").read_bytes()).value
SHAPE = Draft202012Validator({"additionalProperties": False, **risk.SHAPE})
OVERSIGHT = {level: {"title": f"{level} care", "what": "Look."} for level in LEVELS}
POINTS = {"low": 0, "medium": 1, "high": 3, "critical": 6}
TOTALS = {"low": 0, "medium": 2, "high": 5, "critical": 9}


def policy(*signals: JsonObject, floors: JsonObject | None = None, **dimensions: list[JsonObject]) -> JsonObject:
    """Return a policy; the signals given by position are those of integration_complexity."""
    named = {"integration_complexity": list(signals), **dimensions}
    return {
        "points": POINTS,
        "totals": TOTALS,
        "floors": floors or {},
        "dimensions": [{"name": name, "title": name.capitalize(), "signals": each} for name, each in named.items()],
        "oversight": OVERSIGHT,
    }


def by_count(*, optional: bool = False) -> JsonObject:
    steps = {"low": 0, "medium": 3, "high": 5}
    return {"title": "How many", "of": "/integrations", "by": "count", "from": steps, "optional": optional}


def by_value(levels: dict[str, str], of: str = "/word", *, optional: bool = False) -> JsonObject:
    return {"title": "Which", "of": of, "by": "value", "levels": levels, "optional": optional}


def by_number(of: str = "/users") -> JsonObject:
    return {"title": "How much", "of": of, "by": "number", "from": {"low": 0, "medium": 50, "critical": 1000}}


def level_of(record: JsonObject, *signals: JsonObject) -> tuple[str, bool]:
    """Return what follows for one dimension, and whether it is known."""
    [dimension] = risk.assess(record, policy(*signals)).dimensions
    return dimension.at_least, not dimension.open


# ---- Signals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "level"), [(0, "low"), (2, "low"), (3, "medium"), (4, "medium"), (5, "high"), (99, "high")]
)
def test_a_count_has_the_level_that_it_reaches(count: int, level: str) -> None:
    assert level_of({"integrations": [{}] * count}, by_count()) == (level, True)


@pytest.mark.parametrize(
    ("users", "level"), [(0, "low"), (49.9, "low"), (50, "medium"), (999, "medium"), (1000, "critical")]
)
def test_a_number_has_the_level_that_it_reaches(users: float, level: str) -> None:
    assert level_of({"users": users}, by_number()) == (level, True)


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("b", "medium"),
        (True, "critical"),
        (False, "low"),
        pytest.param(["a", "c", "b"], "high", id="the highest of a list"),
        pytest.param([], "low", id="an empty list says that there is none"),
    ],
)
def test_a_word_has_the_level_that_the_policy_gives_it(word: Json, level: str) -> None:
    levels = {"a": "low", "b": "medium", "c": "high", "true": "critical", "false": "low"}
    assert level_of({"word": word}, by_value(levels)) == (level, True)


def test_a_signal_is_read_of_every_entry_of_a_list() -> None:
    signal = by_value({"daily": "low", "hourly": "medium"}, "/integrations/*/frequency")
    entries = [{"frequency": "daily"}, {}, {"frequency": "hourly"}]
    assert level_of({"integrations": entries}, signal) == ("medium", True)
    longest = {"title": "Longest", "of": "/integrations/*/data", "by": "count", "from": {"low": 0, "high": 2}}
    assert level_of({"integrations": [{"data": ["a"]}, {"data": ["a", "b"]}]}, longest) == ("high", True)


def test_the_highest_signal_wins() -> None:
    record = {"integrations": [{}] * 3, "users": 10}
    assert level_of(record, by_number(), by_count()) == ("medium", True)


def test_a_signal_that_is_not_known_leaves_its_dimension_open() -> None:
    assert level_of({"integrations": [{}] * 5}, by_count(), by_number()) == ("high", False)
    assert level_of({"integrations": [{}] * 5, "users": None}, by_count(), by_number()) == ("high", False)
    assert level_of({}, by_count()) == ("low", False)


@pytest.mark.parametrize(
    ("more", "level"),
    [
        pytest.param({}, "low", id="the classes"),
        pytest.param({"identity_resolution": {"done": True}}, "high", id="joins persons"),
        pytest.param({"system_of_record_for": ["consents"]}, "high", id="has the last word on consent"),
    ],
)
def test_data_is_what_any_part_of_the_record_tells_of(more: JsonObject, level: str) -> None:
    signal = by_value({"internal": "low", "personal": "high"}, "/data/classes")
    assert level_of({"data": {"classes": ["internal"], **more}}, signal) == (level, True)
    assert level_of({"data": more}, signal) == ("low", False)


def test_an_optional_signal_says_nothing_while_it_is_not_known() -> None:
    assert level_of({}, by_count(optional=True)) == ("low", True)
    assert level_of({"integrations": [{}] * 5}, by_count(optional=True)) == ("high", True)


def test_a_word_that_the_policy_does_not_know_leaves_open_what_is_not_optional() -> None:
    assert level_of({"word": "x"}, by_value({"a": "low"})) == ("low", False)
    assert level_of({"word": "x"}, by_value({"a": "low"}, optional=True)) == ("low", True)


@pytest.mark.parametrize("optional", [True, False])
def test_a_word_that_the_policy_does_not_know_takes_nothing_from_the_others(*, optional: bool) -> None:
    signal = by_value({"a": "high"}, optional=optional)
    assert level_of({"word": ["a", "x"]}, signal) == ("high", optional)


# ---- What the record states of itself -----------------------------------------------------------


@pytest.mark.parametrize("stated", LEVELS)
def test_what_is_stated_raises_and_never_lowers(stated: str) -> None:
    record = {"integrations": [{}] * 3, "risk": {"integration_complexity": stated}}
    found = risk.of(record, Context(date(2026, 6, 1), {"risk": policy(by_count())}))
    SHAPE.validate(found)
    assert found["integration_complexity"] == max("medium", stated, key=rank)
    told = [{"pointer": "/risk/integration_complexity", "dimension": "Integration_complexity"}]
    low = [{**told[0], "stated": "low", "computed": "medium"}]
    assert found["understated"] == (low if stated == "low" else [])


def test_what_is_stated_does_not_stand_for_what_is_not_known() -> None:
    assert level_of({"risk": {"integration_complexity": "high"}}, by_count()) == ("high", False)


# ---- The whole ----------------------------------------------------------------------------------


def whole(*levels: str, floors: JsonObject | None = None) -> risk.Risk:
    """Assess a record whose dimensions have those levels."""
    names = risk.DIMENSIONS[: len(levels)]
    signals = {name: [by_value({each: each for each in LEVELS}, f"/{name}")] for name in names}
    document = {**policy(floors=floors), "dimensions": []}
    document["dimensions"] = [{"name": name, "title": name, "signals": each} for name, each in signals.items()]
    return risk.assess(dict(zip(names, levels, strict=True)), document)


@pytest.mark.parametrize(
    ("levels", "points", "level"),
    [
        (["low", "low", "low", "low"], 0, "low"),
        (["medium", "low", "low", "low"], 1, "low"),
        (["medium", "medium", "low", "low"], 2, "medium"),
        (["high", "medium", "low", "low"], 4, "medium"),
        (["high", "medium", "medium", "low"], 5, "high"),
        (["critical", "medium", "medium", "low"], 8, "high"),
        (["critical", "high", "low", "low"], 9, "critical"),
    ],
)
def test_points_add_up_to_a_level(levels: list[str], points: int, level: str) -> None:
    found = whole(*levels)
    assert (found.points, found.summed, found.at_least, found.level, found.lifted_by) == (
        points,
        level,
        level,
        level,
        "",
    )


@pytest.mark.parametrize(
    ("levels", "level", "lifted_by"),
    [
        pytest.param(["high", "low"], "medium", "", id="the sum is enough by itself"),
        pytest.param(["critical", "low"], "critical", "critical", id="lifted"),
        pytest.param(["medium", "low"], "low", "", id="no floor for it"),
        pytest.param(["critical", "high"], "critical", "", id="no lower than the sum"),
    ],
)
def test_a_floor_lifts_the_whole_and_never_lowers_it(levels: list[str], level: str, lifted_by: str) -> None:
    found = whole(*levels, floors={"high": "medium", "critical": "critical"})
    assert (found.at_least, found.lifted_by) == (level, lifted_by)


def test_a_floor_of_a_lower_level_holds_for_a_higher_one_too() -> None:
    assert whole("critical", floors={"high": "critical", "critical": "low"}).at_least == "critical"


@pytest.mark.parametrize(
    ("record", "level", "least"),
    [
        pytest.param({"users": 10}, None, "low", id="open"),
        pytest.param({"integrations": [{}] * 5}, None, "medium", id="open, and lifted by what is known"),
        pytest.param({"users": 1000}, "critical", "critical", id="nothing could raise it"),
        pytest.param({"users": 10, "integrations": []}, "low", "low", id="known"),
    ],
)
def test_the_whole_is_known_when_nothing_open_could_raise_it(record: JsonObject, level: str | None, least: str) -> None:
    document = policy(by_count(), change_magnitude=[by_number()], floors={"high": "medium", "critical": "critical"})
    found = risk.of(record, Context(date(2026, 6, 1), {"risk": document}))
    SHAPE.validate(found)
    assert (found.get("level"), found["at_least"], found["title"]) == (level, least, f"{least} care")


def test_what_is_open_is_told_with_its_field() -> None:
    document = policy(by_count(), change_magnitude=[by_number(), by_value({"a": "high"}, optional=True)])
    found = risk.of({"users": 1}, Context(date(2026, 6, 1), {"risk": document}))
    assert found["unknown"] == [
        {
            "pointer": "/integrations",
            "dimension": "Integration_complexity",
            "signal": "How many",
            "field": "/integrations",
        }
    ]
    assert "integration_complexity" not in found
    assert found["change_magnitude"] == "low"


def test_seats_of_all_entries_count_together_while_they_run() -> None:
    def bought(users: int, ends: str) -> JsonObject:
        return {"product": "P", "users": users, "starts": "2026-01-01", "ends": ends, "auto_renews": False}

    record = {"contract": {"subscriptions": [bought(3000, "2026-12-31"), bought(3000, "2026-12-31")]}}
    seats = {
        "title": "Seats",
        "of": "/contract/subscriptions/*/users",
        "by": "sum",
        "from": {"low": 0, "critical": 5000},
    }
    policies = {"risk": policy(by_count(), change_magnitude=[seats])}
    level = risk.of(record, Context(date(2026, 6, 1), policies))["change_magnitude"]
    assert level == "critical"
    record["contract"]["subscriptions"][0]["ends"] = "2026-05-31"
    assert risk.of(record, Context(date(2026, 6, 1), policies))["change_magnitude"] == "low"


@pytest.mark.parametrize("field", ["/name", "/legal_entity", "/ai/trains_on_our_data", "/lifecycle/live_on"])
@pytest.mark.parametrize("by", ["count", "number"])
def test_what_is_no_number_cannot_be_compared_with_one(field: str, by: str) -> None:
    sign = {"title": "Odd", "of": field, "by": by, "from": {"low": 0, "high": 3}}
    policy = {**POLICY, "dimensions": [{**POLICY["dimensions"][0], "signals": [sign]}]}
    record: JsonObject = {
        "name": "Acme",
        "legal_entity": {"name": "Acme"},
        "ai": {"trains_on_our_data": True},
        "lifecycle": {"live_on": "2026-01-01"},
    }
    [found] = risk.assess(record, policy).dimensions[0].signals
    assert (found.known, found.level) == (False, None)


# ---- Several records ----------------------------------------------------------------------------


def level_together(records: list[JsonObject], *signals: JsonObject) -> str:
    """Return what follows for one dimension from what several records say."""
    document = policy(*signals)
    taken = risk.together((risk.signs(record, document) for record in records), document)
    [dimension] = risk.assessed(taken, {}, document).dimensions
    return dimension.at_least


COUNTRIES = {"title": "Countries", "of": "/residency", "by": "count", "from": {"low": 0, "medium": 3, "high": 5}}
FIELDS = {"title": "Longest", "of": "/integrations/*/data", "by": "count", "from": {"low": 0, "medium": 3, "high": 5}}


@pytest.mark.parametrize(
    ("counts", "level"),
    [([4, 4], "high"), ([2, 3], "high"), ([2, 2], "medium"), ([1, 1, 1], "medium"), ([2, 0], "low"), ([], "low")],
)
def test_connections_in_several_records_add_up(counts: list[int], level: str) -> None:
    records = [{"integrations": [{"system": f"{at}"} for at in range(count)]} for count in counts]
    assert level_together(records, by_count()) == level
    assert level_together([*records, {}], by_count()) == level


def test_the_same_connection_of_two_products_is_two() -> None:
    assert level_together([{"integrations": [{"system": "crm"}] * 3}] * 2, by_count()) == "high"


def test_what_is_named_in_several_records_is_one_thing() -> None:
    assert level_together([{"residency": ["DE", "IE"]}] * 4, COUNTRIES) == "low"
    assert level_together([{"residency": ["DE", "IE"]}, {"residency": ["DE", "FR", "US"]}], COUNTRIES) == "medium"
    assert level_together([{"residency": ["DE", "IE", "SE"]}, {"residency": ["FR", "US"]}], COUNTRIES) == "high"


def test_a_list_in_each_entry_is_as_long_as_in_one_record() -> None:
    records = [{"integrations": [{"data": ["a", "b"]}]}, {"integrations": [{"data": ["c", "d", "e"]}]}]
    assert level_together(records, FIELDS) == "medium"


def test_days_are_no_more_for_being_in_two_records() -> None:
    assert level_together([{"users": 49}, {"users": 49}], by_number()) == "low"


def test_what_is_counted_and_read_is_both_over_all_records() -> None:
    words = by_value({"DE": "low", "XX": "critical"}, "/residency")
    assert level_together([{"residency": ["DE", "A", "B"]}, {"residency": ["C", "D"]}], COUNTRIES, words) == "high"
    assert level_together([{"residency": ["DE"]}, {"residency": ["XX"]}], COUNTRIES, words) == "critical"


@given(st.lists(st.lists(st.integers(0, 3), max_size=4), min_size=1, max_size=5), st.data())
def test_what_is_put_together_in_steps_is_put_together(lists: list[list[int]], data: st.DataObject) -> None:
    document = policy(by_count(), change_magnitude=[COUNTRIES, FIELDS])
    records = [
        {"integrations": [{"data": ["x"] * each} for each in one], "residency": [*map(str, {*one})]} for one in lists
    ]
    taken = [risk.signs(record, document) for record in records]
    at = data.draw(st.integers(0, len(lists)))
    first = risk.together(taken[:at], document)
    found = [
        risk.assessed(each, {}, document)
        for each in (risk.together(taken, document), risk.together([first, *taken[at:]], document))
    ]
    assert found[0] == found[1]
    numbers = [signal.value for each in found[0].dimensions for signal in each.signals]
    assert numbers[0] == sum(map(len, lists))
    assert numbers[1] == len({each for one in lists for each in one})


# ---- Our own policy: more risk in the record is never less risk in the result -------------------

SIGNALS = [signal for dimension in POLICY["dimensions"] for signal in dimension["signals"]]
LISTS = frozenset({"/data/classes", "/security/industry_certifications_apply", "/data/system_of_record_for"})


def put(record: JsonObject, pointer: str, value: Json) -> None:
    *parents, last = pointer.strip("/").split("/")
    for part in parents:
        record = record.setdefault(part, {})
    record[last] = value


def written(signal: JsonObject, size: int) -> tuple[str, Json]:
    """Return the field of a signal and a value; a greater ``size`` means more risk."""
    if signal["by"] == "count":
        return signal["of"], [{}] * size
    if signal["by"] in {"number", "sum"}:
        return signal["of"], size * 60
    words = sorted(signal["levels"], key=lambda word: rank(signal["levels"][word]))
    word: Json = words[min(size, len(words) - 1)]
    word = {"true": True, "false": False}.get(word, word)
    if "*" in signal["of"]:
        return signal["of"].partition("/*")[0], [{signal["of"].rpartition("/")[2]: word}]
    return signal["of"], [word] if signal["of"] in LISTS else word


SIZES = st.lists(st.none() | st.integers(0, 20), min_size=len(SIGNALS), max_size=len(SIGNALS))
FREQUENCY = next(index for index, signal in enumerate(SIGNALS) if "*" in signal["of"])  # shares its list with the count


def record_of(sizes: list[int | None]) -> JsonObject:
    record: JsonObject = {}
    for signal, size in zip(SIGNALS, sizes, strict=True):
        if size is not None and "*" not in signal["of"]:
            put(record, *written(signal, size))
    size = sizes[FREQUENCY]
    if size is not None:
        _, [entry] = written(SIGNALS[FREQUENCY], size)
        record["integrations"] = [entry] * len(record.get("integrations", ())) or record.get("integrations", [entry])
    return record


@settings(deadline=None, max_examples=300)
@given(SIZES, st.data())
def test_raising_a_signal_never_lowers_the_level(sizes: list[int | None], data: st.DataObject) -> None:
    known = [index for index, size in enumerate(sizes) if size is not None]
    if not known:
        return
    index = data.draw(st.sampled_from(known))
    more = list(sizes)
    more[index] = (sizes[index] or 0) + data.draw(st.integers(1, 20))
    before, after = risk.assess(record_of(sizes), POLICY), risk.assess(record_of(more), POLICY)
    assert after.points >= before.points
    assert rank(after.at_least) >= rank(before.at_least)
    for was, now in zip(before.dimensions, after.dimensions, strict=True):
        assert rank(now.at_least) >= rank(was.at_least)
    if before.level is not None:
        assert after.level is not None


@settings(deadline=None, max_examples=300)
@given(SIZES, st.integers(0, len(SIGNALS) - 1), st.integers(0, 20))
def test_learning_a_signal_never_lowers_what_was_known(sizes: list[int | None], index: int, size: int) -> None:
    blank = list(sizes)
    blank[index] = None
    told = list(blank)
    told[index] = size
    if SIGNALS[index]["of"] == "/integrations" and size == 0 and sizes[FREQUENCY] is not None:
        return  # a frequency is that of some integration
    before, after = risk.assess(record_of(blank), POLICY), risk.assess(record_of(told), POLICY)
    assert rank(after.at_least) >= rank(before.at_least)


@settings(deadline=None, max_examples=200)
@given(SIZES, st.sampled_from(risk.DIMENSIONS), st.sampled_from(LEVELS))
def test_stating_a_level_never_lowers_anything(sizes: list[int | None], name: str, level: str) -> None:
    record = record_of(sizes)
    stated = deepcopy(record)
    if name != "operational_criticality" or name not in stated.get("risk", {}):
        stated.setdefault("risk", {})[name] = level
    before, after = risk.assess(record, POLICY), risk.assess(stated, POLICY)
    assert rank(after.at_least) >= rank(before.at_least)
    SHAPE.validate(risk.of(stated, Context(date(2026, 6, 1), {"risk": POLICY})))


@given(
    st.lists(st.sampled_from(LEVELS), min_size=4, max_size=4),
    st.integers(0, 3),
    st.sampled_from(LEVELS),
    st.fixed_dictionaries({level: st.integers(0, 9) for level in LEVELS}),
    st.fixed_dictionaries({}, optional={level: st.sampled_from(LEVELS) for level in LEVELS[1:]}),
)
def test_whatever_a_policy_says_a_higher_dimension_is_no_lower_whole(
    levels: list[str], index: int, other: str, points: JsonObject, floors: JsonObject
) -> None:
    document = {
        **policy(),
        "points": points,
        "floors": floors,
        "dimensions": [
            {"name": name, "title": name, "signals": [by_value({each: each for each in LEVELS}, f"/{name}")]}
            for name in risk.DIMENSIONS
        ],
    }
    low, high = (list(levels), list(levels))
    low[index], high[index] = sorted((levels[index], other), key=rank)
    before, after = (risk.assess(dict(zip(risk.DIMENSIONS, each, strict=True)), document) for each in (low, high))
    assert rank(after.at_least) >= rank(before.at_least)


def test_our_policy_knows_every_word_that_the_schema_allows() -> None:
    """A word without a level would leave its dimension open for ever."""
    schema = starter.schema("vendor")
    for signal in SIGNALS:
        node = schema
        for part in signal["of"].strip("/").split("/"):
            node = node["items"] if part == "*" else node["properties"][part]
        node = schema["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node
        if signal["by"] == "value":
            words = node.get("items", node).get("enum", ["true", "false"])
            assert set(words) <= set(signal["levels"]), signal["of"]


@pytest.mark.parametrize(
    ("then", "now", "more"),
    [
        pytest.param([10], [10], False, id="the same number"),
        pytest.param([10], [9], False, id="a smaller number"),
        pytest.param([10], [11], True, id="a larger number"),
        pytest.param([10], [5, 6], True, id="more in all"),
        pytest.param([["DE", "DK"]], [["DK"]], False, id="a country less"),
        pytest.param([["DE"]], [["DK"]], True, id="another country"),
        pytest.param([[{"system": "crm"}]], [[{"system": "erp"}]], False, id="as many connections"),
        pytest.param([[{}]], [[{}, {}]], True, id="a connection more"),
        pytest.param([False], [True], True, id="a yes for a no"),
        pytest.param([], [], False, id="nothing"),
    ],
)
def test_a_sign_says_more_where_it_could_count_for_more(then: list[Json], now: list[Json], more: bool) -> None:  # noqa: FBT001 - a table
    assert risk.says_more({"/it": now}, {"/it": then}) is more
