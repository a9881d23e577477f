"""What whoever signs a waiver is told of what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.deciding import resting
from preflight.deciding.lines import MOST_FACT

if TYPE_CHECKING:
    from preflight.model import Json

SCALARS = st.none() | st.booleans() | st.integers() | st.text()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        pytest.param([], "not said", id="nowhere"),
        pytest.param([["personal", "internal"]], "personal, internal", id="a list"),
        pytest.param([[]], "none", id="an empty list"),
        pytest.param([True], "yes", id="yes"),
        pytest.param(["yes"], '"yes"', id="the word"),
        pytest.param([7], "7", id="a number"),
        pytest.param(["7"], '"7"', id="a text of digits"),
        pytest.param(["2026-01-31"], "2026-01-31", id="a day"),
        pytest.param([{"on": "eu", "of": [1, {"to": False}]}], "on: eu, of: [1, {to: no}]", id="an object"),
        pytest.param(["eu", "us"], "eu; us", id="in two items"),
        pytest.param(["eu; /ai: none"], '"eu; /ai: none"', id="what looks like another field"),
        pytest.param(['a", "b'], '"a\\", \\"b"', id="what looks like two"),
        pytest.param(["eu\u202e\n us"], '"eu\\\\u{202e} us"', id="what nobody sees"),
    ],
)
def test_each_field_is_told_with_what_it_says(values: list[Json], line: str) -> None:
    assert resting.lines({"/data": values}) == [f"/data: {line}"]


def test_the_whole_record_is_named_alone() -> None:
    assert resting.lines({"the whole record": []}) == ["the whole record"]


def test_what_is_long_goes_on_in_the_next_lines_and_is_cut_in_the_end() -> None:
    assert resting.lines({"/ai": [["word"] * 60], "/name": ["Gull"]}) == [
        "/ai: " + ", ".join(["word"] * 25) + ",",
        "… " + ", ".join(["word"] * 26) + ",",
        "… " + ", ".join(["word"] * 9),
        "/name: Gull",
    ]
    found = resting.lines({"/ai": [["word"] * 600]})
    assert (len(found), found[-1][-6:]) == (resting.MOST_EACH, "word,…")
    many = resting.lines({f"/a{number}": ["word " * 100] for number in range(10)})
    assert len(many) == resting.MOST_LINES
    assert all(each.endswith("…") for each in many[1::2])


def test_what_has_more_fields_than_anybody_reads_names_the_first_and_says_so() -> None:
    found = resting.lines({f"/a{number}": ["eu"] for number in range(30)})
    assert (found[0], found[-2:]) == ("/a0", ["/a19", "and more fields of the record"])


@given(st.dictionaries(st.sampled_from(["/a", "/b/c", "facts.d.e", "the whole record"]), st.lists(VALUES)))
def test_whatever_a_record_says_goes_into_a_statement(says: dict[str, list[Json]]) -> None:
    for each in resting.lines(says):
        assert each.isprintable()
        assert 0 < len(each) <= MOST_FACT
