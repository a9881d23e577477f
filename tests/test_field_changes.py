"""What changed between two versions of a record: every leaf, and none that did not."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.field_changes import Change, changes, moved, moves

if TYPE_CHECKING:
    from preflight.model import Json


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        pytest.param({"a": 1}, {"a": 1}, [], id="nothing"),
        pytest.param({"a": 1}, {"a": 2}, [("/a", 1, 2)], id="a value"),
        pytest.param({}, {"a": {"b": 2}}, [("/a/b", None, 2)], id="a section that came"),
        pytest.param({"a": {"b": 2}}, {}, [("/a/b", 2, None)], id="a section that went"),
        pytest.param({"a": 1}, {"a": True}, [("/a", 1, True)], id="true is not 1"),
        pytest.param({"a": {"b": 1}}, {"a": 5}, [("/a/b", 1, None), ("/a", None, 5)], id="another type"),
        pytest.param({}, {"a": []}, [("/a", None, [])], id="an empty list says something"),
        pytest.param(["x", "y"], ["z", "x", "y"], [("/0", None, "z")], id="a word in front changes no other"),
        pytest.param(["x", "y"], ["y"], [("/0", "x", None)], id="a word that went"),
        pytest.param(
            [{"id": "p", "n": 1}, {"id": "q", "n": 1}],
            [{"id": "q", "n": 2}, {"id": "p", "n": 1}],
            [("/0/n", 1, 2)],
            id="entries are matched by id, not by place",
        ),
        pytest.param(
            [{"product": "A", "region": "emea", "price": 1}, {"product": "A", "region": "apac", "price": 1}],
            [{"product": "A", "region": "apac", "price": 2}, {"product": "A", "region": "emea", "price": 1}],
            [("/0/price", 1, 2)],
            id="two of one name are told apart by region",
        ),
        pytest.param([{"n": 1}, {"n": 2}], [{"n": 1}, {"n": 3}], [("/1/n", 2, 3)], id="without a name, by place"),
        pytest.param(
            [{"system": "crm"}], [{"system": "erp"}], [("/0/system", None, "erp"), ("/0/system", "crm", None)],
            id="another entry is not a renamed one",
        ),
    ],
)  # fmt: skip
def test_every_leaf_that_differs_is_told(before: Json, after: Json, wanted: list[tuple[str, Json, Json]]) -> None:
    assert changes(before, after) == tuple(Change(*each) for each in wanted)


VALUES = st.recursive(
    st.integers(0, 3) | st.booleans() | st.sampled_from(["a", "b"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["id", "x", "y"]), inner, max_size=3),
    max_leaves=12,
)


@given(VALUES)
def test_a_record_does_not_differ_from_itself(value: Json) -> None:
    assert changes(value, copy.deepcopy(value)) == ()


@given(VALUES, VALUES)
def test_what_differs_is_told_both_ways(one: Json, other: Json) -> None:
    forth, back = changes(one, other), changes(other, one)
    assert bool(forth) == bool(back)
    told = sorted((repr(each.before), repr(each.after)) for each in forth)
    assert told == sorted((repr(each.after), repr(each.before)) for each in back)


@given(st.lists(st.integers(), unique=True, min_size=1, max_size=30), st.randoms())
def test_the_order_of_named_entries_does_not_matter(ids: list[int], random: object) -> None:
    before = [{"id": str(each), "n": each} for each in ids]
    after = list(before)
    random.shuffle(after)  # type: ignore[attr-defined]  # hypothesis hands out a Random
    assert changes(before, after) == ()


# ---- Where entries of lists went ----------------------------------------------------------------

EU, US, UK = {"product": "EU", "users": 1}, {"product": "US", "users": 2}, {"product": "UK", "users": 3}


@pytest.mark.parametrize(
    ("before", "after", "pointer", "wanted"),
    [
        pytest.param([EU, US], [EU, US], "/1/users", "/1/users", id="nothing moved"),
        pytest.param([EU, US], [UK, EU, US], "/1/users", "/2/users", id="one in front"),
        pytest.param([EU, US], [US], "/1", "/0", id="one less in front"),
        pytest.param([EU, US], [US], "/0/users", None, id="gone, and another stands there"),
        pytest.param([EU, US], [US, {**EU, "users": 9}], "/0/users", "/1/users", id="it moved and changed"),
        pytest.param({"l": [EU]}, {"l": [UK, EU]}, "/l", "/l", id="the list itself stays"),
        pytest.param({"l": [EU]}, {"l": [UK, EU]}, "/other/0", "/other/0", id="another list"),
        pytest.param({"l": [EU]}, {"m": [EU]}, "/l/0", "/l/0", id="a list that went has no entries to follow"),
        pytest.param({"a/b": [EU]}, {"a/b": [UK, EU]}, "/a~1b/0", "/a~1b/1", id="a name with a slash"),
        pytest.param(["x", "y"], ["z", "x", "y"], "/1", "/2", id="words"),
        pytest.param(
            [{"id": "a", "l": [EU, US]}], [{"id": "b"}, {"id": "a", "l": [US]}], "/0/l/1/users", "/1/l/0/users",
            id="a list within an entry, both moved",
        ),
        pytest.param(
            [{"id": "a", "l": [EU, US]}], [{"id": "b"}, {"id": "a", "l": [EU, US]}], "/0/l/1", "/1/l/1",
            id="what did not move within an entry moves with it",
        ),
        pytest.param(
            [{"id": "a", "l": [EU, US]}], [{"id": "b"}, {"id": "a", "l": [US]}], "/0/l/0", None,
            id="gone from an entry that moved",
        ),
    ],
)  # fmt: skip
def test_a_pointer_follows_the_entry_that_it_points_into(
    before: Json, after: Json, pointer: str, wanted: str | None
) -> None:
    assert moved(pointer, moves(before, after)) == wanted
