"""Histories that lie: replaced, cut short, back-dated, merged the wrong way round, pushed under another name."""

from __future__ import annotations

import subprocess
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from adversarial.ground import CFO, MALLORY, RECORD, VENDOR, Ground, statement

if TYPE_CHECKING:
    from pathlib import Path

ASKED = "risk/approved-by-the-roles"
# See tests/commands/test_hook.py for refs of other kinds, deletions and forced pushes, test_check_base_rules.py and
# test_check_base_marks.py beside it for renames, and test_trust_history.py for what squash, rebase and cherry-pick do
# to an approval.


def raised(ground: Ground) -> str:
    """Commit what nobody signed for."""
    ground.raise_cost()
    return ground.commit()


# ---- What git can be told to see otherwise ------------------------------------------------------


def test_a_replaced_commit_changes_nothing_of_what_is_judged(ground: Ground) -> None:
    """A replace ref in the clone shows an honest commit where the evil one is."""
    honest = ground.tip()
    head = raised(ground)
    ground.git("replace", head, honest)
    assert ASKED in [rule for rule, _, _ in ground.check(head).red]
    assert "this would change what history shows" in ground.refused(f"{honest}:refs/replace/{head}")
    ground.git("replace", "--delete", head)  # else the clone does not send it
    assert ASKED in ground.refused(f"{head}:refs/heads/main")


def test_a_graft_changes_nothing_of_what_is_judged(ground: Ground) -> None:
    head = raised(ground)
    (ground.root / ".git" / "info" / "grafts").write_text(f"{head}\n", "utf-8")
    ground.git("config", "advice.graftFileDeprecated", "false")
    said = ground.check(head)
    assert (said.code, said.red) == (1, [(ASKED, RECORD, ground.line("approvals:"))])
    (ground.root / ".git" / "info" / "grafts").unlink()
    assert ASKED in ground.refused(f"{head}:refs/heads/main")


def test_a_clone_that_was_cut_short_is_not_judged(ground: Ground, tmp_path: Path) -> None:
    ground.git("clone", "--quiet", "--depth=1", "--no-single-branch", f"file://{ground.server}", tmp_path / "short")
    said = ground.check("HEAD", "HEAD", at=tmp_path / "short")
    assert (said.code, said.out) == (2, "")
    assert "this clone is shallow" in said.err


def test_a_push_from_a_clone_that_was_cut_short_is_judged(ground: Ground, tmp_path: Path) -> None:
    ground.git("clone", "--quiet", "--depth=1", f"file://{ground.server}", tmp_path / "short")
    short = tmp_path / "short"
    text = (short / RECORD).read_text("utf-8").replace("amount: 60000", "amount: 500000")
    (short / RECORD).write_text(text, "utf-8")
    ground.git("commit", "--quiet", "--all", "-m", "Tidy up", at=short)
    for allowed in ("false", "true"):
        ground.git("config", "receive.shallowUpdate", allowed, at=ground.server)
        before = ground.main()
        said = ground.tried("push", "--quiet", "origin", "HEAD:main", at=short)
        assert said.code == 1
        assert "REFUSED: 1 red flag in what was pushed to main" in said.err
        assert f"{RECORD}:{ground.line('approvals:')}:1  {ASKED}" in said.err
        assert ground.main() == before


# ---- Dates are what somebody says ---------------------------------------------------------------


@pytest.mark.parametrize(("day", "shown"), [("2001-01-01", "2001-01-01"), ("@0 +0000", "1970-01-01")])
def test_a_back_dated_commit_is_judged_as_of_now(ground: Ground, day: str, shown: str) -> None:
    """And refused besides: until when a record said what would be read off it."""
    ground.raise_cost()
    ground.git("add", "--all")
    head = ground.grow(ground.git("write-tree").strip(), ground.tip(), day=day)
    assert ASKED in [rule for rule, _, _ in ground.check(head).red]
    assert f"a commit says that it is from {shown}" in ground.refused(f"{head}:refs/heads/main")


def test_a_commit_of_last_week_comes_alone_and_an_older_one_with_a_merge(ground: Ground) -> None:
    """2026-12-22 is today, and two changes wait: one since seven days, one since eight."""
    main = ground.tip()
    fresh = ground.grow(ground.tip("HEAD^{tree}"), main, day="2026-12-15")
    ground.taken(f"{fresh}:refs/heads/main")
    stale = ground.grow(ground.tip("HEAD^{tree}"), fresh, day="2026-12-14")
    assert "git merge --no-ff" in ground.refused(f"{stale}:refs/heads/main")
    merged = ground.grow(ground.tip("HEAD^{tree}"), fresh, stale)
    ground.taken(f"{merged}:refs/heads/main")


