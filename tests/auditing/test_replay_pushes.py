"""Commits that were pushed together: the server judged the push, and a replay sees one commit after the other."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from adversarial.ground import CFO, RECORD, SMALL, Ground, build
from preflight.auditing.replay import Finding, Group, Replayed, Seen, Spot, together
from preflight.history import Commit

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result
    from signing import Keys

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "replay.schema.json").read_text("utf-8"))
DAY = date(2026, 11, 22)
RAISE: dict[str, Any] = {"bounds": {"annual_cost": {"amount": 900_000, "currency": "EUR"}}, "nonce": "fedcba9876543210"}
ONLY_TOGETHER = (
    "In order only together: these 2 commits pass the gate if they were pushed as one; git does not tell whether they "
    "were"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, signer: Keys) -> Ground:
    return build(tmp_path_factory.mktemp("pushes") / "built", signer)


@pytest.fixture
def ground(built: Ground, tmp_path: Path) -> Ground:
    return built.copy(tmp_path / "ground")


def replay(run: Callable[..., Result], ground: Ground, *options: str, code: int) -> dict[str, Any]:
    result = run("--root", ground.root, "audit", "replay", "--format", "json", *options, as_of="2026-12-22")
    assert result.code == code, result.err or result.out
    found: dict[str, Any] = json.loads(result.out)
    jsonschema.validate(found, SCHEMA)
    return found


def groups(ground: Ground, found: dict[str, Any]) -> list[list[str]]:
    subjects = dict(line.split(" ", 1) for line in ground.git("log", "--format=%H %s").splitlines())
    return [[subjects[each["commit"]] for each in group] for group in found["together"]]


def states(found: dict[str, Any]) -> dict[str, str]:
    return {each["subject"]: each["state"] for each in found["commits"]}


def raised_and_signed(ground: Ground) -> None:
    """Change the record in one commit and bring the signature in the next, as 'approve' says, and push both."""
    ground.raise_cost()
    ground.commit("Raise")
    ground.decide(CFO, decided_on=date(2026, 12, 22), **RAISE)
    ground.commit("Sign")


# ---- As the server took them -----------------------------------------------------------------------


def test_a_record_and_its_signature_in_two_commits_accuse_nobody(run: Callable[..., Result], ground: Ground) -> None:
    raised_and_signed(ground)
    ground.taken()
    found = replay(run, ground, code=0)
    assert groups(ground, found) == [["Raise", "Sign"]]
    assert states(found)["Raise"] == "together"
    assert (found["summary"]["together"], found["summary"]["refused"]) == (1, 0)
    replay(run, ground, "--strict", code=1)


def test_the_table_says_what_git_does_not_tell(run: Callable[..., Result], ground: Ground) -> None:
    raised_and_signed(ground)
    result = run("--root", ground.root, "audit", "replay", as_of="2026-12-22")
    assert result.code == 0
    words = " ".join(result.out.split())
    assert ONLY_TOGETHER in words
    assert "Round the gate" not in result.out
    assert "No commit went round the gate" in words
    assert "1 of them in order only together with others" in words
    assert result.out.index("Raise") < result.out.index("Sign")
    page = run("--root", ground.root, "audit", "replay", "--format", "markdown", as_of="2026-12-22").out
    assert "### In order only together" in page


def test_a_change_of_the_policies_and_its_signatures_accuse_nobody(run: Callable[..., Result], ground: Ground) -> None:
    ground.edit("policies/approvals.yaml", ("just_under_percent: 5", "just_under_percent: 7"))
    ground.commit("Look closer")
    ground.amend()
    ground.taken()
    found = replay(run, ground, code=0)
    assert groups(ground, found) == [["Look closer", "Signed by the owners"]]


def test_a_step_that_was_taken_back_in_the_same_push_accuses_nobody(run: Callable[..., Result], ground: Ground) -> None:
    """The second commit alone goes from retired to live, which no vendor may."""
    before = ground.read(SMALL)
    ground.edit(SMALL, ("status: live", "status: deprecated"))
    ground.commit("Deprecate")
    ground.write(SMALL, before)
    ground.commit("No")
    ground.taken()
    found = replay(run, ground, code=0)
    assert found["summary"]["refused"] == 0


def test_a_signature_that_never_came_is_round_the_gate(run: Callable[..., Result], ground: Ground) -> None:
    ground.raise_cost()
    ground.commit("Raise")
    ground.edit(SMALL, ("summary: ", "summary: Still "))
    ground.commit("Word it better")
    found = replay(run, ground, code=1)
    assert states(found) == {"Raise": "refused"}
    assert found["together"] == []


def test_what_a_forge_merged_by_itself_was_not_pushed_with_others(run: Callable[..., Result], ground: Ground) -> None:
    ground.raise_cost()
    ground.commit("Raise (#17)")
    ground.decide(CFO, decided_on=date(2026, 12, 22), **RAISE)
    ground.commit("Sign (#18)")
    assert states(replay(run, ground, code=1)) == {"Raise (#17)": "refused"}


def test_policies_that_nobody_signed_are_round_the_gate_whatever_follows(
    run: Callable[..., Result], ground: Ground
) -> None:
    ground.edit("policies/approvals.yaml", ("annual_cost_from: 50000", "annual_cost_from: 500000"))
    ground.commit("Weaken")
    ground.edit(SMALL, ("summary: ", "summary: Still "))
    ground.commit("Word it better")
    assert states(replay(run, ground, code=1)) == {"Weaken": "refused"}


# ---- The beginning ---------------------------------------------------------------------------------


def test_setting_up_accuses_nobody(run: Callable[..., Result], ground: Ground) -> None:
    """Rules first, then people, then the first vendor: alone the first two could not be pushed at all."""
    vendor = ground.read(SMALL)
    ground.git("checkout", "--quiet", "--orphan", "other")
    shutil.rmtree(ground.root / "vendors")
    people = ground.read("policies/people.yaml")
    ground.write("policies/people.yaml", people.replace("joined: 2019-04-01", "joined: 2019-04-02"))
    ground.commit("Rules")
    ground.write("policies/people.yaml", people)
    ground.commit("People")
    ground.write(SMALL, vendor)
    ground.edit("policies/approvals.yaml", ("just_under_percent: 5", "just_under_percent: 7"))
    ground.commit("The first vendor")
    found = replay(run, ground, "--all", code=0)
    assert states(found) == {"Rules": "first", "People": "setup", "The first vendor": "together"}
    assert groups(ground, found) == [["Rules", "People", "The first vendor"]]
    assert "setting up: no vendor yet" in run("--root", ground.root, "audit", "replay", "--all").out


def test_that_all_vendors_go_is_no_setting_up(run: Callable[..., Result], ground: Ground) -> None:
    ground.git("rm", "-r", "--quiet", RECORD, SMALL)
    ground.commit("Gone")
    assert states(replay(run, ground, code=1)) == {"Gone": "refused"}


# ---- Which commits are asked about -----------------------------------------------------------------


def spot(number: int, request: int | None = None) -> Spot:
    name = f"{number:040x}"
    when = "2026-11-22T00:00:00+00:00"
    who = ("A", "a@x.example", when)
    return Spot(number, Commit(name, (), *who, *who, "s", pull_request=request), DAY)


def seen(number: int, state: Any = "passed", request: int | None = None, **more: Any) -> Seen:
    return Seen(spot(number, request), state, **more)


FOUND = Finding("acme", "cost/dear", "/cost", "Dear", "vendors/acme.yaml")


def asked(line: list[Seen], *good: tuple[int, int]) -> tuple[list[str], list[tuple[int, int]], list[list[int]]]:
    """Return the states, the questions that were asked, and the groups."""
    questions: list[tuple[int, int]] = []

    def passes(first: Spot, last: Spot) -> bool:
        questions.append((first.number, last.number))
        return (first.number, last.number) in good

    told, found = together(line, passes)
    return [each.state for each in told], questions, [[each.number for each in group.spots] for group in found]


def test_nothing_is_asked_of_a_line_that_passed() -> None:
    assert asked([seen(0, "first"), seen(1), seen(2, "untouched")]) == (["first", "passed", "untouched"], [], [])


def test_the_first_commit_with_which_it_passes_ends_the_group() -> None:
    line = [seen(1), seen(2, "refused"), seen(3, "untouched"), seen(4, "cannot-judge"), seen(5), seen(6)]
    states_, questions, found = asked(line, (2, 5))
    assert states_ == ["passed", "together", "untouched", "together", "passed", "passed"]
    assert questions == [(2, 4), (2, 5)]
    assert found == [[2, 3, 4, 5]]


def test_the_gate_is_not_asked_while_what_it_said_still_stands() -> None:
    line = [seen(1, "refused", findings=(FOUND,)), seen(2, standing=(FOUND,)), seen(3, standing=())]
    assert asked(line, (1, 3))[1] == [(1, 3)]
    by_other_rules = [line[0], seen(2, standing=(FOUND,), rules_changed=True), line[2]]
    assert asked(by_other_rules, (1, 3))[1] == [(1, 2), (1, 3)]


def test_the_search_ends() -> None:
    line = [seen(0), seen(1, "refused"), *(seen(number) for number in range(2, 60))]
    states_, questions, found = asked(line)
    assert (states_[1], found) == ("refused", [])
    assert questions == [*((1, last) for last in range(2, 21)), (0, 1)]


def test_what_came_before_is_asked_last() -> None:
    line = [seen(number) for number in range(10)]
    line[8] = seen(8, "refused")
    assert asked(line, (6, 8))[1:] == ([(8, 9), (7, 8), (6, 8)], [[6, 7, 8]])


def test_a_commit_belongs_to_one_group() -> None:
    line = [seen(1, "refused"), seen(2), seen(3, "refused"), seen(4)]
    assert asked(line, (1, 2), (2, 3), (3, 4))[2] == [[1, 2], [3, 4]]


def test_requests_are_not_grouped() -> None:
    line = [seen(1, "refused", 7), seen(2, "passed", 8), seen(3, "refused"), seen(4, "passed", 9)]
    assert asked(line, (1, 2), (3, 4))[2] == []
    same = [seen(1, "refused", 7), seen(2, "passed", 7)]
    assert asked(same, (1, 2))[2] == [[1, 2]]


def test_only_what_is_certain_counts_unless_it_is_asked_for() -> None:
    group = (Group((spot(1), spot(2))),)
    line = (seen(1, "together"), seen(2))
    assert Replayed("h", None, line, (), groups=group).code == 0
    assert Replayed("h", None, line, (), groups=group, strict=True).code == 1
