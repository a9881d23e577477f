"""Who may decide: nobody approves what they propose, and a role is held before the change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from commands.house import ASKED, DECISION, OFFICER, PLAIN, RECORD, House, approval, propose, refused

if TYPE_CHECKING:
    from preflight.model import Json
    from signing import Keys


# ---- Who proposes does not approve --------------------------------------------------------------


@pytest.mark.parametrize(
    ("author", "found"),
    [
        pytest.param(
            "ida-holm", "ida-holm on 2026-05-20, who proposes this change, and nobody approves what they propose",
            id="the CFO proposes",
        ),
        pytest.param(
            "someone@elsewhere.example",
            "ida-holm on 2026-05-20; but the change is proposed by someone@elsewhere.example, whom "
            "policies/people.yaml does not know, so that it may be the same person",
            id="nobody knows who proposes",
        ),
    ],
)  # fmt: skip
def test_duties_are_separated(house: House, signer: Keys, author: str, found: str) -> None:
    propose(house, author)
    house.add(signer("ida-holm").files(approval()))
    house.commit("Word of the CFO")
    told = house.gate()
    assert told.code == 1
    assert (ASKED, RECORD, OFFICER + found) in told.red


@pytest.mark.parametrize("login", ["ida-holm", "IDA-HOLM", "ida-holm@house.example"])
def test_whom_the_server_names_proposes_as_well(
    house: House, signer: Keys, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    propose(house)
    house.add(signer("ida-holm").files(approval()))
    house.commit("Word of the CFO")
    assert house.gate().red == []
    monkeypatch.setenv("PREFLIGHT_PROPOSERS", login)
    found = "ida-holm on 2026-05-20, who proposes this change, and nobody approves what they propose"
    assert (ASKED, RECORD, OFFICER + found) in house.gate().red


# Our workflows; gitolite; GitLab; GitHub Enterprise, who pushes, and whose pull request is merged.
@pytest.mark.parametrize(
    "name",
    [
        "PREFLIGHT_PROPOSERS",
        "GL_USER",
        "GL_USERNAME",
        "GITHUB_USER_LOGIN",
        "GITHUB_PULL_REQUEST_AUTHOR_LOGIN",
    ],
)
def test_every_server_names_who_proposes_in_its_own_way(
    house: House, signer: Keys, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    propose(house)
    house.add(signer("ida-holm").files(approval()))
    house.commit("Word of the CFO")
    monkeypatch.setenv(name, "ida-holm")
    found = "ida-holm on 2026-05-20, who proposes this change, and nobody approves what they propose"
    assert house.gate().red == [(ASKED, RECORD, OFFICER + found)]


def test_whom_the_record_names_proposes_though_somebody_else_entered_it(house: House, signer: Keys) -> None:
    house.topic()
    house.record(60_000, lifecycle={"proposed_by": "ida-holm"})
    house.commit("Raise, as asked by mail", "mina-keller")
    house.add(signer("ida-holm").files(approval()))
    house.commit("Word of the CFO")
    found = "ida-holm on 2026-05-20, who proposes this change, and nobody approves what they propose"
    assert (ASKED, RECORD, OFFICER + found) in house.gate().red


def test_an_address_that_two_people_share_is_nobody_s(house: House, signer: Keys) -> None:
    """Whoever of the two proposes could agree as the other."""
    shared = "desk@house.example"
    house.person("mina-keller", email=shared)
    house.person("ida-holm", email=shared)
    house.commit("One desk")
    propose(house, shared)
    house.add(signer("ida-holm").files(approval()))
    house.commit("Word of the CFO")
    assert any(f"the change is proposed by {shared}, whom" in each for _, _, each in house.gate().red)


# ---- Who counts ---------------------------------------------------------------------------------


def test_a_role_of_the_same_change_is_not_held(house: House, signer: Keys) -> None:
    propose(house)
    house.person("carl-brun", roles=[{"role": "cfo", "from": "2020-01-01"}])
    house.add(signer("carl-brun").files(approval(by="carl-brun")))
    house.commit("Word of the CFO")
    told = house.gate()
    assert told.code == 1
    message = "carl-brun did not hold the role cfo on 2026-05-20"
    assert ("decision/role", DECISION, message) in told.red
    assert (ASKED, RECORD, f"{OFFICER}nobody") in told.red


def test_two_keys_of_one_person_are_one_person(house: House, signer: Keys) -> None:
    def two(value: Json) -> Json:
        demands = [{**each, "people": 2} if each["role"] == "cfo" else each for each in value["demands"]]
        return {**value, "demands": demands}

    house.amend("approvals", two)
    second = signer("ida-holm", which="second")
    path = house.root / "policies/allowed_signers"
    house.write("policies/allowed_signers", path.read_text("utf-8") + second.line(PLAIN))
    house.commit("Two people")
    files = signer("ida-holm").files(approval()) | second.files(approval(nonce="fedcba9876543210"))
    assert refused(house, files, "ida-holm, and 2 people are asked") == []
