"""policies/allowed_signers as a commit has it: who may sign, with which key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.history.line import NO_FILE
from preflight.shell import git_objects

if TYPE_CHECKING:
    from preflight.shell.git_objects import Spot

SIGNERS = "allowed_signers"  # in the policies folder


def read(spot: Spot, policies: str) -> tuple[str, bytes] | None:
    """Return the file's content, after its name in git; None where the commit has no such file."""
    name = git_objects.content(spot.root, spot.commit, f"{spot.prefix}{policies}/{SIGNERS}")
    if not name or name.startswith(NO_FILE):
        return None
    [data] = git_objects.whole(spot.root, [name])
    return name, data
