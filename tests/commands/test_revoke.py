"""``preflight revoke``: a decision is taken back, and nothing is deleted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deciding_desk import AS_OF, DECISIONS, Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

CFO, BOARD, NOOR = "gareth-whitlock", "ruben-castellanos", "noor-haddad"
VENDOR = "beacon-mail"
REASON = "The budget is gone."


@pytest.fixture
def revoke(desk: Desk, run: Callable[..., Result]) -> Callable[..., Result]:
    def call(decision: str, *more: str, person: str = CFO, vendor: str = VENDOR, as_of: str = AS_OF) -> Result:
        given = ("--reason", REASON, "--key", desk.key(person), "--yes", *more)
        return run("--root", desk.root, "revoke", vendor, decision, *given, as_of=as_of)

    return call


def named(desk: Desk, role: str) -> str:
    """Return the id of the decision of a role on the vendor."""
    [path] = (desk.root / DECISIONS / VENDOR).glob(f"*-{role}-*.json")
    return path.stem


def test_a_role_takes_back_what_it_decided_and_the_gate_shuts(
    desk: Desk, revoke: Callable[..., Result], run: Callable[..., Result]
) -> None:
    assert run("--root", desk.root, "check", VENDOR).code == 0
    result = revoke(named(desk, "cfo")[:14])  # as much as makes it the only one
    assert (result.code, result.err) == (0, "")
    assert f"takes back the decision {named_first(desk)} on beacon-mail, for good" in " ".join(result.out.split())
    desk.commit("Revoke")
    shut = run("--root", desk.root, "check", VENDOR)
    assert shut.code == 1
    assert "gareth-whitlock on 2025-02-03, revoked" in shut.out


def named_first(desk: Desk) -> str:
    return min(path.stem for path in (desk.root / DECISIONS / VENDOR).glob("*-cfo-*.json"))


def test_some_roles_take_back_what_any_role_decided(desk: Desk, revoke: Callable[..., Result]) -> None:
    decision = named(desk, "cfo")
    result = revoke(decision, "--role", "architecture-board", person=BOARD)
    assert "the role architecture-board may not take back what the role cfo decided" in result.err
    assert "That may cfo or policy-owner." in result.err
    assert desk.made() == []
    assert revoke(decision, "--role", "policy-owner", person=NOOR).code == 0


def test_a_revocation_is_final(desk: Desk, revoke: Callable[..., Result]) -> None:
    decision = named(desk, "cfo")
    assert revoke(decision).code == 0
    desk.commit("Revoke")
    assert "is revoked already · Nothing is left to do." in revoke(decision).err
    [revocation] = [path.stem for path in (desk.root / DECISIONS / VENDOR).glob("2026-11-22-cfo-*.json")]
    assert "is a revocation, which cannot be taken back" in revoke(revocation).err


def test_a_decision_with_a_fault_can_be_taken_back(desk: Desk, revoke: Callable[..., Result]) -> None:
    decision = named(desk, "cfo")
    path = desk.root / DECISIONS / VENDOR / f"{decision}.json"
    path.write_bytes(path.read_bytes().replace(b"275000", b"975000"))
    by_another = revoke(decision, "--role", "architecture-board", person=BOARD).err
    assert "the role architecture-board may not take back what the role cfo decided" in by_another
    result = revoke(decision)
    assert (result.code, "It has a fault, and no effect now" in result.out) == (0, True)


@pytest.mark.parametrize(
    ("vendor", "decision", "said"),
    [
        pytest.param(
            VENDOR, "2", "several decisions on beacon-mail begin with 2: 2021-09-13-architecture", id="several"
        ),
        pytest.param(VENDOR, "2024", "there is no decision '2024' on beacon-mail · There are: 2021-09-13", id="none"),
        pytest.param("flare-sms", "2024", "there are no decisions on 'flare-sms'", id="no decisions"),
        pytest.param("../../policies", "2024", "there are no decisions on '../../policies'", id="no vendor"),
    ],
)
def test_the_decision_has_to_be_there_and_the_only_one(
    desk: Desk, revoke: Callable[..., Result], vendor: str, decision: str, said: str
) -> None:
    result = revoke(decision, vendor=vendor)
    assert (result.code, desk.made()) == (2, [])
    assert said in result.err


def test_what_is_on_its_way_is_taken_back_before_it_comes(desk: Desk, revoke: Callable[..., Result]) -> None:
    decision = "2026-11-22-cfo-0123abcd"
    assert "Was it signed, and is it not here yet: --ahead" in " ".join(revoke(decision).err.split())
    board = revoke(decision, "--ahead", "--role", "architecture-board", person=BOARD)
    assert "the role architecture-board may not take back what the role cfo decided" in board.err
    assert desk.made() == []
    result = revoke(decision, "--ahead")
    assert result.err == ""
    assert (result.code, "It is not here yet, and counts for nothing when it comes." in result.out) == (0, True)


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        pytest.param("2024", "'2024' is not the whole id of a decision", id="a part of an id"),
        pytest.param("2024-01-02-king-0123abcd", "there is no role 'king'", id="nobody's role"),
    ],
)
def test_what_is_on_its_way_is_named_in_full(
    desk: Desk, revoke: Callable[..., Result], decision: str, said: str
) -> None:
    result = revoke(decision, "--ahead")
    assert (result.code, desk.made()) == (2, [])
    assert said in result.err


def test_what_is_here_is_not_on_its_way(desk: Desk, revoke: Callable[..., Result]) -> None:
    assert "is here already · Take it back without --ahead." in revoke(named(desk, "cfo"), "--ahead").err


def facts_of(desk: Desk, identifier: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((desk.root / DECISIONS / VENDOR / f"{identifier}.json").read_bytes())["facts"]
    return found


@pytest.fixture
def approve(desk: Desk, run: Callable[..., Result]) -> Callable[[], str]:
    def call() -> str:
        there = set((desk.root / DECISIONS / VENDOR).glob("*.json"))
        result = run("--root", desk.root, "approve", VENDOR, "--role", "cfo", "--key", desk.key(CFO), "--yes")
        assert (result.code, result.err) == (0, "")
        [made] = set((desk.root / DECISIONS / VENDOR).glob("*.json")) - there
        return made.stem

    return call


def test_what_is_in_force_beside_it_stays_and_is_named(
    desk: Desk, revoke: Callable[..., Result], run: Callable[..., Result], approve: Callable[[], str]
) -> None:
    """Its signer saw that there are two. What else was signed, and lies in somebody's mail, goes."""
    first, second = named_first(desk), approve()
    desk.commit("Approve once more")
    said = " ".join(revoke(first, as_of="2026-12-07").out.split())
    assert f"With it goes all else that was decided on {VENDOR} in that role before it, but for {second}." in said
    [revocation] = {Path(each).stem for each in desk.made() if each.endswith(".json")}
    assert facts_of(desk, revocation)["Stays 1"].partition(":")[0] == second
    desk.commit("Revoke", day="2026-12-07")
    assert run("--root", desk.root, "check", VENDOR, as_of="2026-12-07").code == 0


