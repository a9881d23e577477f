"""Trees that lie: what is no regular file, names that are commands, twins, and attributes that hide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adversarial.ground import RECORD, SMALL, VENDOR

if TYPE_CHECKING:
    from adversarial.ground import Ground

NAME = f"{VENDOR}.yaml"
LINK, COMMIT, PROGRAM, FILE, FOLDER = "120000", "160000", "100755", "100644", "040000"


def evil(ground: Ground) -> str:
    """Return a record that costs what nobody signed for."""
    return ground.blob(ground.read(RECORD).replace("amount: 60000", "amount: 500000"))


def carried(ground: Ground, rows: dict[str, tuple[str, str]]) -> str:
    """Commit a tree with those rows in vendors/ on main."""
    return ground.grow(ground.tree(rows), ground.tip())


KINDS = {
    "a symbolic link in the place of a record": (LINK, "symbolic link"),
    "a submodule in the place of a record": (COMMIT, "a vendor record is a regular file"),
    "a program in the place of a record": (PROGRAM, "executable"),
}


@pytest.mark.parametrize("attack", KINDS)
def test_a_record_is_a_regular_file(ground: Ground, attack: str) -> None:
    mode, said = KINDS[attack]
    name = {LINK: ground.blob("/etc/passwd"), COMMIT: ground.tip(), PROGRAM: ground.blob(ground.read(RECORD))}[mode]
    head = carried(ground, {NAME: (mode, name)})
    found = ground.check(head)
    assert (found.code, ("file/kind", RECORD, 1) in found.red) == (1, True)
    assert said in found.of("file/kind")[0]
    assert f"{RECORD}:1:1" in ground.refused(f"{head}:refs/heads/main")


NAMES = {
    "a twin in capitals": "Foghorn-SMS.yaml",
    "a line feed": "a\n::error::owned.yaml",
    "an escape sequence": "\x1b[2Jowned.yaml",
    "an option": "--output=owned.yaml",
    "a command of the runner": "::set-output name=decision::allow.yaml",
    "a command anywhere in a line": "x ##[stop-commands]x.yaml",
    "another ending": "foghorn-sms.yml",
    "an ending in capitals": "foghorn-sms.YAML",
    "a dot in front": ".foghorn-sms.yaml",
    "a space": "foghorn sms.yaml",
    "bytes that are no UTF-8": "foghorn-\udcff.yaml",
    "letters of another alphabet": "fоghorn-sms.yaml",
    "attributes": ".gitattributes",
    "a name that is reserved": "policies.yaml",
}


@pytest.mark.parametrize("attack", NAMES)
def test_only_plain_names_lie_among_the_records(ground: Ground, attack: str) -> None:
    head = carried(ground, {NAMES[attack]: (FILE, evil(ground))})
    found = ground.check(head)
    assert found.code == 1, found.err
    form = {rule: path for rule, path, _ in found.red if rule in {"file/name", "file/id"}}
    assert form
    assert all(path.startswith("vendors/") for path in form.values())
    said = ground.refused(f"{head}:refs/heads/main")
    assert "\x1b" not in said
    assert any(rule in said for rule in form)


def test_names_do_not_speak_to_the_runner(ground: Ground) -> None:
    """Neither at the start of a line, nor anywhere in one."""
    head = ground.main()
    for attack in ("a line feed", "a command of the runner", "a command anywhere in a line", "an escape sequence"):
        head = ground.grow(ground.tree({NAMES[attack]: (FILE, evil(ground))}, head), head)
    found = ground.check(head, "origin/main", "--format", "github")
    lines = found.out.splitlines()
    assert found.code == 1
    assert {line.partition(" ")[0] for line in lines if line.lstrip().startswith("::")} <= {"::error", "::warning"}
    assert "##[" not in found.out
    assert "\x1b" not in found.out


def test_the_folder_of_records_is_a_folder(ground: Ground) -> None:
    top = ground.git("ls-tree", "-z", "HEAD")
    rows = {line.partition("\t")[2]: line.split()[0:3:2] for line in top.split("\0") if line}
    tree = ground.mktree(
        {
            **{name: (mode, each.partition("\t")[0]) for name, (mode, each) in rows.items()},
            "vendors": (FILE, ground.blob("id: everything\n")),
        }
    )
    head = ground.grow(tree, ground.tip())
    found = ground.check(head)
    assert (found.code, ("file/name", "vendors", 1) in found.red) == (1, True)
    assert "decision/append-only" in ground.refused(f"{head}:refs/heads/main")


def test_records_below_other_folders_are_no_way_round(ground: Ground) -> None:
    for number, folder in enumerate(("vendors/more", "vendors/decisions", f"vendors/decisions/{VENDOR}")):
        ground.write(f"{folder}/another-{number}.yaml", ground.read(SMALL))
    ground.commit()
    found = ground.check()
    assert {path for rule, path, _ in found.red if rule == "file/name"} == {
        "vendors/more/another-0.yaml",
        "vendors/decisions/another-1.yaml",
        f"vendors/decisions/{VENDOR}/another-2.yaml",
    }


@pytest.mark.parametrize(
    "twin", ["Vendors", "Policies", "SCHEMAS", ".GitHub", "vendors.", "policies ", "poli\u200ccies", "\uff56endors"]
)
def test_no_folder_is_written_in_two_ways(ground: Ground, twin: str) -> None:
    """Where upper and lower case are the same, one of the two would lie over the other."""
    ground.write(f"{twin}/approvals.yaml", ground.read("policies/approvals.yaml").replace("50000", "500000"))
    ground.commit()
    assert ground.check().code == 2
    assert f"{twin!r} is " in (said := ground.refused())
    assert "written otherwise, and the same on many machines" in said


@pytest.mark.parametrize(
    ("twin", "said"),
    [
        ("docs/CODEOWNERS ", "is 'docs/CODEOWNERS' written otherwise"),
        ("docs/codeowners", "is 'docs/CODEOWNERS' written otherwise"),
        ("Docs/CODEOWNERS", "is 'docs' written otherwise"),
        ("POLICI~1/approvals.yaml", "may stand for 'policies' where names are kept in a short form"),
        ("PO3F9A~1/approvals.yaml", "may stand for 'policies' where names are kept in a short form"),
        ("GITHUB~1/workflows/gate.yml", "may stand for '.github' where names are kept in a short form"),
        ("docs/CODEOW~1", "may stand for 'docs/CODEOWNERS' where names are kept in a short form"),
    ],
)
def test_no_file_of_the_trust_root_has_a_double(ground: Ground, twin: str, said: str) -> None:
    ground.write(twin, "* @mallory\n")
    ground.commit()
    assert ground.check().code == 2
    assert said in ground.refused()


def test_a_folder_of_documents_is_nobody_s_double(ground: Ground) -> None:
    for name in ("docs/guide.md", "docs/backup~1.md", "notes~1.txt"):
        ground.write(name, "Read me\n")
    ground.commit()
    assert ground.check().code == 0
    ground.taken()


class TestTreesThatGitDoesNotWrite:
    """A server that was never told to check objects takes them."""

    @pytest.fixture(autouse=True)
    def _gullible(self, ground: Ground) -> None:
        ground.git("config", "transfer.fsckObjects", "false", at=ground.server)

    @staticmethod
    def _raw(ground: Ground, rows: list[tuple[str, str, str]]) -> str:
        data = b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(each) for mode, name, each in rows)
        return ground.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", given=data).strip()

    @staticmethod
    def _listed(ground: Ground, folder: str) -> list[tuple[str, str, str]]:
        lines = ground.git("ls-tree", "-z", folder).split("\0")
        rows = [(line.partition("\t")[0].split(), line.partition("\t")[2]) for line in lines if line]
        return [(mode.lstrip("0"), name, each) for (mode, _, each), name in rows]

    def _refused(self, ground: Ground, rows: list[tuple[str, str, str]]) -> str:
        head = ground.grow(self._raw(ground, rows), ground.tip())
        return ground.refused(f"{head}:refs/heads/main")

    def test_a_name_with_a_slash_is_no_file_in_a_folder(self, ground: Ground) -> None:
        rows = [*self._listed(ground, "HEAD"), (FILE, "vendors/another.yaml", evil(ground))]
        assert "'vendors/another.yaml' at the top of the tree holds a slash" in self._refused(ground, rows)

    @pytest.mark.parametrize("last", [True, False])
    def test_a_record_does_not_stand_twice(self, ground: Ground, last: bool) -> None:  # noqa: FBT001 - both orders
        twin = (FILE, NAME, evil(ground))
        rows = [
            row
            for each in self._listed(ground, "HEAD:vendors")
            for row in (([each, twin] if last else [twin, each]) if each[1] == NAME else [each])
        ]
        folder = self._raw(ground, rows)
        top = [(mode, name, folder if name == "vendors" else each) for mode, name, each in self._listed(ground, "HEAD")]
        assert f"'vendors/{NAME}' stands twice in its folder" in self._refused(ground, top)

    def test_a_folder_does_not_stand_twice(self, ground: Ground) -> None:
        rows = self._listed(ground, "HEAD")
        assert "'vendors' stands twice" in self._refused(ground, sorted([*rows, rows[-1]], key=lambda row: row[1]))

    def test_a_tree_out_of_order_hides_nothing(self, ground: Ground) -> None:
        """Git stops searching too early: a workflow is there in a checkout, and not for who asks for it."""
        ground.write(".github/workflows/mine.yml", "on: push\n")
        ground.git("add", "--all")
        rows = self._listed(ground, ground.git("write-tree").strip())
        assert rows[0][1] == ".github"
        said = self._refused(ground, [*rows[1:], rows[0]])
        assert "'.github' stands behind a name that comes after it, so that git does not find it" in said

    def test_a_folder_out_of_order_hides_no_change(self, ground: Ground) -> None:
        ground.raise_cost()
        ground.git("add", "--all")
        rows = self._listed(ground, ground.git("write-tree").strip())
        inside = self._listed(ground, ground.git("write-tree").strip() + ":vendors")
        folder = self._raw(ground, inside[::-1])
        said = self._refused(ground, [(mode, name, folder if name == "vendors" else each) for mode, name, each in rows])
        assert "stands behind a name that comes after it" in said


ATTRIBUTES = {
    "hide a change": ("*.yaml -diff\n", "hides changes from reviews"),
    "leave records out of archives": ("vendors/** export-ignore\n", "leaves files out of archives"),
    "fold changes away": ("*.yaml linguist-generated\n", "folds changes away in reviews"),
    "change what is checked out": ("*.yaml filter=owned\n", "changes files on their way into a checkout"),
    "another encoding": ("*.yaml working-tree-encoding=latin1\n", "changes files on their way into a checkout"),
}


@pytest.mark.parametrize("where", [".gitattributes", "vendors/.gitattributes"])
@pytest.mark.parametrize("attack", ATTRIBUTES)
def test_attributes_hide_nothing(ground: Ground, attack: str, where: str) -> None:
    """The gate reads what was committed, and the server takes no attribute that hides it from people."""
    pattern, effect = ATTRIBUTES[attack]
    ground.raise_cost()
    ground.commit()
    ground.write(where, pattern.replace("vendors/**", "*.yaml"))
    ground.git("add", where)  # this alone: git would convert the rest
    ground.git("commit", "--quiet", "-m", "Attributes")
    assert "risk/approved-by-the-roles" in [rule for rule, _, _ in ground.check().red]
    assert effect in ground.refused()


def test_a_folder_that_shadows_git_is_refused_by_the_server(ground: Ground) -> None:
    tree = ground.git("ls-tree", "-z", "HEAD")
    hidden = ground.mktree({"config": (FILE, ground.blob("[core]\n"))})
    raw = TestTreesThatGitDoesNotWrite._raw  # a tree that git refuses to write
    listed = TestTreesThatGitDoesNotWrite._listed(ground, "HEAD")
    assert tree
    head = ground.grow(raw(ground, [("40000", ".GIT", hidden), *listed]), ground.tip())
    assert "hasDotgit" in ground.refused(f"{head}:refs/heads/main", by_git=True)
