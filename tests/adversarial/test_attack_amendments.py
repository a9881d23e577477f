"""What two owners sign is all of what the gate will judge by, wherever it moves, and good for one change, once."""

from __future__ import annotations

import shutil
import threading
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from adversarial.ground import CFO, OF_LATE, OWNERS, RECORD, Ground
from preflight.decisions.amendment import digest
from preflight.shell import trust_root
from preflight.shell.git import GitTree
from preflight.shell.registry import layout

if TYPE_CHECKING:
    from pathlib import Path

    from adversarial.ground import Said

ASKED, CHANGE = "risk/approved-by-the-roles", "change/policy"
APPROVALS = "policies/approvals.yaml"
LIMIT = ("annual_cost_from: 50000", "annual_cost_from: 500000")
CAME = "2026-12-10"  # the day on which a change of the policies landed
MOVED = "policies: gov\nrules: gov/rules\n"
SUBMODULE = "1" * 40
HELD = "- {role: architecture-board, from: 2019-01-01}\n      - {role: policy-owner, from: 2024-01-01}"
ENDED = HELD.replace("2024-01-01", "2024-01-01, until: 2026-12-21")
AGAIN = "      - {role: policy-owner, from: 2026-12-22}"
PROVEN = "title: Owner of these policies, proof: signed"


def signed(ground: Ground) -> dict[str, bytes]:
    """Have two owners sign the change from main to what is committed; return the files of their decisions."""
    base, head = GitTree(ground.root, "origin/main"), GitTree(ground.root, "HEAD")
    ways = {
        "amends": digest(trust_root.listing(base, layout(base))),
        "into": digest(trust_root.proposed(head, layout(base))),
    }
    plain: dict[str, Any] = {"kind": "amend", "vendor": "policies", "role": "policy-owner", "bounds": {}, **ways}
    for number, person in enumerate(OWNERS):
        ground.decide(person, **plain, decided_on=OF_LATE, nonce=f"{number}{'a' * 15}")
    folder = ground.root / "vendors/decisions/policies"
    return {path.relative_to(ground.root).as_posix(): path.read_bytes() for path in folder.iterdir()}


def move(ground: Ground) -> None:
    shutil.move(ground.root / "policies", ground.root / "gov")
    ground.write("preflight.yaml", MOVED)


def test_policies_may_be_moved_by_the_word_of_two_owners(ground: Ground) -> None:
    move(ground)
    ground.commit("Move", by=OWNERS[0])
    signed(ground)
    ground.commit("Signed", by=OWNERS[0])
    assert ground.check().of(CHANGE) == []
    ground.taken()


def test_a_move_that_was_signed_for_brings_no_other_policies(ground: Ground) -> None:
    """Policies lie where the configuration of the change says, and not where they lay."""
    move(ground)
    ground.commit("Move")
    decisions = signed(ground)
    ground.git("reset", "--quiet", "--hard", "origin/main")
    move(ground)
    ground.edit("gov/approvals.yaml", ("annual_cost_from: 50000", "annual_cost_from: 50000000"))
    for path, data in decisions.items():
        ground.write(path, data)
    ground.commit("Move, as signed")
    assert "there are none" in ground.check().of(CHANGE)[0]
    assert CHANGE in ground.refused()


def test_nobody_signs_for_a_link_where_policies_are_moved_to(ground: Ground) -> None:
    move(ground)
    (ground.root / "gov/rules/README.md").symlink_to("../../README.md")
    ground.commit("Move", by=OWNERS[0])
    signed(ground)
    ground.commit("Signed", by=OWNERS[0])
    assert "gov/rules/README.md is a link or a submodule" in ground.check().of(CHANGE)[0]
    assert CHANGE in ground.refused()


@pytest.mark.parametrize("kind", ["link", "submodule"])
def test_nobody_signs_for_what_lies_elsewhere(ground: Ground, kind: str) -> None:
    if kind == "link":
        path = "Jenkinsfile"
        ground.write("ci/reviewed", "reviewed\n")
        (ground.root / path).symlink_to("ci/reviewed")
        ground.commit("A link")
    else:
        path = ".github/actions/gate"
        ground.git("update-index", "--add", "--cacheinfo", f"160000,{SUBMODULE},{path}")
        ground.git("commit", "--quiet", "--message", "A submodule")
    signed(ground)
    ground.git("add", "vendors")
    ground.git("commit", "--quiet", "--message", "Signed")
    [said] = ground.check().of(CHANGE)
    assert said == (
        f"This change alters the policy itself: {path}; {path} is a link or a submodule, and nobody can sign for what "
        "it leads to"
    )
    assert CHANGE in ground.refused()


# ---- On the way ---------------------------------------------------------------------------------