def test_what_came_just_now_goes_along_and_is_named(
    desk: Desk, revoke: Callable[..., Result], run: Callable[..., Result], approve: Callable[[], str]
) -> None:
    """Nobody could tell it from what came after the signature, in a commit that claims to be older."""
    first, second = named_first(desk), approve()
    desk.commit("Approve once more")
    said = " ".join(revoke(first).out.split())
    assert f"{second} came within the last 14 days, and goes with it. What is to stay of that is decided anew." in said
    assert "but for" not in said
    desk.commit("Revoke")
    assert run("--root", desk.root, "check", VENDOR).code == 1


def test_without_history_nobody_says_what_stays(
    desk: Desk, revoke: Callable[..., Result], approve: Callable[[], str]
) -> None:
    first, _ = named_first(desk), approve()
    shutil.rmtree(desk.root / ".git")
    said = revoke(first).err
    assert "there is no history to tell which of the other decisions on beacon-mail are merged, and stay" in said
    assert "Do it in a clone that has all of it: git fetch --unshallow." in said


def test_what_only_lies_in_the_folder_does_not_stay(
    desk: Desk, revoke: Callable[..., Result], approve: Callable[[], str]
) -> None:
    """It was signed twice, and one of the two was never merged."""
    first, second = named_first(desk), approve()
    assert second not in revoke(first).out
    [revocation] = {Path(each).stem for each in desk.made() if each.endswith(".json")} - {second}
    assert "Stays 1" not in facts_of(desk, revocation)


def test_what_is_signed_anew_on_that_day_says_so_and_counts(
    desk: Desk, revoke: Callable[..., Result], run: Callable[..., Result], approve: Callable[[], str]
) -> None:
    assert revoke(named(desk, "cfo")).code == 0
    [revocation] = {Path(each).stem for each in desk.made() if each.endswith(".json")}
    desk.commit("Revoke")
    assert run("--root", desk.root, "check", VENDOR).code == 1
    assert facts_of(desk, approve())["After 1"].partition(":")[0] == revocation
    desk.commit("Approve anew")
    assert run("--root", desk.root, "check", VENDOR).code == 0
