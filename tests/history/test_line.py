"""Vendors are followed by their id through all that can happen to a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from preflight.history import Change, Commit, Logged, Seal, lines
from preflight.history.line import Event, Fact, Line, Touch
from preflight.history.selection import Selection

if TYPE_CHECKING:
    from preflight.history import Stream

BAD = Fact(fault="line 1: no")
FACTS = {"": Fact(), "bad1": BAD, "bad2": BAD, **{f"{who}{n}": Fact(who) for who in "xyz" for n in range(4)}}


def follow(*steps: list[tuple[str, str, str]]) -> list[tuple[str, ...]]:
    """Return what a line tells of steps: kind, vendor, path, and what it names."""
    line = Line()
    told = []
    for step in steps:
        for each in line.step([Touch(*touch) for touch in step], [], FACTS.__getitem__):
            more = (each.before, each.after, each.note)
            told.append((each.kind, each.vendor, each.path, *filter(None, more)))
    return told


ADD = [("p", "", "x1")]


@pytest.mark.parametrize(
    ("steps", "wanted"),
    [
        pytest.param([ADD], [("added", "x", "p", "x1")], id="added"),
        pytest.param([[("p", "x1", "")]], [("removed", "x", "p", "x1")], id="removed"),
        pytest.param([[("p", "x1", "x2")]], [("changed", "x", "p", "x1", "x2")], id="changed"),
        pytest.param([[("p", "x1", ""), ("q", "", "x1")]], [("renamed", "x", "q", "p")], id="renamed"),
        pytest.param(
            [[("p", "x1", ""), ("q", "", "x2")]],
            [("renamed", "x", "q", "p"), ("changed", "x", "q", "x1", "x2")],
            id="renamed and changed",
        ),
        pytest.param(
            [[("p", "x1", "y1"), ("q", "y1", "x1")]],
            [("renamed", "y", "p", "q"), ("renamed", "x", "q", "p")],
            id="two change places",
        ),
        pytest.param(
            [[("p", "x1", "y1")]], [("removed", "x", "p", "x1"), ("added", "y", "p", "y1")], id="another vendor's file"
        ),
        pytest.param(
            [ADD, [("p", "x1", "")], [("q", "", "x2")]],
            [("added", "x", "p", "x1"), ("removed", "x", "p", "x1"), ("added", "x", "q", "x2")],
            id="an id that comes back",
        ),
        pytest.param(
            [[("p", "x1", "bad1")], [("p", "bad1", "bad2")], [("p", "bad2", "x2")]],
            [
                ("unreadable", "x", "p", "line 1: no"),
                ("unreadable", "x", "p", "line 1: no"),
                ("readable", "x", "p"),
                ("changed", "x", "p", "x1", "x2"),
            ],
            id="unreadable versions are stepped over",
        ),
        pytest.param(
            [[("p", "", "bad1")], [("p", "bad1", "x2")]],
            [("unreadable", "p", "p", "line 1: no"), ("removed", "p", "p"), ("added", "x", "p", "x2")],
            id="unreadable from the start, so that its id was not known",
        ),
        pytest.param(
            [[("p", "x1", "bad1")], [("p", "bad1", "")]],
            [("unreadable", "x", "p", "line 1: no"), ("removed", "x", "p", "x1")],
            id="removed while unreadable",
        ),
        pytest.param([[("p", "x1", "bad1")], [("p", "bad1", "x1")]],
            [("unreadable", "x", "p", "line 1: no"), ("readable", "x", "p")], id="put back as it was"),
    ],
)  # fmt: skip
def test_what_is_told(steps: list[list[tuple[str, str, str]]], wanted: list[tuple[str, ...]]) -> None:
    assert follow(*steps) == wanted


def test_a_line_is_taken_up_in_its_midst() -> None:
    first = Line()
    list(first.step([Touch("p", "x1", "bad1")], [], FACTS.__getitem__))
    later = Line(dict(first.pending))
    told = later.step([Touch("p", "bad1", "x2")], [], FACTS.__getitem__)
    assert [each.kind for each in told] == ["readable", "changed"]
    assert later.pending == {}


def test_a_file_of_the_policies_is_told_field_by_field_only_where_it_has_fields() -> None:
    named = ("CODEOWNERS", "policies/rates.yaml")
    touches: list[tuple[Stream, str, Touch]] = [("policies", "policies", Touch(path, "a", "b")) for path in named]
    told = Line().step([], touches, FACTS.__getitem__)
    assert [(each.before, each.after) for each in told] == [("", ""), ("a", "b")]


# ---- The published form -------------------------------------------------------------------------

HOSTILE = 'a"b\n{}, "signature": %,\u2028\x1b]8;;::set-output##[x]\ud800'
COMMIT = Commit(
    id="c" * 40,
    parents=(),
    author=HOSTILE,
    email="a@example.com",
    authored="2026-01-01T00:00:00+00:00",
    committer="C",
    committer_email="c",
    date="2026-01-02T00:00:00+00:00",
    subject=HOSTILE,
    trailers=(("T", HOSTILE),),
    pull_request=5,
    seal=Seal("ssh", "SHA256:x"),
    signature="good noor",
)


def test_a_line_is_json_whatever_is_in_it_and_reads_back() -> None:
    event = Event("changes", HOSTILE, "changed", HOSTILE, "x", "y")
    written = lines.written(
        3, COMMIT, [(event, lines.fragments({"k": 1, HOSTILE: "%"}, {"k": [HOSTILE], "signature": "%,"}))]
    )
    shown = lines.sealed(written, "good noor")
    assert shown.count(b"\n") == 4
    assert shown.isascii() or "\x1b" not in shown.decode()
    read = [json.loads(line.removesuffix(b",")) for line in shown.splitlines()]
    assert {each["signature"] for each in read} == {"good noor"}
    assert {each["author"] for each in read} == {HOSTILE}
    changes = list(lines.read(written, "changes"))
    assert {(each.vendor, each.kind, each.path) for each in changes} == {(HOSTILE, "changed", HOSTILE)}
    assert b"".join(lines.entry(Logged(3, COMMIT, each)) for each in changes) == shown


def test_a_commit_reads_back() -> None:
    assert lines.as_commit(lines.as_text(COMMIT), "good noor") == COMMIT


def test_the_document_is_json_with_and_without_entries() -> None:
    one = b'{"a": 1},\n'
    text = b"".join(lines.document("h", [("changes", [b"", one, one + one]), ("decisions", []), ("policies", [one])]))
    assert json.loads(text) == {
        "schema": "preflight/audit/v1",
        "head": "h",
        "changes": [{"a": 1}] * 3,
        "decisions": [],
        "policies": [{"a": 1}],
    }


# ---- What is asked for --------------------------------------------------------------------------

ADDED = Change("c", "acme", "added", "", None, {"cost": {"once": 1}, "subs": [{"price": 2}, {"price": 3}]}, "p")
CHANGED = Change("c", "acme", "changed", "/subs/1/price", 3, 4, "p")
UNREADABLE = Change("c", "acme", "unreadable", "", None, "line 1", "p")
POLICY = Change("c", "policies", "changed", "/subs/0", 1, 2, "policies/x.yaml", "policies")


@pytest.mark.parametrize(
    ("selection", "change", "wanted"),
    [
        (Selection(), CHANGED, [("/subs/1/price", 3, 4)]),
        (Selection(vendor="other"), CHANGED, []),
        (Selection(vendor="acme"), POLICY, []),
        (Selection(pointer="/subs"), CHANGED, [("/subs/1/price", 3, 4)]),
        (Selection(pointer="/subs/*/price"), CHANGED, [("/subs/1/price", 3, 4)]),
        (Selection(pointer="/sub"), CHANGED, []),
        (Selection(pointer="/cost/once"), ADDED, [("/cost/once", None, 1)]),
        (Selection(pointer="/subs/*/price"), ADDED, [("/subs/0/price", None, 2), ("/subs/1/price", None, 3)]),
        (Selection(pointer="/none"), ADDED, []),
        (Selection(pointer="/cost"), UNREADABLE, [("", None, "line 1")]),
        (Selection(kinds=("added",)), CHANGED, []),
        (Selection(kinds=("policy",)), CHANGED, []),
        (Selection(kinds=("policy",)), POLICY, [("/subs/0", 1, 2)]),
        (Selection(kinds=("changed",)), POLICY, []),
    ],
)
def test_what_is_selected(selection: Selection, change: Change, wanted: list[tuple[str, object, object]]) -> None:
    assert [(each.field, each.before, each.after) for each in selection.of(change)] == wanted


def test_authors_are_found_by_a_part_of_name_or_address() -> None:
    assert Selection(author="A@EXAMPLE").wants(COMMIT)
    assert not Selection(author="nobody").wants(COMMIT)
    assert not Selection(reaches=(lambda _: False,)).wants(COMMIT)
