"""Objects of git, hashed again: whether each holds what its name says, and what it is by SHA-256.

Git looks at the hash of an object when it receives it, and seldom again. Whoever can write to the disk can put other
content under an old name.
"""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from typing import TYPE_CHECKING

from preflight.errors import CannotJudge
from preflight.shell import git_objects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from typing import Any

PIECE = 1 << 20
NAMED_BY = {40: "sha1", 64: "sha256"}  # length of a name → the hash that git names objects by


def listed(root: Path, commit: str) -> list[str]:
    """Return the names of all objects of a first-parent line: its commits, and every folder and file in them."""
    asked = ["rev-list", "--objects", "--no-object-names", "--first-parent", commit]
    return git_objects.output(root, asked).decode("ascii").split()


def false_names(root: Path, names: Iterable[str]) -> list[str]:
    """Return the objects whose content is not what their name says. Raises CannotJudge where one is missing."""
    return [name for name, found in _hashed(root, names, _as_git) if found != name]


def digests(root: Path, names: Iterable[str]) -> dict[str, str]:
    """Return the SHA-256 of what objects hold, by name. Raises CannotJudge where one is missing."""
    return dict(_hashed(root, names, lambda *_: hashlib.sha256()))


def _as_git(name: str, kind: bytes, size: int) -> Any:
    hasher = hashlib.new(NAMED_BY[len(name)], usedforsecurity=False)
    hasher.update(b"%s %d\0" % (kind, size))
    return hasher


def _hashed(root: Path, names: Iterable[str], begun: Callable[[str, bytes, int], Any]) -> Iterator[tuple[str, str]]:
    """Yield the name of each object and what the hash that ``begun`` gives makes of its content."""
    wanted = list(names)
    with tempfile.TemporaryFile() as asked:
        asked.write("".join(f"{name}\n" for name in wanted).encode("ascii"))
        asked.seek(0)
        process = subprocess.Popen(  # noqa: S603 - no shell, and arguments of our own
            [*git_objects.BARE, "cat-file", "--batch", "--buffer"],
            cwd=root,
            env=git_objects.surroundings(),
            stdin=asked,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            for name in wanted:
                yield name, _one(process.stdout, name, begun)
        finally:
            if process.stdout is not None:
                process.stdout.close()
            process.kill()
            process.wait()


def _one(out: Any, name: str, begun: Callable[[str, bytes, int], Any]) -> str:
    head = out.readline().split()
    if len(head) != 3:  # noqa: PLR2004 - name, type, size
        message = f"git cannot give the object {name}: it is missing or damaged"
        raise CannotJudge(message, fix="'git fsck' tells more; fetch it from a copy that is whole.")
    left = int(head[2])
    hasher = begun(name, head[1], left)
    while left:
        piece = out.read(min(left, PIECE))
        if not piece:
            message = f"git cannot give the object {name}: it is damaged"
            raise CannotJudge(message, fix="'git fsck' tells more; fetch it from a copy that is whole.")
        hasher.update(piece)
        left -= len(piece)
    out.read(1)
    return str(hasher.hexdigest())
