"""A member that is read line by line says what the strict reader says of it, or is left to that reader."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.errors import DocumentError
from preflight.shell import documents, sections
from preflight.shell.history_members import DEEPEST, MOST_LINES, Members

SAMPLES = [path.read_bytes() for path in sorted((Path(__file__).parents[2] / "vendors").glob("*.yaml"))]
PIECES = [
    b" ", b"  ", b"- ", b": ", b":", b"#", b" #", b"\t", b"\n", b"\r\n", b"'", b'"', b"{", b"}", b"[", b"]", b",", b"|",
    b">", b"|-", b"&a ", b"*a", b"!x ", b"%", b"@", b"`", b"?", b"? ", b"null", b"true", b"1e5", b"-1", b"0x1", b".inf",
    b"\xc3\xa9", b"\xe2\x80\xae", b"---", b"...", b"<<: ", b"a: b", b"\n  x: y", b"\n- a", b"\n  - a", b"~", b"0",
    b"01",
    b"2026-01-01", b"99999999999999999", b"\\", b"\x00", b"\xc2\x85", b"\n\n", b"\n# c\n", b"\n   # c\n",
    b"{a: 1, b: c d}",
    b"[a b, 2]", b"{a: b, a: c}", b"{a: 1,b: 2}", b"[x, true]", b"{null: 1}", b"{a: }", b"[a, ]", b"{a: 01}", b"{a:1}",
]  # fmt: skip
LINES = st.sampled_from(
    [
        "a:", "a: x", "a: x y", "a: 1", "a: 01", "a: 1.5", "a: 2026-01-01", "a: [b, c d]", "a: {b: 1, c: d}",
        "a: {b: 1, b: 2}",
        "a: 'x'", 'a: "x', "a: |", "a: >-", "a: # note", "a: x # note", "a: x #", "a: b: c", "a: true", "a: ~",
        "a: null",
        "- a", "- b: 1", "- b:", "- ", "-", "- - x", "- 'q': 1", "- {b: 1}", "- a: b: c", "- null", "b: 2", "b:",
        "c: 3",
        "null: 1", "# note", "# \u202e", "", "   ", "a: x\u00e9", "a: \u202e", "a:\t1", "a: x\r", "---", "...",
        "'q': 1", "text",
        "a: x ", "a: [", "]", "? a", ": b", "a: &x 1", "a: *x", "a: !t 1", "a: http://x.example/y", "a: x:",
        "a: [[[[[[[[[1]]]]]]]]]",
    ]
)  # fmt: skip


def by_lines(data: bytes) -> object:
    parts = sections.cut(data)
    found = None if parts is None else Members().parse(parts)
    return None if found is None else (repr(sections.together(found)), 1 + sum(part.nodes for part in found.values()))


def whole(data: bytes) -> object:
    try:
        document = documents.parse(data)
    except DocumentError:
        return "refused"
    return repr(document.value), len(document.marks)


@settings(max_examples=600)
@given(st.lists(st.tuples(st.integers(0, 3), LINES), max_size=9))
def test_lines_mean_what_the_strict_reader_says(drawn: list[tuple[int, str]]) -> None:
    data = ("top: 1\n" + "\n".join("  " * depth + text for depth, text in drawn) + "\n").encode()
    found = by_lines(data)
    assert found is None or found == whole(data), "what is read is the same, to the type and the number of values"


@settings(max_examples=300)
@given(st.integers(0, 2**32))
def test_a_damaged_record_means_what_the_strict_reader_says(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - not for secrets
    parts = sections.cut(dice.choice(SAMPLES))
    assert parts is not None
    data = b"".join(dice.sample(list(parts.values()), min(len(parts), 3)))
    for _ in range(dice.choice([0, 1, 1, 2, 3])):
        at = dice.randrange(len(data) + 1)
        data = data[:at] + dice.choice(PIECES) + data[at + dice.choice([0, 0, 1, 2]) :]
    found = by_lines(data)
    assert found is None or found == whole(data)


@pytest.mark.parametrize("data", SAMPLES, ids=lambda data: data.split(b"\nid: ")[-1].split(b"\n")[0].decode())
def test_every_sample_is_read_in_full(data: bytes) -> None:
    assert by_lines(data) == whole(data)


def test_what_is_nested_deeply_is_left_to_the_strict_reader() -> None:
    for depth in (DEEPEST - 1, DEEPEST, DEEPEST + 9, documents.MAX_DEPTH + 1):
        data = "".join(f"{'  ' * level}k:\n" for level in range(depth)) + "  " * depth + "k: 1\n"
        assert by_lines(data.encode()) == (whole(data.encode()) if depth < documents.MAX_DEPTH else None)


def test_a_member_that_is_refused_is_refused_each_time() -> None:
    members = Members()
    parts = sections.cut(b"a: 1\nb: *x\n")
    assert parts is not None
    assert [members.parse(parts), members.parse(parts)] == [None, None]


def test_however_many_lines_there_were_the_same_is_read() -> None:
    members = Members()
    for start in range(0, MOST_LINES + 3_000, 1_500):
        data = b"a:\n" + b"".join(b"  - w%d\n" % number for number in range(start, start + 1_500))
        found = members.parse({b"a": data})
        assert found is not None
        assert found[b"a"].value == [f"w{number}" for number in range(start, start + 1_500)]
