"""What a statement about a commit rests on: a signature only where it is by whom the statement is about."""

from __future__ import annotations

import pytest

from preflight.history import Commit
from preflight.provenance.story import named, rests
from preflight.staff import Staff

STAFF = Staff.of(
    {
        "teams": [{"id": "desk", "name": "Desk", "side": "it"}],
        "people": [
            {"id": "kofi-mensah", "name": "Kofi", "email": "kofi@x.example", "logins": ["kofi"], "team": "desk"}
        ],
    }
)
WHEN = "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("signature", "email", "expected"),
    [
        pytest.param("good kofi-mensah", "kofi@x.example", "signature verified", id="by the id of the author"),
        pytest.param("good Kofi@x.example", "kofi@x.example", "signature verified", id="by the address of the author"),
        pytest.param("good kofi-mensah", "cfo@x.example", "claimed by the commit", id="signed by somebody else"),
        pytest.param("good", "", "claimed by the commit", id="signed by nobody named"),
        pytest.param("not-allowed kofi-mensah", "kofi@x.example", "claimed by the commit", id="may not sign"),
        pytest.param("bad", "kofi@x.example", "claimed by the commit", id="does not fit"),
        pytest.param("unsigned", "kofi@x.example", "claimed by the commit", id="not signed"),
    ],
)
def test_a_signature_proves_only_its_own_signer(signature: str, email: str, expected: str) -> None:
    commit = Commit("c" * 40, (), "N", email, WHEN, "N", email, WHEN, "s", signature=signature)
    assert rests(commit, email, STAFF) == expected


def test_whom_the_directory_does_not_know_is_said_only_where_there_is_one() -> None:
    assert named("Kofi", "kofi@x.example", STAFF) == "Kofi <kofi@x.example>, kofi-mensah of desk"
    assert named("X", "x@y.example", STAFF) == "X <x@y.example>, whom the directory does not know"
    assert named("X", "", Staff()) == "X"
    assert named("", "", Staff()) == "nobody named"
