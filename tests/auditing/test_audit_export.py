"""The evidence pack: what is in it, and that its own page verifies it with git, sha256sum and ssh-keygen alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from auditing.story import DECISION, RECORD, RULE, VENDOR, Story
from preflight import cli
from preflight.auditing import pack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Result


@pytest.fixture(scope="session")
def packed(played: Story, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pack of the five commits after the first."""
    folder = tmp_path_factory.mktemp("packed") / "pack"
    assert (
        cli.run(["--root", str(played.root), "--quiet", "audit", "export", str(folder), "--since", "2026-11-21"]) == 0
    )
    return folder


def steps(folder: Path) -> str:
    """Return the commands of the page, as they stand there."""
    return "".join(re.findall(r"```sh\n(.*?)```", (folder / "README.md").read_text("utf-8"), re.DOTALL))


def follow(folder: Path) -> subprocess.CompletedProcess[str]:
    """Do what the page says, in a shell that knows nothing of us."""
    surroundings = {"PATH": os.environ["PATH"], "HOME": str(folder.parent), "TMPDIR": str(folder.parent)}
    return subprocess.run(
        ["sh", "-c", steps(folder)], cwd=folder, env=surroundings, check=False, capture_output=True, text=True
    )


def test_the_page_verifies_the_pack_without_us(packed: Path) -> None:
    text = steps(packed)
    assert "preflight audit" not in text
    done = follow(packed)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count('Good "preflight-decision@v1" signature for ') == 30


def test_what_is_in_it(packed: Path, played: Story) -> None:
    names = {path.name for path in packed.iterdir()}
    assert names >= {"MANIFEST", "README.md", "repository.bundle", "changes.json", "changes.csv", "checkpoint.json"}
    assert (packed / "end.txt").read_text("utf-8").strip() == played.head
    assert (packed / "end" / RECORD).read_bytes() == (played.root / RECORD).read_bytes()
    assert (packed / "end" / f"{DECISION}.sig").is_file()
    assert (packed / "end/policies/rules" / f"{RULE}.yaml").is_file()
    found = json.loads((packed / "replay.json").read_text("utf-8"))
    assert [each["subject"] for each in found["commits"] if each["state"] == "refused"] == ["Urgent (#17)"]
    changes = json.loads((packed / "changes.json").read_text("utf-8"))["changes"]
    assert [(each["field"], each["before"]) for each in changes if each["vendor"] == VENDOR][:2] != []
    assert {each["vendor"] for each in changes} == {VENDOR, "folio-cms"}
    assert json.loads((packed / "verdicts-end.json").read_text("utf-8"))["summary"]["red_flags"] == 0
    assert "1 of 3 commits that were judged went round the gate" in (packed / "README.md").read_text("utf-8")


def record(folder: Path) -> None:
    path = folder / "end" / RECORD
    path.write_text(path.read_text("utf-8").replace("TridentX", "TridentY"), encoding="utf-8")


def with_manifest(folder: Path) -> None:
    """The record, and the manifest that goes with it."""
    record(folder)
    remade(folder)


def decision(folder: Path) -> None:
    """A decision in the name of somebody else; and the manifest, and the tree is not looked at."""
    lines = (folder / "decisions.txt").read_text("utf-8").splitlines(keepends=True)
    lines[0] = lines[0].replace(lines[0].split()[0], lines[1].split()[0])
    (folder / "decisions.txt").write_text("".join(lines), encoding="utf-8")
    remade(folder)


def history(folder: Path) -> None:
    """Bytes of the bundle."""
    data = bytearray((folder / "repository.bundle").read_bytes())
    data[-1000] ^= 0xFF
    (folder / "repository.bundle").write_bytes(bytes(data))
    remade(folder)


def remade(folder: Path) -> None:
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "MANIFEST"
    }
    (folder / "MANIFEST").write_bytes(pack.manifest(files))


@pytest.mark.parametrize("tamper", [record, with_manifest, decision, history])
def test_a_pack_that_was_changed_does_not_verify(packed: Path, tmp_path: Path, tamper: Callable[[Path], None]) -> None:
    shutil.copytree(packed, tmp_path / "pack")
    tamper(tmp_path / "pack")
    assert follow(tmp_path / "pack").returncode != 0


