"""Changes of the policies: two owners sign for exactly this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from commands.house import House, Told, approval
from preflight.decisions.amendment import digest
from preflight.shell import trust_root
from preflight.shell.git import GitTree
from preflight.shell.registry import layout

if TYPE_CHECKING:
    from preflight.decisions.statement import Statement
    from signing import Keys

CHANGED = "This change alters the policy itself: policies/approvals.yaml"


def state(house: House, revision: str) -> str:
    tree = GitTree(house.root, revision)
    return digest(trust_root.listing(tree, layout(tree)))


def owners(house: House, *people: str, **changes: Any) -> list[tuple[Statement, str]]:
    """Return the word of those people on the change from main to topic."""
    found = []
    for number, person in enumerate(people):
        plain = {"kind": "amend", "vendor": "policies", "role": "policy-owner", "by": person, "bounds": {}}
        plain |= {"amends": state(house, "main"), "into": state(house, "topic"), "nonce": f"{number}" * 16, "facts": ()}
        found.append((approval(**{**plain, **changes}), person))
    return found


def signed(house: House, keys: Keys, *people: str, **changes: Any) -> None:
    for statement, person in owners(house, *people, **changes):
        house.add(keys(person).files(statement))
    house.commit("Signed")


def loosen(house: House) -> None:
    house.topic()
    text = (house.root / "policies/approvals.yaml").read_text("utf-8")
    house.write("policies/approvals.yaml", text.replace("annual_cost_from: 50000", "annual_cost_from: 500000"))
    house.commit("Loosen", "nora-fink")


def policy_told(told: Told) -> list[str]:
    return [each[2] for each in told.red if each[0] == "change/policy"]


def test_the_policies_change_by_the_word_of_two_owners(house: House, signer: Keys) -> None:
    loosen(house)
    assert [each.startswith(CHANGED) for each in policy_told(house.gate())] == [True]
    signed(house, signer, "nora-fink")
    (message,) = policy_told(house.gate())
    assert message.endswith("and there is that of nora-fink")
    signed(house, signer, "nora-fink", "paul-novak")
    told = house.gate()
    assert (told.code, told.red) == (0, [])


def test_an_amendment_is_good_for_one_change_only(house: House, signer: Keys) -> None:
    loosen(house)
    signed(house, signer, "nora-fink", "paul-novak")
    house.write("policies/limits.yaml", (house.root / "policies/limits.yaml").read_bytes() + b"# more\n")
    house.commit("One more thing")
    (message,) = policy_told(house.gate())
    assert message.endswith("and there are none")


def test_an_amendment_by_a_key_for_decisions_alone_is_refused(house: House, signer: Keys) -> None:
    loosen(house)
    signed(house, signer, "nora-fink")
    (statement, _), *_ = owners(house, "carl-brun", nonce="e" * 16)
    house.add(signer("carl-brun").files(statement))
    house.commit("Not an owner")
    told = house.gate()
    assert told.code == 1
    assert [each[0] for each in told.red if each[0].startswith("decision/")] == ["decision/key"]
    assert policy_told(told)
