"""How long somebody waits for a push to a git server with the gate, nothing cached: git, the hook, and what it says."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from bench import corpus, meter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

VENDORS = 500
MOST = 5  # seconds
HOOK = "#!/bin/sh\nexec {program} --as-of {today} hook pre-receive\n"
WHO = ("-c", "user.name=Amara Okafor", "-c", "user.email=amara.okafor@harbourline.example")


@dataclass
class Pushed:
    """Runs of a push that changes one vendor, and of a check of all vendors, in turns."""

    vendors: int
    one: list[meter.Run] = field(default_factory=list)
    whole: list[meter.Run] = field(default_factory=list)


def measure(folder: Path, program: Path, today: date, rounds: int, vendors: int) -> Pushed:
    """Push a change of one vendor after the other into a bare repository."""
    clone, server = folder / "clone", folder / "server.git"
    registry = corpus.build(clone, vendors)
    day = f"{today.isoformat()}T12:00:00Z"
    surroundings = {**os.environ, "GIT_AUTHOR_DATE": day, "GIT_COMMITTER_DATE": day}

    def git(*arguments: str | Path) -> None:
        subprocess.run(["git", *WHO, *arguments], cwd=clone, env=surroundings, check=True, capture_output=True)

    git("init", "--quiet", "--initial-branch=main")
    git("add", "--all")
    git("commit", "--quiet", "--message", "Begin")
    git("clone", "--quiet", "--bare", clone, server)
    hook = server / "hooks" / "pre-receive"
    hook.write_text(HOOK.format(program=program, today=today.isoformat()), "utf-8")
    hook.chmod(0o755)
    pushed = Pushed(vendors)
    for number in range(rounds):
        record = registry.records[number]
        record.write_text(record.read_text("utf-8").replace("summary: ", "summary: Still ", 1), "utf-8")
        git("commit", "--quiet", "--all", "--message", "Change one")
        pushed.one.append(meter.run(["git", "-C", clone, "push", "--quiet", server, "HEAD:main"], allowed=(0, 1)))
        git("push", "--quiet", "--no-verify", server, "HEAD:refs/heads/seen")
        subprocess.run(["git", "update-ref", "refs/heads/main", "refs/heads/seen"], cwd=server, check=True)
        whole: list[str | Path] = [program, "--root", clone, "--as-of", today.isoformat(), "--quiet", "check"]
        pushed.whole.append(meter.run(whole, allowed=(0, 1)))
    return pushed


def compared(pushed: Pushed) -> Iterator[tuple[str, str, str, bool | None]]:
    """Yield each row: what, measured, target, whether it is met."""
    wall = median(run.wall for run in pushed.one)
    large = pushed.vendors >= VENDORS
    what = f"a push that changes one of {pushed.vendors:,} vendors"
    yield f"{what}, hook included", f"{wall:.1f} s", f"≤ {MOST} s at {VENDORS}", wall <= MOST if large else None
    ratio = median(one.wall / whole.wall for one, whole in zip(pushed.one, pushed.whole, strict=True))
    yield f"{what} / a check of all of them", f"{ratio:.2f}", "", None
