"""approve, waive and revoke, killed while they put their files in place: the next one takes back what was left."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import killed
from commands.approving import CFO, VENDOR
from deciding_desk import DECISIONS, Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

REASON = "A reason."
WAY_OUT = "If a run that was cut short left this, delete it; the next decision does so, too."


def approval(desk: Desk) -> list[str]:
    return ["approve", VENDOR, "--role", "cfo", "--key", str(desk.key(CFO)), "--yes"]


def waiver(desk: Desk) -> list[str]:
    given = ["--role", "security-reviewer", "--until", "2027-02-28", "--reason", REASON]
    return [
        "waive",
        "kittiwake-social",
        "security/penetration-test-recent",
        *given,
        "--key",
        str(desk.key("noor-haddad")),
        "--yes",
    ]


def revocation(desk: Desk) -> list[str]:
    decision = min(path.stem for path in (desk.root / DECISIONS / VENDOR).glob("*-cfo-*.json"))
    return ["revoke", VENDOR, decision, "--reason", REASON, "--key", str(desk.key(CFO)), "--yes"]


def end(desk: Desk, arguments: list[str], number: int) -> None:
    """Run a command that is killed before it puts that file in its place, or after the last."""
    (python, _, _, *given), environment = desk.process(*arguments)
    command = [python, killed.__file__, "placement", str(number), *given]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


def placed(desk: Desk) -> list[str]:
    """Return what was made among the decisions."""
    return [each for each in desk.made() if DECISIONS in each]


@pytest.mark.parametrize("command", [approval, waiver, revocation])
@pytest.mark.parametrize(
    ("number", "left", "stays"),
    [
        pytest.param(0, 0, False, id="before"),
        pytest.param(1, 1, False, id="between"),
        pytest.param(2, 2, True, id="after"),
    ],
)
def test_killed_at_its_files_it_leaves_all_or_nothing(
    desk: Desk, run: Callable[..., Result], command: Callable[[Desk], list[str]], number: int, left: int, *, stays: bool
) -> None:
    arguments = command(desk)
    end(desk, arguments, number)
    there = placed(desk)
    assert len(there) == left
    checked = run("--root", desk.root, "check", arguments[1])
    if left == 1:
        assert checked.code == 1
        assert WAY_OUT in " ".join(checked.out.split())
    again = run("--root", desk.root, *approval(desk))
    assert again.code == 0
    taken = f"{there[0]} was left by a run that was cut short, and is taken away" if left == 1 else ""
    assert again.err.strip() == taken
    made = desk.made()
    assert len(made) == (4 if stays else 2)
    assert (set(there) <= set(made)) is stays or not there
    assert made == placed(desk)
    assert "decision/statement" not in run("--root", desk.root, "check", arguments[1]).out


def test_the_folder_of_a_vendor_without_decisions_goes_too(desk: Desk, run: Callable[..., Result]) -> None:
    vendor = "trident-experiments"
    end(desk, ["approve", vendor, *approval(desk)[2:]], 0)
    assert (desk.root / DECISIONS / vendor).exists()
    assert "decision/" not in run("--root", desk.root, "check", vendor).out
    assert run("--root", desk.root, *approval(desk)).code == 0
    assert not (desk.root / DECISIONS / vendor).exists()


def test_a_mailed_signature_can_be_added_again(desk: Desk, run: Callable[..., Result]) -> None:
    prepared = run("--root", desk.root, *approval(desk)[:4], "--prepare")
    assert prepared.code == 0
    [path] = desk.made()
    statement = desk.root / path
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-n", "preflight-decision@v1", "-f", desk.key(CFO), statement], check=True
    )
    mailed = [statement.rename(desk.keys / statement.name), desk.keys / f"{statement.name}.sig"]
    statement.with_name(statement.name + ".sig").rename(mailed[1])
    arguments = ["approve", str(mailed[0]), "--signature", str(mailed[1])]
    end(desk, arguments, 1)
    assert placed(desk) == [f"{path}.sig"]
    added = run("--root", desk.root, *arguments)
    assert (added.code, added.err) == (0, f"{path}.sig was left by a run that was cut short, and is taken away\n")
    assert desk.made() == [path, f"{path}.sig"]


def test_in_a_folder_of_a_repository_it_is_the_same(desk: Desk, run: Callable[..., Result]) -> None:
    (desk.root / "below").mkdir()
    for folder in ("policies", "schemas", "vendors"):
        (desk.root / folder).rename(desk.root / "below" / folder)
    desk.commit("Move")
    inner = Desk(desk.root / "below", desk.keys)
    end(inner, approval(inner), 1)
    [path] = placed(desk)
    again = run("--root", inner.root, *approval(inner))
    assert (again.code, again.err) == (0, f"{path} was left by a run that was cut short, and is taken away\n")
    assert len(desk.made()) == 2


def test_the_next_one_waits_for_nobody_who_was_killed(desk: Desk) -> None:
    end(desk, approval(desk), 1)
    command, environment = desk.process(*approval(desk))
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [each.wait(timeout=120) for each in both] == [0, 0]
    assert len(desk.made()) == 4


def test_the_means_of_this_test_is_preflight(desk: Desk) -> None:
    (_, _, _, *given), environment = desk.process("decisions")
    command = [sys.executable, killed.__file__, "placement", "9", *given]
    assert subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0
