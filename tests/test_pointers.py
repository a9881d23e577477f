"""JSON Pointers: taking apart, putting together, finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight import pointers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.model import Json

DOCUMENT: Json = {
    "name": "Beacon",
    "empty": None,
    "": {"": "two empty keys"},
    "a/b": {"m~n": 8},
    "2026": "a member, not an item",
    "list": ["zero", None, {"deep": [10, 20]}],
    "none": [],
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=4), inside, max_size=4),
    max_leaves=20,
)


def everything(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    yield path, value
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in members:
        yield from everything(item, (*path, name))


@pytest.mark.parametrize(
    ("pointer", "parts"),
    [
        pytest.param("", (), id="the empty pointer is the whole document"),
        pytest.param("/", ("",), id="a single slash is the member with the empty name"),
        pytest.param("//", ("", ""), id="two slashes are two empty names"),
        pytest.param("//a", ("", "a"), id="a name may be empty in front of another"),
        pytest.param("/a/b", ("a", "b"), id="each slash begins a part"),
        pytest.param("/a~1b", ("a/b",), id="~1 is a slash in a name"),
        pytest.param("/m~0n", ("m~n",), id="~0 is a tilde in a name"),
        pytest.param("/~01", ("~1",), id="~01 is ~1 and no slash"),
        pytest.param("/list/*/deep", ("list", "*", "deep"), id="a star is a part like any other"),
    ],
)
def test_a_pointer_is_taken_apart(pointer: str, parts: tuple[str, ...]) -> None:
    assert pointers.parts(pointer) == parts
    assert pointers.pointer(parts) == pointer


@given(st.lists(st.text()).map(tuple))
def test_taking_apart_undoes_putting_together(path: tuple[str, ...]) -> None:
    assert pointers.parts(pointers.pointer(path)) == path


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        pytest.param("", DOCUMENT, id="the whole document"),
        pytest.param("/name", "Beacon", id="a member"),
        pytest.param("/empty", None, id="a member that is null"),
        pytest.param("/", {"": "two empty keys"}, id="the member with the empty name"),
        pytest.param("//", "two empty keys", id="an empty name below an empty name"),
        pytest.param("/a~1b/m~0n", 8, id="names with a slash and a tilde"),
        pytest.param("/2026", "a member, not an item", id="a name made of digits"),
        pytest.param("/list/0", "zero", id="the first item"),
        pytest.param("/list/2/deep/1", 20, id="an item of a list in a list"),
        pytest.param("/list/3", None, id="no such item"),
        pytest.param("/list/-1", None, id="items are not counted from the end"),
        pytest.param("/list/-", None, id="the item after the last one"),
        pytest.param("/list/00", None, id="a leading zero is no number of an item"),
        pytest.param("/list/٢", None, id="digits of other scripts are no number of an item"),
        pytest.param("/list/" + "9" * 5000, None, id="a number too long to be converted"),
        pytest.param("/list/name", None, id="a name below a list"),
        pytest.param("/name/0", None, id="a character is not an item"),
        pytest.param("/nothing/below", None, id="below what is not there"),
    ],
)
def test_get(pointer: str, value: Json) -> None:
    assert pointers.get(DOCUMENT, pointer) == value


@pytest.mark.parametrize(
    ("value", "part", "found"),
    [
        pytest.param({"a": 1}, "a", 1, id="a member"),
        pytest.param({"a": 1}, "b", None, id="no such member"),
        pytest.param({"1": "one"}, 1, "one", id="a number names a member too"),
        pytest.param([5, 6], 1, 6, id="an item by number"),
        pytest.param([5, 6], "1", 6, id="an item by text"),
        pytest.param([5, 6], 2, None, id="no such item"),
        pytest.param("text", "0", None, id="text has nothing below it"),
        pytest.param(None, "0", None, id="nothing has nothing below it"),
    ],
)
def test_child(value: Json, part: str | int, found: Json) -> None:
    assert pointers.child(value, part) == found


@pytest.mark.parametrize(
    ("pointer", "beginning"),
    [
        pytest.param("", "", id="the whole document"),
        pytest.param("/name", "/name", id="all of it"),
        pytest.param("/name/first", "/name", id="text has no members"),
        pytest.param("/empty", "/empty", id="a member that is null exists"),
        pytest.param("/empty/below", "/empty", id="null has no members"),
        pytest.param("/list/1", "/list/1", id="an item that is null exists"),
        pytest.param("/list/2/deep/7/x", "/list/2/deep", id="up to the list that is too short"),
        pytest.param("/list/01", "/list", id="a leading zero names nothing"),
        pytest.param("/list/١", "/list", id="other digits name nothing"),
        pytest.param("//x", "/", id="up to the member with the empty name"),
        pytest.param("/a~1b/q", "/a~1b", id="escapes stay escapes"),
        pytest.param("/nowhere/at/all", "", id="nothing of it"),
    ],
)
def test_existing_is_the_longest_beginning_that_is_there(pointer: str, beginning: str) -> None:
    assert pointers.existing(DOCUMENT, pointer) == beginning


@settings(deadline=None)
@given(json_values)
def test_every_place_of_a_document_exists_and_is_found(value: Json) -> None:
    for path, item in everything(value):
        pointer = pointers.pointer(path)
        assert pointers.existing(value, pointer) == pointer
        assert pointers.get(value, pointer) is item


@settings(deadline=None)
@given(json_values, st.lists(st.text(max_size=3)).map(pointers.pointer))
def test_the_beginning_that_exists_covers_the_pointer_and_names_a_place(value: Json, pointer: str) -> None:
    beginning = pointers.existing(value, pointer)
    assert beginning in {pointers.pointer(path) for path, _ in everything(value)}
    assert pointers.covers(beginning, pointer)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        pytest.param("", [("", DOCUMENT)], id="the whole document"),
        pytest.param("/name", [("/name", "Beacon")], id="without a star: one"),
        pytest.param("/gone", [("/gone", None)], id="what is not there is named, with nothing"),
        pytest.param("/gone/*", [], id="no items of a list that is not there"),
        pytest.param("/none/*", [], id="no items of an empty list"),
        pytest.param("/name/*", [], id="text has no items"),
        pytest.param(
            "/list/*",
            [("/list/0", "zero"), ("/list/1", None), ("/list/2", {"deep": [10, 20]})],
            id="each item, also the one that is null",
        ),
        pytest.param(
            "/list/*/deep",
            [("/list/0/deep", None), ("/list/1/deep", None), ("/list/2/deep", [10, 20])],
            id="a member of each item",
        ),
        pytest.param("/list/*/deep/*", [("/list/2/deep/0", 10), ("/list/2/deep/1", 20)], id="a star below a star"),
        pytest.param("/a~1b/m~0n", [("/a~1b/m~0n", 8)], id="escapes stay escapes"),
    ],
)
def test_matches(path: str, found: list[tuple[str, Json]]) -> None:
    assert list(pointers.matches(DOCUMENT, path)) == found


@pytest.mark.parametrize(
    ("outer", "inner", "covered"),
    [
        pytest.param("/a", "/a", True, id="itself"),
        pytest.param("/a", "/a/b/0", True, id="what lies below"),
        pytest.param("", "/a", True, id="the document covers all"),
        pytest.param("", "", True, id="the document covers itself"),
        pytest.param("/a", "/ab", False, id="a longer name is another place"),
        pytest.param("/a/b", "/a", False, id="not what lies above"),
    ],
)
def test_covers(outer: str, inner: str, covered: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    assert pointers.covers(outer, inner) is covered


@given(
    st.recursive(
        st.none() | st.integers(0, 2),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
        max_leaves=10,
    ),
    st.lists(st.sampled_from(["a", "b", "0", "*", "[a=1]"]), max_size=4),
)
def test_values_are_those_of_the_matches_that_are_there(value: Json, steps: list[str]) -> None:
    path = pointers.pointer(steps)
    assert pointers.values(value, path) == [each for _, each in pointers.matches(value, path) if each is not None]