KEYS = "policies/allowed_signers"


def test_what_owners_signed_does_not_come_by_way_of_what_nobody_signed(ground: Ground) -> None:
    """A decision that came in the middle would be held against the keys that were listed there, by whoever pushed."""
    as_it_was = ground.read(KEYS)
    ground.write(KEYS, as_it_was + "# Looked through.\n")
    ground.commit("As it will be")
    decisions = signed(ground)
    ground.git("reset", "--quiet", "--hard", "origin/main")
    ours = ground.keys(CFO).line('namespaces="preflight-decision@v1"')
    ground.write(KEYS, "".join(each for each in as_it_was.splitlines(keepends=True) if each.strip() != ours.strip()))
    ground.commit("Without one key")
    ground.write(KEYS, as_it_was + "# Looked through.\n")
    for path, data in decisions.items():
        ground.write(path, data)
    ground.commit("As signed")
    assert ground.check().of(CHANGE) == []
    said = ground.refused()
    assert f"a commit on the way changes the policy itself to what nobody signed: {KEYS}" in said
    ground.git("checkout", "--quiet", "-b", "side")
    ground.git("checkout", "--quiet", "-B", "main", "origin/main")
    ground.git("merge", "--quiet", "--no-ff", "--message", "Merge", "side")
    ground.taken()


def test_signatures_may_come_before_and_after_what_they_are_for(ground: Ground) -> None:
    ground.write("notes.txt", "A note\n")
    ground.commit("A note")
    ground.write(KEYS, ground.read(KEYS) + "# Looked through.\n")
    ground.commit("The change", by=OWNERS[0])
    signed(ground)
    ground.commit("The signatures", by=OWNERS[0])
    ground.write("notes.txt", "Another note\n")
    ground.commit("Another note")
    ground.taken()


def test_the_end_of_a_key_is_not_forgotten_where_policies_are_read_from_another_folder(ground: Ground) -> None:
    """The folder was prepared before: no list changes on the day of the move, only which of them counts."""
    ours = ground.keys(CFO).line('namespaces="preflight-decision@v1"').strip()
    shutil.copytree(ground.root / "policies", ground.root / "gov")
    ground.edit("gov/allowed_signers", (ours, ""))
    ground.commit("Prepare")
    ground.taken()
    ground.edit(KEYS, (ours, ours.replace('@v1"', '@v1",valid-before="20261125Z"')))
    ground.commit("It ended")
    ground.amend()
    ground.taken(stands=[ASKED, "decision/key-validity"])
    ground.write("preflight.yaml", MOVED)
    ground.commit("Move", by=OWNERS[0])
    signed(ground)
    ground.commit("Signed", by=OWNERS[0])
    ground.taken()
    ground.edit(RECORD, ("Sends", "It sends"))
    ground.commit("Change a word")
    assert ASKED in ground.refused()


# ---- Each is for one change, once ------------------------------------------------------------------


def made_and_taken_back(ground: Ground) -> None:
    """Loosen a limit by the word of two owners, tighten it by another, and propose to loosen it again."""
    for limit in (LIMIT, LIMIT[::-1]):
        ground.edit(APPROVALS, limit)
        ground.commit(by=OWNERS[0], day=CAME)
        ground.amend()
        ground.git("commit", "--amend", "--no-edit", "--quiet", day=CAME)
        ground.slip_in("It came", day=CAME)
    ground.edit(APPROVALS, LIMIT)
    ground.commit()


def test_an_amendment_is_spent_once_it_is_merged(ground: Ground) -> None:
    made_and_taken_back(ground)
    assert [rule for rule, _, _ in ground.check().red] == [CHANGE]
    assert CHANGE in ground.refused()


def test_signatures_that_were_left_over_do_not_make_the_same_change_again(ground: Ground) -> None:
    """Owners signed it twice, because the first mail seemed lost; later they took the change back."""
    made_and_taken_back(ground)
    ground.amend()  # as of the day that all of the ground was signed on
    [message] = ground.check().of(CHANGE)
    assert "of a day after 2026-12-11, as the policies were changed and changed back since, were wanted" in message
    assert CHANGE in ground.refused()


def test_signatures_of_before_do_not_make_another_change_either(ground: Ground) -> None:
    """They were for the policies as they were then. They are so again, and others have been tried since."""
    made_and_taken_back(ground)
    ground.git("reset", "--quiet", "--hard", "origin/main")
    ground.edit(APPROVALS, (LIMIT[0], "annual_cost_from: 70000"))
    ground.commit()
    ground.amend()
    assert "of a day after 2026-12-11" in " ".join(ground.check().of(CHANGE))
    assert CHANGE in ground.refused()