def test_the_same_history_gives_the_same_bytes(
    run: Callable[..., Result], packed: Path, line: Story, tmp_path: Path
) -> None:
    """On another day, in a repository that is packed in another way."""
    line.git("gc", "--quiet", "--aggressive", "--prune=now")
    again = tmp_path / "again"
    result = run("--root", line.root, "audit", "export", again, "--since", "2026-11-21", as_of="2030-01-01")
    assert result.code == 0, result.err
    one, other = (
        {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (packed, again)
    )
    assert one == other


def test_nothing_is_written_over(run: Callable[..., Result], played: Story, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    result = run("--root", played.root, "audit", "export", tmp_path / "there")
    assert (result.code, result.out) == (2, "")
    assert "is there already, and nothing is written over" in result.err
    assert list((tmp_path / "there").iterdir()) == []


def test_only_what_is_asked_for(run: Callable[..., Result], played: Story, tmp_path: Path) -> None:
    result = run("--root", played.root, "audit", "export", tmp_path / "pack", "--vendor", VENDOR)
    assert result.code == 0, result.err
    assert [path.name for path in (tmp_path / "pack/end/vendors").glob("*.yaml")] == [f"{VENDOR}.yaml"]
    assert not (tmp_path / "pack/start").exists(), "it begins with the history"
    changes = json.loads((tmp_path / "pack/changes.json").read_text("utf-8"))["changes"]
    assert {each["vendor"] for each in changes} == {VENDOR}
    done = follow(tmp_path / "pack")
    assert done.returncode == 0, done.stderr


def test_a_vendor_that_never_was_is_refused(run: Callable[..., Result], played: Story, tmp_path: Path) -> None:
    result = run("--root", played.root, "audit", "export", tmp_path / "pack", "--vendor", "../../etc")
    assert (result.code, result.out) == (2, "")
    assert "no commit tells of a vendor" in result.err
    assert not (tmp_path / "pack").exists()


def test_a_period_without_a_commit_is_refused(run: Callable[..., Result], played: Story, tmp_path: Path) -> None:
    result = run("--root", played.root, "audit", "export", tmp_path / "pack", "--since", "2029-01-01")
    assert (result.code, result.out) == (2, "")
    assert "no commit lies in that period" in result.err


def test_hostile_paths_of_the_history_do_not_get_out(run: Callable[..., Result], line: Story, tmp_path: Path) -> None:
    """Git can hold names that no pack may; they are named, and left to the bundle."""
    blob = line.git("hash-object", "-w", RECORD)
    for path in (
        "vendors/new\nline.yaml",
        "vendors/-dash.yaml",
        "vendors/ACME.yaml",
        "vendors/acme.yaml",
        "vendors/a b",
    ):
        line.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
    line.git("update-index", "--add", "--cacheinfo", f"120000,{blob},vendors/link.yaml")
    line.git("commit", "--quiet", "-m", "Hostile")
    result = run("--root", line.root, "audit", "export", tmp_path / "pack", "--since", "HEAD~1")
    assert result.code == 0, result.err
    left = (tmp_path / "pack/left-out.txt").read_text("utf-8").splitlines()
    assert left == [
        "end/vendors/-dash.yaml",
        "end/vendors/a b",
        "end/vendors/acme.yaml",
        r"end/vendors/new\u{a}line.yaml",
        "end/vendors/link.yaml",
    ]
    assert not any(path.is_symlink() for path in (tmp_path / "pack").rglob("*"))
    done = follow(tmp_path / "pack")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "path",
    [
        "../x",
        "a/../b",
        "/etc/x",
        "a//b",
        ".",
        "a/.",
        "a/.GIT/config",
        ".git",
        "-x/y",
        "a\nb",
        "a b",
        "a\\b",
        "c:x",
        "ä",
    ],
)
def test_a_path_that_means_something_else_elsewhere_is_not_written(path: str) -> None:
    assert not pack.safe(path)


@pytest.mark.parametrize("path", ["vendors/acme.yaml", ".github/workflows/gate.yml", ".gitattributes", "a/b@c+d.json"])
def test_a_plain_path_is_written(path: str) -> None:
    assert pack.safe(path)


def test_of_two_names_that_some_disks_cannot_tell_apart_one_is_written() -> None:
    assert pack.sorted_out(["a/B", "a/b", "c", "C/d"]) == (["C/d", "a/B"], ["a/b", "c"])


def test_what_is_cut_short_leaves_nothing(
    run: Callable[..., Result], played: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("preflight.shell.new_folder.os.rename", full)
    result = run("--root", played.root, "audit", "export", tmp_path / "out" / "pack", "--since", "HEAD~1")
    assert (result.code, result.out) == (2, "")
    assert "No space left on device" in result.err
    assert list((tmp_path / "out").iterdir()) == []
