"""``preflight codeowners``: written, checked, and the one of this repository current."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from preflight.codeowners import BEGIN, END, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

ROOT = Path(__file__).parents[2]
PLACE = ".github/CODEOWNERS"
POLICY_OWNERS = ("@noor-haddad", "@ruben-castellanos")


def test_the_file_of_this_repository_is_current(run: Callable[..., Result]) -> None:
    result = run("--root", ROOT, "codeowners", "--check")
    assert (result.code, result.out) == (0, f"{PLACE} is current\n"), "run: preflight codeowners --write"


def test_what_is_written_is_current_and_asks_the_owners(registry: Path, run: Callable[..., Result]) -> None:
    assert run("--root", registry, "codeowners", "--check").out == (
        f"{PLACE} is not current\n{PLACE} is not there\nRun: preflight codeowners --write --file {PLACE}\n"
    )
    assert run("--root", registry, "codeowners", "--write").code == 0
    owners = read((registry / PLACE).read_text("utf-8"))
    assert owners.faults == ()
    assert owners.of("vendors/beacon-mail.yaml") == (
        "@mara-lindqvist",
        "@harbourline/crm-marketing",
        "@kofi-mensah",
        "@harbourline/integration-services",
    )
    for path in ("policies/people.yaml", "schemas/x.json", ".github/workflows/gate.yml", "vendors/new.yaml"):
        assert owners.of(path) == POLICY_OWNERS
    result = run("--root", registry, "codeowners", "--check")
    assert (result.code, result.out) == (0, f"{PLACE} is current\n")


def test_without_an_option_it_is_only_shown(registry: Path, run: Callable[..., Result]) -> None:
    result = run("--root", registry, "codeowners", "--handles", "people")
    assert result.code == 0
    assert result.out.splitlines()[0] == BEGIN
    assert result.out.splitlines()[-1] == END
    assert "/vendors/beacon-mail.yaml @mara-lindqvist @kofi-mensah" in result.out.splitlines()
    assert not (registry / PLACE).exists()


def test_lines_by_hand_stay_and_cannot_overrule(registry: Path, run: Callable[..., Result]) -> None:
    run("--root", registry, "codeowners", "--write")
    file = registry / PLACE
    file.write_text("/docs/ @writers\n" + file.read_text("utf-8") + "/policies/ @mallory\n", "utf-8")
    stale = run("--root", registry, "codeowners", "--check")
    assert stale.code == 1
    assert "the same lines, in another order or number" in stale.out
    assert run("--root", registry, "codeowners", "--write").code == 0
    owners = read(file.read_text("utf-8"))
    assert owners.of("docs/a.md") == ("@writers",)
    assert owners.of("policies/people.yaml") == POLICY_OWNERS


def test_a_new_owner_makes_the_file_stale(registry: Path, run: Callable[..., Result]) -> None:
    run("--root", registry, "codeowners", "--write")
    record = registry / "vendors" / "beacon-mail.yaml"
    text = record.read_text("utf-8").replace("it: {owner: kofi-mensah", "it: {owner: ines-albrecht")
    record.write_text(text, "utf-8")
    result = run("--root", registry, "codeowners", "--check")
    assert result.code == 1
    assert "+ /vendors/beacon-mail.yaml @mara-lindqvist @harbourline/crm-marketing @ines-albrecht" in result.out


def test_a_file_in_a_higher_place_is_told(registry: Path, run: Callable[..., Result]) -> None:
    run("--root", registry, "codeowners", "--write")
    written = run("--root", registry, "codeowners", "--write", "--file", "docs/CODEOWNERS")
    assert f"{PLACE} is there, and a forge takes it instead of docs/CODEOWNERS" in written.err
    checked = run("--root", registry, "codeowners", "--check", "--file", "docs/CODEOWNERS")
    assert checked.code == 1
    assert f"{PLACE} is there, and a forge takes it instead of docs/CODEOWNERS" in checked.out


def test_a_registry_below_the_top_is_owned_from_the_top_on(
    registry: Path, tmp_path: Path, run: Callable[..., Result]
) -> None:
    top = tmp_path / "top"
    shutil.copytree(registry, top / "stack", ignore=shutil.ignore_patterns(".git"))
    subprocess.run(["git", "init", "--quiet", str(top)], check=True)
    assert run("--root", top / "stack", "codeowners", "--write").code == 0
    owners = read((top / PLACE).read_text("utf-8"))
    assert owners.of("stack/vendors/beacon-mail.yaml")[0] == "@mara-lindqvist"
    assert owners.of("stack/policies/people.yaml") == POLICY_OWNERS
    assert owners.of("stack/preflight.yaml") == POLICY_OWNERS
    assert owners.of("vendors/beacon-mail.yaml") == ()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("--write", "--check"), "--write and --check exclude each other", id="both"),
        pytest.param(("--file", "/etc/passwd"), "is not one of", id="elsewhere"),
    ],
)
def test_what_makes_no_sense_is_refused(
    registry: Path, run: Callable[..., Result], arguments: tuple[str, ...], said: str
) -> None:
    result = run("--root", registry, "codeowners", *arguments)
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def test_without_policy_owners_nobody_could_be_asked(registry: Path, run: Callable[..., Result]) -> None:
    people = registry / "policies" / "people.yaml"
    people.write_text(
        people.read_text("utf-8").replace("      - {role: policy-owner, from: 2024-01-01}\n", ""), "utf-8"
    )
    result = run("--root", registry, "codeowners", "--write")
    assert result.code == 2
    assert "nobody in policies/people.yaml holds the role policy-owner and has a login or an address" in result.err
    assert not (registry / PLACE).exists()


def test_a_link_in_place_of_the_file_is_not_followed(
    registry: Path, tmp_path: Path, run: Callable[..., Result]
) -> None:
    (tmp_path / "secret").write_text("/secret @x\n", "utf-8")
    (registry / ".github").mkdir()
    (registry / PLACE).symlink_to(tmp_path / "secret")
    result = run("--root", registry, "codeowners", "--write")
    assert (result.code, result.out) == (2, "")
    assert f"{PLACE} cannot be read" in result.err
    assert (tmp_path / "secret").read_text("utf-8") == "/secret @x\n"