@pytest.mark.parametrize(("day", "taken"), [(8, False), (9, True)])
def test_what_owners_signed_comes_within_two_weeks(ground: Ground, day: int, *, taken: bool) -> None:
    """What lies in a drawer was signed beside other rules than those of now, though they may look the same again."""
    ground.edit(APPROVALS, LIMIT)
    ground.commit()
    ground.amend(decided_on=date(2026, 12, day))
    if taken:
        ground.taken()
        return
    [message] = ground.check().of(CHANGE)
    assert "signatures of two policy owners of the last 14 days were wanted for just this change" in message
    assert CHANGE in ground.refused()


@pytest.mark.parametrize(("day", "taken"), [(11, False), (12, True)])
def test_owners_make_the_same_change_again_by_a_later_word(ground: Ground, day: int, *, taken: bool) -> None:
    """Later than the day on which it was made, whatever day was signed then, and by clocks that differ."""
    made_and_taken_back(ground)
    ground.amend(decided_on=date(2026, 12, day))
    if taken:
        ground.taken()
    else:
        assert CHANGE in ground.refused()


@pytest.mark.parametrize(
    ("path", "was", "then", "again"),
    [
        pytest.param("policies/people.yaml", HELD, ENDED, f"{ENDED}\n{AGAIN}", id="a role"),
        pytest.param(APPROVALS, PROVEN, f"{PROVEN}, touch: true", f"{PROVEN}, touch: false", id="a touch"),
    ],
)
def test_what_ends_the_role_in_which_it_was_signed_stands_in_nobodys_way(
    ground: Ground, path: str, was: str, then: str, again: str
) -> None:
    """Owners agree that one of them is none any more, as of the day before; the rules go on to be changed."""
    ground.edit(path, (was, then))
    ground.commit("As of yesterday")
    ground.amend()
    ground.taken()
    ground.edit(path, (then, again))
    ground.slip_in("There are two again")
    ground.edit(APPROVALS, LIMIT)
    ground.commit("More without the CFO")
    ground.amend(decided_on=date(2026, 12, 22))
    ground.taken()


def test_what_lies_beside_the_decisions_of_old_stands_in_the_way_of_no_change_of_the_rules(ground: Ground) -> None:
    """It came before there was a gate; 'check' of the whole goes on to tell it."""
    ground.write("vendors/decisions/policies/2026-12-01-policy-owner-00000000.json", "{}\n")
    ground.slip_in("An empty one")
    ground.edit(APPROVALS, LIMIT)
    ground.commit("More without the CFO")
    ground.amend()
    ground.taken()
    assert "decision/statement" in {rule for rule, _, _ in ground.preflight("check", "--format", "json").red}


def test_two_keys_of_one_owner_are_one_owner(ground: Ground) -> None:
    ground.edit(APPROVALS, LIMIT)
    ground.commit(by=OWNERS[0])
    ground.amend(people=(OWNERS[0], OWNERS[0]))
    assert "there is that of noor-haddad" in ground.check().of("change/policy")[0]
    ground.refused()


def test_of_two_changes_of_the_rules_that_race_one_gets_in(ground: Ground, tmp_path: Path) -> None:
    """Both are signed for the same state. Whichever is second was signed for a state that is no more."""
    other = ground.copy(tmp_path / "other")
    other.git("remote", "set-url", "origin", str(ground.server))
    for each, path in ((ground, APPROVALS), (other, "policies/waivers.yaml")):
        each.write(path, each.read(path) + "# Looked through.\n")
        each.commit(by=OWNERS[0])
        each.amend()
    done: list[Said] = []
    pushing = [threading.Thread(target=lambda each=each: done.append(each.push())) for each in (ground, other)]
    for thread in pushing:
        thread.start()
    for thread in pushing:
        thread.join()
    assert sorted(each.code == 0 for each in done) == [False, True]
    late = ground if ground.tip() != ground.main() else other
    late.git("fetch", "--quiet", "origin")
    late.git("rebase", "--quiet", "origin/main")
    assert "there are none" in late.check().of("change/policy")[0]
    late.refused()


def test_rules_that_are_weakened_and_put_back_in_one_push_are_a_change_of_the_rules(ground: Ground) -> None:
    """Nothing differs at the end, and the history of main would hold rules that nobody signed."""
    path = "policies/approvals.yaml"
    as_it_was = ground.read(path)
    ground.edit(path, ("annual_cost_from: 50000", "annual_cost_from: 50000000"))
    ground.commit("Weaken")
    ground.write(path, as_it_was)
    ground.commit("Put back")
    [said] = ground.check().of("change/policy")
    assert said == f"A commit of this change alters the policy itself, and a later one puts it back: {path}"
    ground.refused()
