"""``preflight approve policies``: owners of the policies agree to a change of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from preflight.decisions.statement import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result
    from deciding_desk import Desk

OWNERS = ("noor-haddad", "ruben-castellanos")


def test_two_owners_agree_to_a_change_of_the_policies(desk: Desk, run: Callable[..., Result]) -> None:
    base = desk.git("rev-parse", "HEAD").strip()
    desk.edit("policies/waivers.yaml", "longest_days: 180", "longest_days: 90")
    desk.commit("Shorter waivers")
    call = ("--root", desk.root, "approve", "policies", "--role", "policy-owner", "--base", base, "--yes")
    for person in OWNERS:
        result = run(*call, "--key", desk.key(person), "--reason", "Half a year is too long.")
        assert (result.code, result.err) == (0, "")
    assert "changed  policies/waivers.yaml" in result.out
    assert f"preflight policy diff {base}" in result.out
    said = [parse((desk.root / each).read_bytes()) for each in desk.made() if each.endswith(".json")]
    assert {each.by for each in said} == set(OWNERS)
    assert [dict(each.facts) for each in said] == [{"policies/waivers.yaml": "changed"}] * 2
    desk.commit("Agree")
    result = run("--root", desk.root, "check", "--base", base)
    assert "This change alters the policy itself: policies/waivers.yaml; signed by" in result.out
    assert result.code == 0


def test_many_changed_files_are_counted(desk: Desk, run: Callable[..., Result]) -> None:
    base = desk.git("rev-parse", "HEAD").strip()
    for path in (desk.root / "policies" / "rules").glob("*/*.yaml"):
        path.write_text(path.read_text("utf-8") + "# anew\n", "utf-8")
    key = desk.key("noor-haddad")
    call = ("approve", "policies", "--role", "policy-owner", "--base", base, "--key", key, "--yes")
    result = run("--root", desk.root, *call)
    assert (result.code, result.err) == (0, "")
    assert "the change is not committed as it is in the folder" in " ".join(result.out.split())
    path = next(desk.root / each for each in desk.made() if each.endswith(".json"))
    facts = json.loads(path.read_bytes())["facts"]
    assert len(facts) == 40
    assert facts["and"].endswith(" more")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param((), "--base is missing: from which policies the change begins", id="no base"),
        pytest.param(("--base", "HEAD"), "nothing by which the gate judges differs from HEAD", id="no change"),
        pytest.param(("--base", "nowhere"), "git cannot read 'nowhere'", id="no such base"),
        pytest.param(("--base", "HEAD", "--risk", "low"), "has neither bounds nor an end", id="bounds"),
    ],
)
def test_an_amendment_needs_a_base_and_a_change(
    desk: Desk, run: Callable[..., Result], more: tuple[str, ...], said: str
) -> None:
    key = desk.key("noor-haddad")
    result = run("--root", desk.root, "approve", "policies", "--role", "policy-owner", "--key", key, "--yes", *more)
    assert result.code == 2
    assert said in result.err
    assert desk.made() == []


def test_a_file_with_a_hostile_name_is_shown_and_signed_as_text(desk: Desk, run: Callable[..., Result]) -> None:
    base = desk.git("rev-parse", "HEAD").strip()
    (desk.root / "schemas" / ("x" * 200)).write_text("long", "utf-8")
    (desk.root / "schemas" / "a\n::error::b\x1b[31m\u202e##[group]").write_text("hostile", "utf-8")
    key = desk.key("noor-haddad")
    call = ("approve", "policies", "--role", "policy-owner", "--base", base, "--key", key, "--yes")
    result = run("--root", desk.root, *call)
    assert (result.code, result.err) == (0, "")
    assert not set("\x1b\u202e") & set(result.out)
    assert "##[" not in result.out
    assert not [line for line in result.out.splitlines() if line.lstrip().startswith("::")]
    path = next(desk.root / each for each in desk.made() if each.endswith(".json"))
    facts = json.loads(path.read_bytes())["facts"]
    assert list(facts.values()) == ["added", "added"]
    assert [len(name) <= 100 for name in facts] == [True, True]


def test_only_owners_of_the_policies_agree_to_their_change(approve: Callable[..., Result]) -> None:
    result = approve("policies", "--base", "HEAD")
    assert "the role cfo does not agree to changes of the policies" in result.err
