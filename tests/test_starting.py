"""The page about starting a registry: its files, as printed, make one that can be judged, signed for and pushed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result
    from signing import Keys

PAGE = (Path(__file__).parents[1] / "docs" / "starting.md").read_text("utf-8")
FILE = re.compile(r"^`(policies/[^`\n]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def started(tmp_path: Path, run: Callable[..., Result], signer: Keys) -> Path:
    """A new registry with the files of the page, and keys where it has dots."""
    assert run("init", tmp_path).code == 0
    for path, text in FILE.findall(PAGE):
        with_keys = re.sub(
            r"^([a-z-]+)( namespaces=.*)ssh-ed25519 AAAA…$",
            lambda line: line[1] + line[2] + signer(line[1]).public,
            text,
            flags=re.MULTILINE,
        )
        (tmp_path / path).write_text(with_keys, "utf-8")
    return tmp_path


def test_the_page_shows_the_three_files() -> None:
    assert [path for path, _ in FILE.findall(PAGE)] == [
        "policies/people.yaml",
        "policies/systems.yaml",
        "policies/allowed_signers",
    ]


def test_doctor_finds_every_role_held_and_all_who_sign_with_a_key(started: Path, run: Callable[..., Result]) -> None:
    result = run("--root", started, "--as-of", "2026-11-22", "doctor", "--format", "json")
    told = {each["check"]: (each["outcome"], each["message"]) for each in json.loads(result.out)["findings"]}
    assert told["roles"] == ("ok", "7 roles, each with a holder")
    assert told["policy-owners"] == ("ok", "ada-moss, ben-kerr own the rules")
    assert told["signers"] == ("ok", "policies/allowed_signers holds 3 keys")
    assert told["key-holders"][0] == "ok"
    assert told["signing"] == ("ok", "who has to sign can: architecture-board, cfo, executive-sponsor, policy-owner")
    assert told["logins"] == ("ok", "everybody has a login of their own")


def test_the_rules_hold_with_them_and_a_first_record_is_judged(started: Path, run: Callable[..., Result]) -> None:
    assert run("--root", started, "policy", "test").code == 0
    assert (
        run(
            "--root", started, "new", "beacon-mail", "--name", "Beacon Mail", "--category", "email-marketing", "--yes"
        ).code
        == 0
    )
    checked = run("--root", started, "--as-of", "2026-11-22", "check", "beacon-mail")
    assert checked.code == 1, "it knows next to nothing yet"
    assert "cannot" not in checked.err
