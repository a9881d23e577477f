"""When decisions came into a history, and who changed its records: whatever way of merging, names and dates."""

from __future__ import annotations

import os
import subprocess
from datetime import date
from typing import TYPE_CHECKING

import pytest

from preflight.decisions.signers import Signers
from preflight.errors import CannotJudge
from preflight.shell import decision_files
from preflight.shell.files import WorkingTree
from preflight.shell.git import GitTree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from signing import Keys

PATH = "vendors/decisions/acme/2026-05-20-cfo-01234567.json"
RECORD = "vendors/acme.yaml"


class History:
    """A repository whose commits are dated."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, day: str = "2026-05-01", by: str = "mina@house.example") -> str:
        stamp = day if day.startswith("@") else f"{day}T12:00:00Z"
        names = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": by, "GIT_AUTHOR_DATE": "2020-01-01T12:00:00Z"}
        names |= {"GIT_COMMITTER_NAME": "C", "GIT_COMMITTER_EMAIL": "c@forge.example", "GIT_COMMITTER_DATE": stamp}
        names |= {"GIT_CONFIG_GLOBAL": os.devnull}
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env={**os.environ, **names}, check=True, capture_output=True, text=True
        )
        return done.stdout

    def commit(self, day: str, files: dict[str, str | None], by: str = "mina@house.example") -> str:
        """Commit those files; None takes one out. Return the name of the commit."""
        for path, text in files.items():
            file = self.root / path
            if text is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, "utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "Change", day=day, by=by)
        return self.head

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD").strip()

    def came(self, path: str = PATH) -> tuple[str, date] | None:
        tree = GitTree(self.root, "main")
        found = decision_files.arrivals(tree, decision_files.read(tree)).get(path)
        return (found.commit, found.on) if found else None

    def authors(self, since: str, path: str = RECORD) -> set[str]:
        return GitTree(self.root, "HEAD").authors(since, "vendors").get(path, set())


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "registry")


def begun(history: History) -> None:
    history.commit("2026-05-01", {RECORD: "id: acme\n"})
    history.git("checkout", "--quiet", "-b", "topic")
    history.commit("2026-05-02", {PATH: "{}"})
    history.commit("2026-05-03", {"README.md": "More\n"})
    history.git("checkout", "--quiet", "main")
    history.commit("2026-05-04", {"docs.md": "Meanwhile\n"})


def merge(history: History) -> None:
    history.git("merge", "--quiet", "--no-ff", "-m", "Merge", "topic", day="2026-05-05")


def squash(history: History) -> None:
    history.git("merge", "--quiet", "--squash", "topic")
    history.git("commit", "--quiet", "-m", "Squashed", day="2026-05-05")


def cherry_pick(history: History) -> None:
    history.git("cherry-pick", "topic~1", day="2026-05-05")


def rebase(history: History) -> None:
    history.git("rebase", "--quiet", "main", "topic", day="2026-05-05")
    history.git("checkout", "--quiet", "main")
    history.git("merge", "--quiet", "--ff-only", "topic~1")


@pytest.mark.parametrize("way", [merge, squash, cherry_pick, rebase])
def test_a_decision_comes_with_the_commit_of_the_first_parent_line(
    history: History, way: Callable[[History], None]
) -> None:
    begun(history)
    way(history)
    assert history.came() == (history.head, date(2026, 5, 5))


def test_a_date_set_back_brings_nothing_into_the_past(history: History) -> None:
    history.commit("2026-05-10", {RECORD: "id: acme\n"})
    commit = history.commit("2001-01-01", {PATH: "{}"})
    assert history.came() == (commit, date(2026, 5, 10))


@pytest.mark.parametrize("stamp", ["@253402300800 +0000", "@4611686018427387903 +0000"])
def test_a_date_beyond_the_calendar_is_its_last_day(history: History, stamp: str) -> None:
    history.commit("2026-05-10", {PATH: "{}"})
    tree = history.git("rev-parse", "HEAD^{tree}").strip()
    raw = f"tree {tree}\nauthor A <a@x.example> {stamp[1:]}\ncommitter A <a@x.example> {stamp[1:]}\n\nLate\n"
    command = ["git", "hash-object", "-t", "commit", "-w", "--stdin"]
    done = subprocess.run(command, cwd=history.root, input=raw, check=True, capture_output=True, text=True)
    history.git("update-ref", "refs/heads/main", done.stdout.strip())
    found = history.came()
    assert found is not None
    assert found[1] >= date(2026, 5, 10)


def test_a_file_changed_later_came_with_its_change(history: History) -> None:
    history.commit("2026-05-01", {PATH: "{}"})
    changed = history.commit("2026-05-07", {PATH: "{ }"})
    assert history.came() == (changed, date(2026, 5, 7))


def test_a_file_put_back_came_when_it_was_put_back(history: History) -> None:
    history.commit("2026-05-01", {PATH: "{}"})
    history.commit("2026-05-02", {PATH: None})
    again = history.commit("2026-05-08", {PATH: "{}"})
    assert history.came() == (again, date(2026, 5, 8))


def test_of_a_file_that_is_another_now_it_is_not_known_when_it_came(history: History) -> None:
    history.commit("2026-05-01", {PATH: "{}"})
    found = decision_files.arrivals(GitTree(history.root, "main"), {PATH: b"{ }", "elsewhere": b""})
    assert found == {}


@pytest.mark.parametrize("name", ["a\nb", "a\x01b", ":100644 100644 a b M", "-a", "a\n:000000 100644 0 1 A"])
def test_no_name_of_a_file_passes_for_something_else(history: History, name: str) -> None:
    first = history.commit("2026-05-01", {PATH: "{}", f"vendors/decisions/acme/{name}": "x"})
    history.commit("2026-05-09", {f"vendors/decisions/acme/{name}": "y"})
    assert history.came() == (first, date(2026, 5, 1))
    assert set(decision_files.read(GitTree(history.root, "main"))) == {PATH}


@pytest.mark.parametrize(
    ("name", "value"), [("log.showSignature", "true"), ("diff.renames", "copies"), ("log.follow", "true")]
)
def test_what_the_user_has_set_for_git_changes_nothing(history: History, signer: Keys, name: str, value: str) -> None:
    history.git("config", "gpg.format", "ssh")
    history.git("config", "user.signingkey", str(signer("mina").path))
    history.git("config", "commit.gpgSign", "true")
    history.git("config", name, value)
    before = history.commit("2026-05-01", {RECORD: "id: acme\n"})
    commit = history.commit("2026-05-05", {PATH: "{}", RECORD: "id: acme\nname: Acme\n"})
    assert history.came() == (commit, date(2026, 5, 5))
    assert history.authors(before) == {"mina@house.example"}


def test_a_folder_of_a_repository_is_a_registry_too(history: History) -> None:
    commit = history.commit("2026-05-05", {f"a[b]*/{PATH}": "{}", PATH: "{}"})
    history.commit("2026-05-06", {PATH: "{ }", "ab/vendors/acme.yaml": ""})
    tree = GitTree(history.root / "a[b]*", "main")
    (found,) = decision_files.arrivals(tree, decision_files.read(tree)).items()
    assert (found[0], found[1].commit) == (PATH, commit)
    assert set(tree.authors(None, "")) == {PATH}


# ---- The keys of then ---------------------------------------------------------------------------


def test_the_keys_of_then_are_those_before_the_commit(history: History, signer: Keys) -> None:
    one, two = signer("one"), signer("two")
    history.commit("2026-05-01", {"policies/allowed_signers": one.line()})
    history.commit("2026-05-02", {PATH: "{}", "policies/allowed_signers": two.line()})
    tree = GitTree(history.root, "main")
    came = decision_files.arrivals(tree, decision_files.read(tree))
    former = decision_files.former_signers(tree, came, "policies", Signers({}))[PATH]
    assert [key.principal for key in former.keys.values()] == ["one"]


def test_of_a_key_that_is_gone_the_last_list_tells_that_had_it(history: History, signer: Keys) -> None:
    """Else the end of a key would be forgotten with its line, and what it had voided would count again."""
    one, two = signer("one"), signer("two")
    history.commit("2026-05-01", {"policies/allowed_signers": one.line()})
    history.commit("2026-05-02", {PATH: "{}"})
    ended = one.line('valid-before="20260401Z"')
    history.commit("2026-05-03", {"policies/allowed_signers": ended + two.line()})
    history.commit(
        "2026-05-04",
        {"policies/allowed_signers": "", "preflight.yaml": "policies: gov\n", "gov/allowed_signers": ended},
    )
    history.commit("2026-05-05", {"gov/allowed_signers": two.line()})
    tree = GitTree(history.root, "main")
    came = decision_files.arrivals(tree, decision_files.read(tree))
    now = decision_files.signers(tree, "gov")
    [line] = decision_files.former_signers(tree, came, "gov", now)[PATH].keys.values()
    assert (line.principal, line.valid_before) == ("one", date(2026, 4, 1))
    [kept] = decision_files.former_signers(tree, came, "gov", Signers({**now.keys, line.key.fingerprint: line}))[
        PATH
    ].keys.values()
    assert kept.valid_before is None, "of a key that is listed the list of now tells"


def test_a_list_that_was_no_good_let_nobody_sign(history: History) -> None:
    history.commit("2026-05-01", {"policies/allowed_signers": "*@house.example ssh-ed25519 x\n"})
    history.commit("2026-05-02", {PATH: "{}"})
    tree = GitTree(history.root, "main")
    came = decision_files.arrivals(tree, decision_files.read(tree))
    assert decision_files.former_signers(tree, came, "policies", Signers({}))[PATH].keys == {}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"\xff", "this is not UTF-8: invalid start byte at byte 1", id="not UTF-8"),
        pytest.param(b"#" * (1024 * 1024 + 1), "more than 1,048,576 bytes are not read", id="too long"),
        pytest.param(b"* ssh-ed25519 x\n", "* is a pattern, and would stand for people who are not named", id="all"),
    ],
)
def test_keys_that_cannot_be_read_stop_the_run(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/allowed_signers").write_bytes(data)
    with pytest.raises(CannotJudge) as raised:
        decision_files.signers(WorkingTree(tmp_path), "policies")
    assert raised.value.message == message
    assert raised.value.path == "policies/allowed_signers"


def test_no_list_of_keys_lets_nobody_sign_and_a_link_is_none(tmp_path: Path) -> None:
    assert decision_files.signers(WorkingTree(tmp_path), "policies").keys == {}
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/allowed_signers").symlink_to("/etc/hostname")
    with pytest.raises(CannotJudge, match="and no list of keys"):
        decision_files.signers(WorkingTree(tmp_path), "policies")


def test_a_large_file_is_read_as_far_as_needed_to_see_that(tmp_path: Path) -> None:
    file = tmp_path / PATH
    file.parent.mkdir(parents=True)
    file.write_bytes(b" " * 100_000)
    assert len(decision_files.read(WorkingTree(tmp_path))[PATH]) == 8193


# ---- Who changed a record -----------------------------------------------------------------------

ALICE, CFO = "alice@house.example", "cfo@house.example"


def forked(history: History) -> str:
    """Let Alice change a record on a topic branch while another changes on main; return where they part."""
    base = history.commit("2026-05-01", {RECORD: "id: acme\ncost: 1\n", "vendors/other.yaml": "id: other\n"})
    history.git("checkout", "--quiet", "-b", "topic")
    history.commit("2026-05-02", {RECORD: "id: acme\ncost: 2\n"}, ALICE)
    history.git("checkout", "--quiet", "main")
    history.commit("2026-05-03", {"vendors/other.yaml": "id: other\nname: O\n"})
    return base


def test_who_merges_a_branch_proposes_nothing(history: History) -> None:
    forked(history)
    since = history.head
    history.git("merge", "--quiet", "--no-ff", "-m", "Merge", "topic", by=CFO)
    assert history.authors(since) == {ALICE}


def test_who_brings_a_branch_up_to_date_proposes_nothing(history: History) -> None:
    forked(history)
    since = history.head
    history.git("checkout", "--quiet", "topic")
    history.git("merge", "--quiet", "-m", "Up to date", "main", by=CFO)
    assert history.authors(since) == {ALICE}


def test_who_changes_a_record_in_a_merge_proposes_it(history: History) -> None:
    forked(history)
    since = history.head
    history.git("merge", "--quiet", "--no-ff", "--no-commit", "topic")
    history.commit("2026-05-05", {RECORD: "id: acme\ncost: 3\n"}, CFO)
    assert history.authors(since) == {ALICE, CFO}


def test_who_drops_the_change_of_others_in_a_merge_proposes_that(history: History) -> None:
    base = history.commit("2026-05-01", {RECORD: "id: acme\ncost: 1\n"})
    history.git("checkout", "--quiet", "-b", "topic")
    history.commit("2026-05-02", {"README.md": "Words\n"}, ALICE)
    history.git("checkout", "--quiet", "main")
    since = history.commit("2026-05-03", {RECORD: "id: acme\ncost: 2\n"}, ALICE)
    history.git("checkout", "--quiet", "topic")
    history.git("merge", "--quiet", "-s", "ours", "-m", "Merge", "main", by=CFO)
    assert history.authors(since) == {CFO}
    assert history.authors(base) == {ALICE, CFO}


def test_who_reverts_a_change_made_one(history: History) -> None:
    since = history.commit("2026-05-01", {RECORD: "id: acme\ncost: 1\n"})
    history.commit("2026-05-02", {RECORD: "id: acme\ncost: 2\n"}, ALICE)
    history.git("revert", "--no-edit", "HEAD", by=CFO)
    assert history.authors(since) == {ALICE, CFO}


def test_who_takes_a_record_out_and_puts_it_back_is_named(history: History) -> None:
    since = history.commit("2026-05-01", {RECORD: "id: acme\n"})
    history.git("mv", RECORD, "vendors/moved.yaml")
    history.commit("2026-05-02", {}, ALICE)
    history.git("mv", "vendors/moved.yaml", RECORD)
    history.commit("2026-05-03", {}, CFO)
    assert history.authors(since) == {ALICE, CFO}


def test_an_address_is_taken_as_it_stands(history: History) -> None:
    since = history.commit("2026-05-01", {RECORD: "id: acme\n"})
    (history.root / ".mailmap").write_text("Chief <cfo@house.example> <mallory@x.example>\n", "utf-8")
    history.git("config", "log.mailmap", "true")
    history.commit("2026-05-02", {RECORD: "id: acme\nname: A\n"}, "mallory@x.example")
    history.commit("2026-05-03", {RECORD: "id: acme\nname: B\n"}, "two words\x01|@x.example")
    assert history.authors(since) == {"mallory@x.example", "two words\x01|@x.example"}