@pytest.mark.parametrize(("day", "taken"), [("2026-12-20", False), ("2026-12-21", True)])
def test_a_decision_comes_on_the_day_of_its_push_or_the_one_before(ground: Ground, day: str, taken: bool) -> None:  # noqa: FBT001 - a table
    """By that day it is held against keys that ended or leaked, and history has no other."""
    ground.decide(CFO, nonce="9" * 16)
    ground.commit("Word of the CFO", day=day)
    if taken:
        ground.taken()
        return
    assert "a commit with decisions says that it is from 2026-12-20" in ground.refused()
    ground.git("rebase", "--quiet", "--no-ff", "HEAD~1")
    ground.taken()


@pytest.mark.parametrize(("day", "shown"), [("2099-01-01", "2099-01-01"), ("@99999999999999 +0000", "9999-12-31")])
def test_a_commit_of_a_day_to_come_is_refused(ground: Ground, day: str, shown: str) -> None:
    """All decisions after it would count as made on that day, when who revoked something has long left."""
    head = ground.grow(ground.tip("HEAD^{tree}"), ground.tip(), day=day)
    assert f"a commit says that it is from {shown}" in ground.refused(f"{head}:refs/heads/main")


# ---- Merges -------------------------------------------------------------------------------------


def side(ground: Ground, file: str = "notes.md") -> str:
    """Return a commit on a branch of its own, from before the last change of main."""
    before = ground.tip("main~1")
    ground.git("checkout", "--quiet", before)
    ground.write(file, "Notes\n")
    return ground.commit("Notes", day="2026-11-28")


def test_what_only_a_merge_says_is_judged(ground: Ground) -> None:
    """An evil merge: neither side holds what the merge does."""
    other = side(ground)
    ground.git("checkout", "--quiet", "main")
    ground.git("merge", "--quiet", "--no-ff", "--no-commit", other)
    ground.raise_cost()
    head = ground.commit("Merge notes")
    assert [each[:2] for each in ground.check(head).red] == [(ASKED, RECORD)]
    assert ASKED in ground.refused(f"{head}:refs/heads/main")


def test_a_merge_of_many_sides_is_judged(ground: Ground) -> None:
    main = ground.tip("main")
    sides = [side(ground, f"notes-{number}.md") for number in range(3)]
    ground.git("checkout", "--quiet", "main")
    ground.raise_cost()
    ground.git("add", "--all")
    head = ground.grow(ground.git("write-tree").strip(), main, *sides)
    assert ASKED in ground.refused(f"{head}:refs/heads/main")


def test_what_is_judged_does_not_begin_where_the_first_parent_says(ground: Ground) -> None:
    """The evil record is on a branch, and main is merged into that: against the branch nothing differs."""
    main = ground.tip()
    evil = raised(ground)
    head = ground.grow(ground.tip(f"{evil}^{{tree}}"), evil, main)
    assert [each[:2] for each in ground.check(head).red] == [(ASKED, RECORD)]
    ground.refused(f"{head}:refs/heads/main")


def test_main_stays_on_its_own_first_parent_line(ground: Ground) -> None:
    """Which keys a decision was signed by is read off that line; nobody may bring one with keys of their own."""
    main = ground.tip()
    ground.git("checkout", "--quiet", ground.tip("main~2"))
    ground.write("policies/allowed_signers", ground.keys(MALLORY).line())
    own = ground.commit("Keys", day="2026-11-24")
    head = ground.grow(ground.tip("main^{tree}"), own, main)
    assert [rule for rule, _, _ in ground.check(head).red] == ["change/policy"]  # the files are those of main again
    assert "this merges main into something else" in ground.refused(f"{head}:refs/heads/main")


def test_a_branch_is_merged_into_main_as_ever(ground: Ground) -> None:
    other = side(ground)
    ground.git("checkout", "--quiet", "main")
    ground.git("merge", "--quiet", "--no-ff", "-m", "Merge notes", other)
    ground.taken()


def test_a_branch_of_long_ago_brings_nothing_old_back(ground: Ground) -> None:
    """The merge takes the side of a branch from before the price came down."""
    old = ground.tip()
    ground.raise_cost(50_500)
    ground.commit()
    ground.taken()
    tree = ground.tree(
        {
            f"{VENDOR}.yaml": (
                "100644",
                ground.blob(ground.git("show", f"{old}:{RECORD}").replace("amount: 60000", "amount: 500000")),
            )
        }
    )
    head = ground.grow(tree, ground.tip(), old)
    assert ASKED in ground.refused(f"{head}:refs/heads/main")


