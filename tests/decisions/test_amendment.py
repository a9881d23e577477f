"""Amendments: digests that tell every two states apart, and whose word a change of the policies has."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.decisions import Decision
from preflight.decisions.amendment import changes, digest, owners_for
from preflight.decisions.statement import Statement

if TYPE_CHECKING:
    from preflight.decisions.amendment import Listing

CONTENT = st.sampled_from(["0" * 64, "1" * 64])
NAMES = st.text(st.sampled_from("ab/ \n0"), min_size=1, max_size=6)
STATES = st.dictionaries(NAMES, st.tuples(st.sampled_from(["100644", "100755"]), CONTENT), max_size=4)
BEFORE, AFTER = "sha256:" + "a" * 64, "sha256:" + "b" * 64


@given(STATES, STATES)
def test_two_states_have_one_digest_only_if_they_are_the_same(one: Listing, other: Listing) -> None:
    assert (digest(one) == digest(other)) == (dict(one) == dict(other))


def test_a_name_with_a_line_feed_does_not_pass_for_two_files() -> None:
    zero, one = "0" * 64, "1" * 64
    two = {"policies/a": ("100644", zero), "policies/b": ("100644", one)}
    assert digest(two) != digest({f"policies/a\n100644 {one} policies/b": ("100644", zero)})


def test_a_digest_depends_on_no_order_and_begins_with_its_kind() -> None:
    state = {"b": ("100644", "0" * 64), "a": ("100755", "1" * 64)}
    assert digest(state) == digest(dict(reversed(state.items())))
    assert digest(state).startswith("sha256:")


def test_changes_are_named() -> None:
    before = {"a": ("100644", "0"), "b": ("100644", "0"), "c": ("100644", "0"), "d": ("100644", "0")}
    after = {"b": ("100644", "1"), "c": ("100755", "0"), "d": ("100644", "0"), "e": ("100644", "0")}
    assert changes(before, after) == {"a": "removed", "b": "changed", "c": "changed", "e": "added"}


def word(by: str, **changed: Any) -> Decision:
    state = changed.pop("state", "in-force")
    said = Statement("amend", "r", "policies", "policy-owner", by, date(2026, 5, 1), "a" * 40, "0" * 16)
    said = replace(said, **{"amends": BEFORE, "into": AFTER, **changed})
    return Decision(said.id, "p", said, "SHA256:x", touched=False, identified=False, state=state)


def test_the_word_of_each_owner_counts_once() -> None:
    assert owners_for([word("noor"), word("ruben"), word("noor", nonce="1" * 16)], BEFORE, AFTER) == ("noor", "ruben")


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"state": "revoked"}, id="revoked"),
        pytest.param({"state": "void"}, id="by a key that leaked"),
        pytest.param({"state": "not-yet"}, id="of tomorrow"),
        pytest.param({"role": "cfo"}, id="in another role"),
        pytest.param({"kind": "revoke"}, id="another kind"),
        pytest.param({"amends": AFTER}, id="from another state"),
        pytest.param({"into": BEFORE}, id="into another state"),
        pytest.param({"amends": AFTER, "into": BEFORE}, id="the way back"),
    ],
)
def test_a_word_on_something_else_does_not_count(changed: dict[str, Any]) -> None:
    assert owners_for([word("noor", **changed)], BEFORE, AFTER) == ()
