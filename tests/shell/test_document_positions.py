"""The strict YAML reader: where it says things stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight import pointers
from preflight.model import Position
from preflight.shell import documents
from shell.written_yaml import VENDORS, Plain, values

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from preflight.model import Json


def places(node: yaml.Node | None, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str, Position]]:
    """Where each pointer below a node stands, as PyYAML's own parser (which is not libyaml) has it."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = (*path, key.value)
            yield pointers.pointer(below), Position(key.start_mark.line + 1, key.start_mark.column + 1)
            yield from places(value, below)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield pointers.pointer((*path, index)), Position(item.start_mark.line + 1, item.start_mark.column + 1)
            yield from places(item, (*path, index))


@settings(deadline=None, max_examples=300)
@given(values, st.sampled_from([None, True, False]), st.integers(20, 200))
def test_every_pointer_stands_where_another_parser_finds_it(value: Json, flow: bool | None, width: int) -> None:  # noqa: FBT001 - pytest passes it by name
    written = yaml.dump(value, Dumper=Plain, default_flow_style=flow, allow_unicode=True, width=width)
    document = documents.parse(written.encode())
    expected = dict(places(yaml.compose(written, yaml.SafeLoader)))
    assert {pointer: document.position(pointer) for pointer in expected} == expected


@pytest.mark.parametrize("path", VENDORS, ids=lambda path: path.stem)
def test_every_pointer_of_a_sample_record_leads_to_its_key(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    document, lines = documents.parse(text.encode()), text.splitlines()
    expected = dict(places(yaml.compose(text, yaml.SafeLoader)))
    assert {pointer: document.position(pointer) for pointer in expected} == expected
    for pointer, place in expected.items():
        name = pointers.parts(pointer)[-1]
        if not name.isdecimal():
            assert re.match(rf"{re.escape(name)}:", lines[place.line - 1][place.column - 1 :])


POSITIONS = documents.parse(
    "# a comment\n"
    "name: Café\n"
    "owner:\n"
    "empty:\n"
    "list:\n"
    "  - 1\n"
    "  -\n"
    "  - {é: 1, 😀: 2, z: [3, 4]}\n"
    '"": {"": below}\n'
    '"a/b~c": 5\n'.encode()
)


@pytest.mark.parametrize(
    ("pointer", "line", "column"),
    [
        pytest.param("", 2, 1, id="the document begins at its first key"),
        pytest.param("/name", 2, 1, id="a member is where its key is"),
        pytest.param("/empty", 4, 1, id="a member that is null"),
        pytest.param("/empty/below", 4, 1, id="below null: its key"),
        pytest.param("/list/0", 6, 5, id="an item is where its value begins"),
        pytest.param("/list/2/z", 8, 18, id="columns count characters"),
        pytest.param("/list/2/z/1", 8, 25, id="an item in brackets"),
        pytest.param("/list/2/gone/deep", 8, 5, id="the nearest that exists"),
        pytest.param("/list/9", 5, 1, id="no such item: the list"),
        pytest.param("/list/02", 5, 1, id="a leading zero names no item"),
        pytest.param("/list/٢", 5, 1, id="other digits name no item"),
        pytest.param("/", 9, 1, id="the empty key"),
        pytest.param("//", 9, 6, id="the empty key below the empty key"),
        pytest.param("/a~1b~0c", 10, 1, id="a key with a slash and a tilde"),
        pytest.param("/gone", 2, 1, id="nothing of it: the document"),
    ],
)
def test_position(pointer: str, line: int, column: int) -> None:
    assert POSITIONS.position(pointer) == Position(line, column)


def test_an_item_that_is_left_empty_has_a_place_in_its_line() -> None:
    assert POSITIONS.position("/list/1").line == 7
