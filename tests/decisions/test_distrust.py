"""Which changes of keys take trust away and do nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from preflight.decisions.distrust import newly_leaked, takes_keys_away
from preflight.decisions.signers import Signers

if TYPE_CHECKING:
    from preflight.model import JsonObject
    from signing import Keys

PEOPLE = {"ann": "ann", "ann@x.example": "ann", "bob": "bob"}
OLD = {"key": "SHA256:old", "since": "2026-01-01", "why": "Lost."}
NEW = {"key": "SHA256:new", "since": "2026-02-01", "why": "Stolen."}


@pytest.mark.parametrize(
    ("before", "after", "leaked"),
    [
        pytest.param({}, {}, set(), id="nothing"),
        pytest.param({}, {"leaked_keys": [NEW]}, {"SHA256:new"}, id="the first"),
        pytest.param({"leaked_keys": [OLD]}, {"leaked_keys": [NEW, OLD]}, {"SHA256:new"}, id="one more"),
        pytest.param({"leaked_keys": [OLD]}, {}, None, id="one less"),
        pytest.param({"leaked_keys": [OLD]}, {"leaked_keys": [{**OLD, "since": "2026-03-01"}]}, None, id="later"),
        pytest.param({"leaked_keys": [OLD]}, {"leaked_keys": [OLD, {**OLD, "since": "2026-03-01"}]}, None, id="twice"),
        pytest.param({"window_days": 1}, {"window_days": 2, "leaked_keys": [NEW]}, None, id="and something else"),
        pytest.param({"window_days": 1}, {"leaked_keys": [NEW]}, None, id="and something gone"),
    ],
)
def test_only_what_is_entered_as_leaked_takes_trust_away(
    before: JsonObject, after: JsonObject, leaked: set[str] | None
) -> None:
    assert newly_leaked(before, after) == leaked


def test_keys_go_and_hold_for_less(signer: Keys) -> None:
    ann, bob = signer("ann"), signer("bob")
    both, narrow = 'namespaces="a@v1,b@v1"', 'namespaces="a@v1"'
    ended, sooner, later = 'valid-before="20270101Z"', 'valid-before="20260101Z"', 'valid-after="20250101Z"'

    def less(before: str, after: str, *leaked: str) -> bool:
        return takes_keys_away(Signers.of(before), Signers.of(after), frozenset(leaked), PEOPLE)

    old = ann.line(both)
    assert less(old + bob.line(), bob.line())
    assert less(old, "")
    assert less(old, ann.line(both, ended))
    assert less(ann.line(both, ended), ann.line(both, sooner))
    assert less(old, ann.line(both, later))
    assert less(ann.line(), old)
    assert less(old, ann.line(narrow))
    assert not less("", old)
    assert not less(ann.line(both, ended), old)
    assert not less(ann.line(both, sooner), ann.line(both, ended))
    assert not less(ann.line(both, later), old)
    assert not less(ann.line(narrow), old)
    assert not less(old, ann.line())
    assert not less(old, ann.line(both, name="bob")), "a key goes to nobody else"


def test_a_key_comes_for_one_that_goes(signer: Keys) -> None:
    ann, new, newer, bob = signer("ann"), signer("ann", which="new"), signer("ann", which="newer"), signer("bob")
    both, narrow = 'namespaces="a@v1,b@v1"', 'namespaces="a@v1"'
    old = ann.line(both)
    [fingerprint] = Signers.of(old).keys

    def less(before: str, after: str, *leaked: str) -> bool:
        return takes_keys_away(Signers.of(before), Signers.of(after), frozenset(leaked), PEOPLE)

    assert less(old, new.line(both))
    assert less(old, new.line(narrow))
    assert less(old, new.line(both, name="ann@x.example")), "the same person by another name"
    assert less(old, old + new.line(both), fingerprint), "one that leaked may stay on the list"
    assert less(old, ann.line(both, 'valid-before="20260101Z"') + new.line(both))
    assert not less(old, old + new.line(both)), "nothing goes"
    assert not less(old, new.line()), "it may sign more"
    assert not less(old, new.line(both) + newer.line(both)), "two for one"
    assert not less(old, bob.line(both)), "it is that of somebody else"
    assert not less(old + bob.line(both), ann.line(both) + new.line(both)), "it is somebody else's that goes"