def test_without_a_shared_history_nothing_is_let_off(ground: Ground) -> None:
    ground.raise_cost()
    ground.edit("policies/approvals.yaml", ("annual_cost_from: 50000", "annual_cost_from: 500000"))
    for path in (ground.root / "vendors/decisions" / VENDOR).iterdir():
        path.unlink()
    ground.git("add", "--all")
    head = ground.grow(ground.git("write-tree").strip())
    said = ground.check(head)
    assert said.code == 1
    assert {ASKED, "change/policy", "decision/append-only"} <= {rule for rule, _, _ in said.red}
    assert "this would rewrite the history of main" in ground.refused(f"+{head}:refs/heads/main")


# ---- What disappears ------------------------------------------------------------------------------


def test_a_rename_takes_no_approval_along(ground: Ground) -> None:
    ground.write("vendors/owned.yaml", ground.read(RECORD).replace(f"id: {VENDOR}", "id: owned"))
    (ground.root / RECORD).unlink()
    ground.commit()
    said = ground.check()
    assert {("change/removed", RECORD), ("lifecycle/begins-at-the-beginning", "vendors/owned.yaml")} <= {
        each[:2] for each in said.red
    }
    ground.refused()


def test_an_id_about_which_somebody_decided_is_not_free_again(ground: Ground) -> None:
    """Rejected, withdrawn, proposed anew for another company: the old signature would approve that."""
    ground.edit(RECORD, ("status: approved", "status: rejected"))
    ground.slip_in("Rejected, with what it bought", "2026-12-20")
    (ground.root / RECORD).unlink()
    ground.commit()
    said = ground.check()
    assert [each[:2] for each in said.red] == [("change/removed", RECORD)]
    assert "(rejected) is taken out, and its history with it" in said.of("change/removed")[0]
    assert "change/removed" in ground.refused()


def test_a_revert_does_not_take_a_revocation_back(ground: Ground) -> None:
    revoked: dict[str, Any] = {
        "kind": "revoke",
        "bounds": {},
        "facts": (),
        "revokes": statement().id,
        "reason": "Too dear.",
    }
    ground.edit(RECORD, ("amount: 60000", "amount: 40000"))
    ground.decide(CFO, nonce="f" * 16, decided_on=date(2026, 12, 1), **revoked)
    ground.commit("Revoke")
    ground.taken()
    ground.git("revert", "--no-edit", "HEAD")
    said = ground.check()
    assert {"decision/append-only", ASKED} == {rule for rule, _, _ in said.red}
    assert "decision/append-only" in ground.refused()


@pytest.mark.parametrize(("count", "taken"), [(200, True), (201, False)])
def test_a_push_does_not_make_the_line_of_main_long(ground: Ground, count: int, *, taken: bool) -> None:
    """What stands on it is read again at every push that concerns the vendor."""
    tree, tip = ground.tip("HEAD^{tree}"), ground.tip()
    for _ in range(count):
        tip = ground.grow(tree, tip)
    ground.git("update-ref", "HEAD", tip)
    if taken:
        ground.taken()
        return
    assert "this puts 201 commits in a row on main" in ground.refused()
    ground.git("checkout", "--quiet", "-B", "merged", "origin/main")
    ground.git("merge", "--quiet", "--no-ff", "-m", "Merge", "main")
    ground.taken()


def test_history_is_not_rewritten(ground: Ground) -> None:
    ground.git("config", "receive.denyNonFastForwards", "false", at=ground.server)
    ground.git("reset", "--quiet", "--hard", "HEAD~1")
    ground.commit("Another past")
    assert "this would rewrite the history of main" in ground.refused("+HEAD:main")


# ---- Names of refs, and objects that are no commits -----------------------------------------------


def test_main_among_other_refs_is_judged(ground: Ground) -> None:
    raised(ground)
    assert ASKED in ground.refused(
        "HEAD:refs/heads/aaa", "HEAD:refs/heads/main", "HEAD:refs/heads/zzz", "HEAD:refs/tags/v1"
    )


@pytest.mark.parametrize(
    "ref",
    [
        "refs/tags/main",
        "refs/tags/heads/main",
        "refs/tags/refs/heads/main",
        "refs/tags/origin/main",
        "refs/heads/origin/main",
        "refs/heads/refs/heads/main",
        "refs/heads/Main",
        "refs/tags/MAIN",
    ],
)
def test_no_ref_passes_for_main(ground: Ground, ref: str) -> None:
    """Who says main, or origin/main as a base, means the branch; git would take the tag."""
    raised(ground)
    assert f"{ref} would be taken for main" in ground.refused(f"HEAD:{ref}")


