"""A record that is read in parts says what it says as a whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import DocumentError
from preflight.shell import documents, sections

LINES = st.sampled_from(
    [
        "a: 1", "b: x", "a:", "  c: 2", "- x", "- y: 1", "b: 'open", "close'", 'c: "x', 'y"', "d: [1,", "2]",
        "e: {f: 1}", "e: |", "  text", "", "# note", "--- ", "...", "b: &x 1", "c: *x", "true: 1", "g: ~", "}",
        "  - z", "a : 1", "é: 1", "? a", ": b", "\ta: 1", "h: >-", "i: a", " b", "%YAML 1.1", "'q': 1", "j:k",
        "a: 1 # é", "l: a: b", "\ufeffa: 1",
    ]
)  # fmt: skip


def whole(data: bytes) -> object:
    try:
        document = documents.parse(data)
    except DocumentError:
        return "refused"
    return document.value, len(document.marks)


@given(st.lists(LINES, max_size=9), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_parts_mean_what_the_whole_means(written: list[str], end: str, last: bool) -> None:  # noqa: FBT001 - drawn
    data = (end.join(written) + (end if last else "")).encode()
    parts = sections.cut(data)
    found = None if parts is None else sections.parse(parts)
    if found is not None:
        nodes = 1 + sum(part.nodes for part in found.values())
        assert (sections.together(found), nodes) == whole(data)


def test_a_usual_record_is_cut() -> None:
    data = b"# about\nid: x\nlist:\n- a\n- b\n\n# more\ntext: |\n  one\n\n  two\nlast: {a: 1}\n"
    parts = sections.cut(data)
    assert parts is not None
    assert list(parts) == [b"id", b"list", b"text", b"last"]
    assert b"".join(parts.values()) == data


@pytest.mark.parametrize(
    "data",
    [b"", b"- a\n", b"a: 1\na: 2\n", b"--- \na: 1\n", b"'a': 1\n", b"a: 1\n...\n", b"x\na: 1\n", b"a: [1,\n2]\n"],
)
def test_what_is_not_certain_is_read_as_a_whole(data: bytes) -> None:
    assert sections.cut(data) is None


def test_a_quote_that_reaches_over_a_key_is_read_as_a_whole() -> None:
    parts = sections.cut(b"a: 'x\nb: y'\n")
    assert parts is not None
    assert sections.parse(parts) is None
