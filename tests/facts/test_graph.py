"""The integrations as a graph: who depends on whom, what hangs by one thread, and what is wrong with a connection."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from preflight.facts import graph
from preflight.model import Context

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject

CONTEXT = Context(date(2026, 6, 1), {})
SHAPE = Draft202012Validator({"additionalProperties": False, **graph.SHAPE})


def vendor(*connections: str, status: str = "live", **sections: Json) -> JsonObject:
    """Return a record; a connection is ``<system``, ``>system`` or ``=system``: in, out or both."""
    words = {"<": "in", ">": "out", "=": "both"}
    integrations = [{"system": each[1:], "direction": words[each[0]]} for each in connections]
    return {"name": "A vendor", "lifecycle": {"status": status}, "integrations": integrations, **sections}


def extracted(records: dict[str, JsonObject]) -> dict[str, JsonObject]:
    return {identifier: graph.extract(record, CONTEXT) for identifier, record in records.items()}


def gathered(**records: JsonObject) -> dict[str, JsonObject]:
    found = graph.gather(extracted(records), CONTEXT)
    for facts in found.values():
        SHAPE.validate(facts)
    return found


def test_data_flows_in_the_direction_that_either_end_states() -> None:
    found = gathered(mail=vendor("<cdp", ">warehouse"), cdp=vendor("<crm", "=bus"))
    assert found["mail"]["sources"] == ["cdp"]
    assert found["mail"]["dependants"] == ["warehouse"]
    assert found["cdp"]["sources"] == ["bus", "crm"]
    assert found["cdp"]["dependants"] == ["bus", "mail"]


def test_a_direction_that_is_not_known_counts_both_ways() -> None:
    record = {"lifecycle": {"status": "live"}, "integrations": [{"system": "crm"}]}
    found = gathered(mail=record)["mail"]
    assert (found["sources"], found["dependants"]) == (["crm"], ["crm"])


def test_reach_follows_the_data_through_circles() -> None:
    found = gathered(a=vendor(">b"), b=vendor(">c"), c=vendor(">a", ">d"), d=vendor())
    assert {name: facts["reach"] for name, facts in found.items()} == {"a": 3, "b": 3, "c": 3, "d": 0}


def test_an_integration_with_itself_is_none() -> None:
    assert gathered(a=vendor("=a"))["a"]["dependants"] == []


def test_vendors_that_have_ended_take_no_part() -> None:
    gone = vendor("<a", ">b", status="rejected")
    found = gathered(a=vendor(">gone"), gone=gone, b=vendor("<gone"))
    assert (found["a"]["dependants"], found["b"]["sources"], found["gone"]["reach"]) == ([], [], 0)


# ---- Single points of failure -------------------------------------------------------------------


def because(found: JsonObject) -> list[str]:
    assert found["single_point"] is bool(found["single_point_because"])
    assert {each["pointer"] for each in found["single_point_because"]} <= {"/integrations"}
    return [each["reason"] for each in found["single_point_because"]]


def test_who_feeds_all_data_of_two_vendors_is_a_single_point_of_failure() -> None:
    found = gathered(hub=vendor("<crm"), a=vendor("<hub"), b=vendor("<a"), free=vendor("<crm"))
    assert because(found["hub"]) == ["2 vendors get all of their data through it: A vendor, A vendor."]
    assert because(found["a"]) == []
    assert because(found["free"]) == []


def test_a_second_way_saves_both() -> None:
    found = gathered(hub=vendor("<crm"), a=vendor("<hub", "<erp"), b=vendor("<a"))
    assert because(found["hub"]) == []


@pytest.mark.parametrize(
    "spared",
    [
        pytest.param({"data": {"system_of_record_for": ["plans"]}}, id="a system of record has data of its own"),
        pytest.param({"status": "rejected"}, id="one that has ended"),
    ],
)
def test_some_are_never_cut_off(spared: JsonObject) -> None:
    found = gathered(hub=vendor("<crm"), a=vendor("<hub"), b=vendor("<hub", **spared))
    assert because(found["hub"]) == []


def test_vendors_that_only_feed_each_other_are_not_cut_off() -> None:
    found = gathered(a=vendor(">b"), b=vendor(">c"), c=vendor(">a"))
    assert [because(facts) for facts in found.values()] == [[], [], []]


def test_who_feeds_a_quarter_of_the_live_vendors_is_a_single_point_of_failure() -> None:
    others = {f"v{number}": vendor("<crm", "<hub") if number < 3 else vendor("<crm") for number in range(11)}
    assert because(gathered(hub=vendor("<crm"), **others)["hub"]) == ["3 of 12 live vendors get data from it directly."]
    assert because(gathered(hub=vendor("<crm"), more=vendor(), **others)["hub"]) == []


def test_fewer_than_three_are_no_crowd_and_only_live_vendors_count() -> None:
    few = {"a": vendor("<crm", "<hub"), "b": vendor("<crm", "<hub")}
    assert because(gathered(hub=vendor("<crm"), **few)["hub"]) == []
    assert because(gathered(hub=vendor("<crm"), **few, c=vendor("<crm", "<hub", status="proposed"))["hub"]) == []
    assert because(gathered(hub=vendor("<crm"), **few, c=vendor("<crm", "<hub", status="deprecated"))["hub"])


def test_of_many_a_few_are_named() -> None:
    others = {f"v{number:02}": vendor("<hub", name=f"V{number:02}") for number in range(9)}
    [first, _] = because(gathered(hub=vendor("<crm"), **others)["hub"])
    assert first == "9 vendors get all of their data through it: V00, V01, V02, V03, V04 and 4 more."


NAMES = ["crm", "erp", *"abcdef"]
DIRECTIONS = st.sampled_from("<>=")
CONNECTIONS = st.lists(st.tuples(DIRECTIONS, st.sampled_from(NAMES)).map("".join), max_size=3)


def reached(downstream: dict[str, list[str]], starts: set[str]) -> set[str]:
    seen, work = set(starts), list(starts)
    while work:
        for follower in downstream.get(work.pop(), ()):
            if follower in downstream and follower not in seen:
                seen.add(follower)
                work.append(follower)
    return seen


@settings(deadline=None, max_examples=200)
@given(st.dictionaries(st.sampled_from("abcdef"), CONNECTIONS, min_size=1))
def test_a_thread_is_what_is_cut_off_when_a_node_is_taken_out(connections: dict[str, list[str]]) -> None:
    found = graph.flows(extracted({name: vendor(*each) for name, each in connections.items()}))
    whole = reached(found.downstream, set(found.origins))
    assert whole == set(found.downstream)
    for node, thread in graph.threads(found).items():
        left = {name: followers for name, followers in found.downstream.items() if name != node}
        cut = ((whole - reached(left, set(found.origins - {node})) - {node}) & found.vendors) - found.origins
        assert thread.count == len(cut)
        assert set(thread.vendors) <= cut
        assert len(thread.vendors) == min(len(cut), graph.MOST_NAMED)


def test_a_chain_of_thousands_is_walked_once() -> None:
    count = 3_000
    records = {f"v{number:05}": vendor(f">v{number + 1:05}") for number in range(count)}
    found = graph.gather(extracted(records), CONTEXT)
    assert found["v00000"]["reach"] == count
    assert found["v00000"]["single_point"] is True


# ---- Connections --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lifecycle", "kind", "since", "reason"),
    [
        pytest.param(
            {"status": "retired", "retired_on": "2026-05-01"},
            "ended",
            "2026-05-01",
            "Old was retired on 2026-05-01.",
            id="retired",
        ),
        pytest.param({"status": "rejected"}, "ended", None, "Old was rejected.", id="rejected"),
        pytest.param(
            {"status": "deprecated", "deprecated_on": "2026-04-01"},
            "ending",
            "2026-04-01",
            "Old is being left since 2026-04-01.",
            id="deprecated",
        ),
        pytest.param(
            {"status": "deprecated"}, "ending", None, "Old is being left.", id="deprecated, since nobody knows"
        ),
        pytest.param(
            {"status": "retired", "retired_on": "2026-06-02"},
            "ending",
            "2026-06-02",
            "Old is to be switched off on 2026-06-02.",
            id="retired from tomorrow",
        ),
        pytest.param(
            {"status": "retired"}, "ending", None, "Old is to be switched off, nobody says when.", id="retired some day"
        ),
    ],
)
def test_an_integration_with_a_vendor_that_goes_is_told(
    lifecycle: JsonObject, kind: str, since: str | None, reason: str
) -> None:
    old = {"name": "Old", "lifecycle": lifecycle, "integrations": []}
    [found] = gathered(me=vendor("<crm", "<old"), old=old)["me"]["ended"]
    assert found == {
        "pointer": "/integrations/1",
        "system": "old",
        "status": lifecycle["status"],
        "kind": kind,
        "reason": reason,
    } | ({"since": since} if since else {})


def test_an_integration_with_one_that_stays_is_not_told() -> None:
    assert gathered(me=vendor("<crm", "<other"), other=vendor())["me"]["ended"] == []


def test_who_is_in_use_and_names_a_vendor_is_told_also_once_that_one_has_ended() -> None:
    found = gathered(
        gone=vendor(status="rejected"),
        a=vendor("<gone", ">gone"),
        b=vendor("=gone", status="deprecated"),
        c=vendor("<gone", status="rejected"),
    )
    assert [each["vendor"] for each in found["gone"]["named_by"]] == ["a", "a", "b"]
    assert len({(each["vendor"], each["connection"]) for each in found["gone"]["named_by"]}) == 3
    assert found["a"]["named_by"] == []


def test_what_is_not_documented_is_told_whether_stated_or_not() -> None:
    entries = [
        {"system": "a", "documented": True},
        {"system": "b", "documented": False},
        {"system": "c"},
    ]
    found = gathered(me={**vendor(), "integrations": entries})["me"]["undocumented"]
    assert found == [
        {"pointer": "/integrations/1", "system": "b", "stated": True},
        {"pointer": "/integrations/2", "system": "c", "stated": False},
    ]


WHOLE = {
    "system": "a",
    "pattern": "batch",
    "direction": "in",
    "data": ["orders"],
    "frequency": "daily",
    "authentication": "none",
    "error_handling": "none",
    "owner": "ann",
}


@pytest.mark.parametrize("field", graph.COMPLETE)
def test_each_field_that_is_lacking_is_told(field: str) -> None:
    entries = [WHOLE, {key: value for key, value in WHOLE.items() if key != field}]
    found = gathered(me={**vendor(), "integrations": entries})["me"]["incomplete"]
    assert found == [{"pointer": "/integrations/1", "system": "a", "lacks": [field]}]


def test_a_connection_that_moves_nothing_lacks_its_data() -> None:
    found = gathered(me={**vendor(), "integrations": [{**WHOLE, "data": []}]})["me"]["incomplete"]
    assert [each["lacks"] for each in found] == [["data"]]


def test_what_is_not_known_is_left_out() -> None:
    silent = {"name": "Silent", "lifecycle": {"status": "live"}}
    assert gathered(me=silent) == {"me": {"named_by": []}}
    others = {name: vendor("<me") for name in "abc"}
    found = gathered(me=silent, **others)["me"]
    assert set(found) == {"named_by", "single_point", "single_point_because"}
    assert found["single_point"] is True


def test_a_vendor_whose_file_cannot_be_read_is_no_system_of_ours() -> None:
    records = extracted({"a": vendor("<broken"), "b": vendor("<broken", "<a")})
    found = graph.flows(records, frozenset({"a", "b", "broken"}))
    assert "broken" in found.vendors
    assert "broken" not in found.live


def test_the_order_of_the_records_changes_nothing() -> None:
    records = {"a": vendor("<crm", ">b"), "b": vendor("=c", "<erp"), "c": vendor(">d"), "d": vendor()}
    assert gathered(**records) == gathered(**dict(reversed(records.items())))