@pytest.mark.parametrize("ref", ["refs/tags/origin", "refs/heads/origin", "refs/tags/HEAD", "refs/tags/@"])
def test_no_ref_passes_for_what_git_calls_so(ground: Ground, ref: str) -> None:
    raised(ground)
    assert f"{ref} would be taken for a name of git's own" in ground.refused(f"HEAD:{ref}")


def test_a_change_is_judged_by_main_and_not_by_what_the_push_says_that_main_was(ground: Ground) -> None:
    """A client may claim any commit as the old one, such as one of its own with weaker rules."""
    ground.edit("policies/approvals.yaml", ("annual_cost_from: 50000", "annual_cost_from: 500000"))
    weak = ground.commit("Weaker")
    ground.git("push", "--quiet", "origin", "HEAD:refs/heads/weak")
    raised(ground)
    ground.git("push", "--quiet", "origin", "HEAD:refs/heads/raised")
    line = f"{weak} {ground.tip()} refs/heads/main\n"
    hook = ground.server / "hooks" / "pre-receive"
    done = subprocess.run([hook], cwd=ground.server, input=line, capture_output=True, text=True, check=False)
    assert (done.returncode, "main is not where this push says that it is" in done.stdout) == (1, True)


@pytest.mark.parametrize("kind", ["heads", "tags"])
def test_no_ref_passes_for_the_short_name_of_a_commit(ground: Ground, kind: str) -> None:
    """Whoever repeats what the hook printed would judge something else."""
    short = ground.main()[:12]
    ground.raise_cost()
    ground.commit()
    assert f"refs/{kind}/{short} would be taken for a commit" in ground.refused(f"HEAD:refs/{kind}/{short}")


def test_a_second_guarded_branch_does_not_begin_with_rules_of_its_own(ground: Ground) -> None:
    hook = ground.server / "hooks" / "pre-receive"
    hook.write_text(f"{hook.read_text('utf-8').rstrip()} --branch main --branch release\n", "utf-8")
    ground.raise_cost(70_000)
    ground.edit("policies/approvals.yaml", ("annual_cost_from: 50000", "annual_cost_from: 500000"))
    ground.commit()
    told = ground.refused("HEAD:refs/heads/release")
    assert "change/policy" in told
    assert f"preflight check --base {ground.main()[:12]} --head {ground.tip()[:12]}" in told  # for what did not fit
    ground.taken("HEAD~1:refs/heads/release")


@pytest.mark.parametrize("name", ["origin/main", "main"])
def test_a_base_that_may_be_two_things_is_not_guessed(ground: Ground, name: str) -> None:
    """A forge takes such a tag, and a clone fetches it."""
    head = raised(ground)
    ground.git("update-ref", f"refs/tags/{name}", head)
    ground.git("reset", "--quiet", "--hard", "origin/main~0" if name == "main" else "refs/remotes/origin/main")
    said = ground.check(head, name)
    assert (said.code, said.out) == (2, "")
    assert f"{name!r} is the name of more than one thing" in said.err


def test_a_tag_in_the_place_of_a_commit_is_judged_or_refused(ground: Ground) -> None:
    raised(ground)
    ground.git("tag", "--annotate", "v1", "-m", "v1")
    assert ASKED in ground.refused("v1:refs/heads/main")
    ground.git("tag", "--annotate", "v0", "-m", "v0", "HEAD~1")
    assert "v0 -> main (bad ref)" in ground.refused("v0:refs/heads/main", by_git=True)  # it would go back, too


def test_what_an_author_writes_into_a_commit_stays_one_name(ground: Ground) -> None:
    """An encoding in which a line feed hides, and one that nobody knows."""
    ground.raise_cost(61_000)
    ground.git("add", "--all")
    tree = ground.git("write-tree").strip()
    for encoding in ("UTF-7", "UTF-16", "no-such"):
        author = f"a <{CFO}+AAo-> 1797940800 +0000"
        lines = f"tree {tree}\nparent {ground.tip()}\nauthor {author}\ncommitter {author}\nencoding {encoding}\n\nx\n"
        head = ground.git("hash-object", "-t", "commit", "-w", "--stdin", given=lines.encode()).strip()
        said = ground.check(head)
        assert (said.code, [rule for rule, _, _ in said.red].count(ASKED) > 0) == (1, True)
