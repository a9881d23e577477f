"""What people read of a commit: an edited entry and a decision are one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from preflight.field_changes import changes
from preflight.history import Change, listing, rows

if TYPE_CHECKING:
    from preflight.model import Json

COMMIT = "a" * 40
SIGNED = "vendors/decisions/acme/2026-05-19-cfo-00aa11bb.json"
STATEMENT: dict[str, Json] = {"kind": "approve", "vendor": "acme", "role": "cfo", "by": "gareth-whitlock"}


def changed(before: Json, after: Json) -> list[Change]:
    return [
        Change(COMMIT, "acme", "changed", each.pointer, each.before, each.after, "vendors/acme.yaml")
        for each in changes(before, after)
    ]


def decided(path: str, kind: str, before: Json, after: Json) -> Change:
    return Change(COMMIT, "acme", kind, "", before, after, path, "decisions")  # type: ignore[arg-type]  # any of them


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param(["SOC2", "SOC3"], ["SOC2", "SOC 3"], ["/list/1: SOC3 → SOC 3"], id="an entry is edited"),
        pytest.param(["a"], ["a", "b"], ["/list/1: set to b"], id="one comes"),
        pytest.param(["a", "b"], ["a"], ["/list/1: taken out, was b"], id="one goes"),
        pytest.param(["a", "b"], ["b"], ["/list/0: taken out, was a"], id="the first goes"),
        pytest.param(
            [{"id": "a", "users": 5}],
            [{"id": "b", "seats": 6}],
            ["/list/0/id: a → b", "/list/0/seats: set to 6", "/list/0/users: taken out, was 5"],
            id="an entry gives way to another",
        ),
    ],
)
def test_what_came_and_went_at_one_place_is_one_line(before: Json, after: Json, told: list[str]) -> None:
    found = rows.edited(changed({"list": before}, {"list": after}))
    assert [listing.said(each) for each in found] == told


def test_the_same_place_of_another_file_is_another_place() -> None:
    here, there = changed({"list": []}, {"list": ["x"]}), changed({"list": ["y"]}, {"list": []})
    others = [
        Change(COMMIT, "beacon", each.kind, each.field, each.before, each.after, "vendors/b.yaml") for each in there
    ]
    assert rows.edited([*here, *others]) == [*here, *others]


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        pytest.param({}, "gareth-whitlock, as cfo, approves it", id="an approval"),
        pytest.param({"kind": "waive", "rule": "security/sso", "valid_until": "2026-12-13"},
                     "gareth-whitlock, as cfo, waives security/sso until 2026-12-13", id="a waiver"),
        pytest.param({"kind": "revoke", "revokes": "2026-05-19-cfo-1"},
                     "gareth-whitlock, as cfo, revokes 2026-05-19-cfo-1", id="a revocation"),
        pytest.param({"kind": "amend"},
                     "gareth-whitlock, as cfo, agrees to a change of the policies", id="an amendment"),
    ],
)  # fmt: skip
def test_a_decision_is_one_line_that_says_who_decided_what(statement: dict[str, Json], told: str) -> None:
    came = decided(SIGNED, "added", None, STATEMENT | statement)
    sealed = decided(f"{SIGNED}.sig", "added", None, None)
    [only] = rows.without_signatures([came, sealed])
    assert listing.said(only) == f"{told} (2026-05-19-cfo-00aa11bb.json)"


def test_what_happens_to_a_decision_later_is_told() -> None:
    gone = decided(SIGNED, "removed", STATEMENT, None)
    assert listing.said(gone).endswith("approves it; this decision was taken out (2026-05-19-cfo-00aa11bb.json)")


def test_a_signature_that_comes_alone_is_told() -> None:
    alone = decided(f"{SIGNED}.sig", "added", None, None)
    assert rows.without_signatures([alone]) == [alone]
    assert listing.said(alone) == f"{SIGNED}.sig added"


@pytest.mark.parametrize(
    "statement", [None, [], {}, {"kind": "approve"}, {"kind": ["approve"], "by": 1}, {"kind": "x"}]
)
def test_what_is_no_statement_is_told_as_a_file(statement: Json) -> None:
    assert listing.said(decided(SIGNED, "added", None, statement)) == f"{SIGNED} added"
