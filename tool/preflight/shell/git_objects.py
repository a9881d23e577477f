"""git's plumbing, run directly: ids and objects in great number, without what a user has told git to show.

Nothing here depends on settings, locale, replace refs, grafts or the commit graph. Names of any length of hash pass
through as they are.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from preflight.errors import CannotJudge, UsageError
from preflight.history.line import NO_FILE, Touch
from preflight.shell.git import QUARANTINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

PIECE = 1 << 20
GROUP = 60  # names in 4,096 bytes, which is what the smallest pipe holds
REGULAR = (b"100644", b"100755", b"100664")
MODES = {b"120000": "symbolic link", b"160000": "submodule"}
BARE = ["git", "-c", "core.commitGraph=false", "-c", "core.fsmonitor=false"]


@dataclass(frozen=True, slots=True)
class Spot:
    """A commit in a repository: its name, the folder that all working trees share, and our root below the top."""

    root: Path
    commit: str
    folder: str
    prefix: str


def locate(root: Path, revision: str) -> Spot:
    """Return the commit that is meant. Raises UsageError: no repository, no such commit, or a shallow clone."""
    if not root.is_dir():
        message = f"{root} is not a folder"
        raise UsageError(message, fix="Name the root of a registry with --root.")
    asked = ["--is-shallow-repository", "--git-common-dir", "--show-prefix", "--end-of-options"]
    status, said, reason = _run(root, ["rev-parse", *asked, f"{revision}^{{commit}}"])
    if status:
        told = reason.splitlines()[0].removeprefix("fatal: ") if reason else "no reason given"
        if "not a git repository" in reason:
            message = f"{root} is not in a git repository"
            raise UsageError(message, fix="The history is what git knows: name a repository with --root.")
        message = f"git knows no commit {revision!r}"
        if revision == "HEAD":
            message = f"git cannot read HEAD: {told}"
        raise UsageError(message, fix="Name a commit, branch or tag; fetch it, or commit something, first.")
    shallow, *between, commit = said[:-1].split(b"\n")
    if shallow == b"true":
        message = "this clone is shallow, so its history cannot be told"
        raise UsageError(message, fix="Fetch the whole history: git fetch --unshallow, or fetch-depth: 0 in CI.")
    if len(between) != len(asked) - 2:  # a name of a folder has a line feed in it: asked for one by one
        between = [_run(root, ["rev-parse", each])[1][:-1] for each in asked[1:3]]
    folder, prefix = between
    # The folder may be given from the root, or absolute.
    return Spot(root, commit.decode("ascii"), str(root / os.fsdecode(folder)), _decoded(prefix))


def line(root: Path, commit: str, most: int = 0) -> list[str]:
    """Return the commits along the first-parent line, the newest first; with ``most`` no more than that many."""
    limit = [f"--max-count={most}"] if most else []
    return output(root, ["rev-list", "--first-parent", *limit, commit]).decode("ascii").split()


def beyond(root: Path, commit: str, known: str) -> set[str]:
    """Return the commits of the first-parent line that another commit does not have behind it."""
    return set(output(root, ["rev-list", "--first-parent", commit, "^" + known]).decode("ascii").split())


def touched(root: Path, pairs: Sequence[tuple[str, str]]) -> dict[str, list[Touch]]:
    """Return what each commit changes against its first parent; ``pairs`` are (commit, first parent or empty)."""
    asked = "".join(f"{commit} {parent}".strip() + "\n" for commit, parent in pairs).encode("ascii")
    found: dict[str, list[Touch]] = {commit: [] for commit, _ in pairs}
    options = [
        "--stdin",
        "-r",
        "-z",
        "--root",
        "--no-renames",
        "--raw",
        "--full-index",
        "--ignore-submodules=none",
        "--no-relative",
    ]
    tokens = iter(output(root, ["diff-tree", *options], asked).split(b"\0"))
    current: list[Touch] = []
    for token in tokens:
        if token.startswith(b":"):
            was, now, before, after, _ = token[1:].split(b" ")
            current.append(Touch(_decoded(next(tokens)), _content(was, before), _content(now, after)))
        elif token:
            current = found[token.decode("ascii")]
    return found


def content(root: Path, commit: str, path: str) -> str:
    """Return the content at a path of a commit, empty where there is none."""
    asked = ["--literal-pathspecs", "ls-tree", "-z", "--full-tree", commit, "--", path]
    found = output(root, asked).partition(b"\t")[0].split()
    return _content(found[0], found[2]) if found and found[1] == b"blob" else ""


def same(root: Path, one: str, other: str, paths: Iterable[str]) -> bool:
    """Whether two commits have the same at those paths; False where one of them is not there any more."""
    asked = ["--literal-pathspecs", "diff-tree", "-r", "--name-only", one, other, "--", *paths]
    status, said, _ = _run(root, asked)
    return status == 0 and not said


def _content(mode: bytes, name: bytes) -> str:
    if mode == b"000000":
        return ""
    told = name.decode("ascii")
    return told if mode in REGULAR else f"{NO_FILE}{MODES.get(mode, 'file of another kind')} {told}"


def _decoded(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def output(root: Path, arguments: list[str], given: bytes = b"") -> bytes:
    """Return what git says. Raises CannotJudge where it fails."""
    status, said, reason = _run(root, arguments, given)
    if status:
        raise _failed(arguments[0], reason)
    return said


def _failed(what: str, reason: str) -> CannotJudge:
    told = next((line.removeprefix("fatal: ") for line in reason.splitlines() if line.strip()), "no reason given")
    message = f"git {what} fails: {told}"
    return CannotJudge(message, fix="'git fsck' tells whether the repository is damaged.")


def _run(root: Path, arguments: list[str], given: bytes = b"") -> tuple[int, bytes, str]:
    """Run git; return its exit code, what it says, and why it refuses."""
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and arguments of our own
            [*BARE, *arguments],
            cwd=root,
            env=surroundings(),
            input=given,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        message = f"git cannot be run in {root}: {error.strerror or error}"
        raise UsageError(message, fix="Install git.") from None
    return done.returncode, done.stdout, done.stderr.decode("utf-8", "replace")


def surroundings() -> dict[str, str]:
    """Return an environment for git that nobody else has prepared."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key in QUARANTINE}
    return {
        **kept,
        "LC_ALL": "C",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_GRAFT_FILE": os.devnull,
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
    }


class Objects:
    """Objects by name, from one ``git cat-file --batch`` that stays open until ``close``."""

    def __init__(self, root: Path) -> None:
        self._process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603 - as above
            [*BARE, "cat-file", "--batch"],
            bufsize=PIECE,
            cwd=root,
            env=surroundings(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def read(self, name: str, most: int) -> tuple[int, bytes]:
        """Return the size of an object and its content, empty if that is more than ``most`` bytes.

        Raises CannotJudge for one that is not there: a history with holes proves nothing.
        """
        self._ask([name])
        return self._answer(name, most)

    def fetch(self, names: Sequence[str], most: int) -> dict[str, bytes]:
        """Return the contents of many objects, by name; otherwise as ``read``.

        They are asked for in groups that any pipe holds: git never waits for us while we wait for it.
        """
        found: dict[str, bytes] = {}
        for start in range(0, len(names), GROUP):
            group = names[start : start + GROUP]
            self._ask(group)
            for name in group:
                found[name] = self._answer(name, most)[1]
        return found

    def _ask(self, names: Sequence[str]) -> None:
        into = self._process.stdin
        if into is None:
            raise AssertionError  # it is a pipe
        try:
            into.write("".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape"))
            into.flush()
        except OSError:
            raise _failed("cat-file", "it ended") from None

    def _answer(self, name: str, most: int) -> tuple[int, bytes]:
        out = self._process.stdout
        if out is None:
            raise AssertionError  # as above
        head = out.readline().split()
        if len(head) != 3:  # noqa: PLR2004 - name, type, size
            raise _failed("cat-file", f"object {name} is missing" if head else "it ended")
        size = int(head[2])
        data = out.read(size) if size <= most else self._skipped(out, size)
        out.read(1)
        return size, data

    def _skipped(self, out: Any, size: int) -> bytes:
        left = size
        while left:
            left -= len(out.read(min(left, PIECE))) or left
        return b""

    def close(self) -> None:
        """End the process."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.wait()


def whole(root: Path, names: Sequence[str]) -> Iterator[bytes]:
    """Yield small objects (commits), all asked for at once. Raises CannotJudge as ``Objects.read`` does."""
    said = output(root, ["cat-file", "--batch"], "".join(f"{name}\n" for name in names).encode("ascii"))
    at = 0
    for name in names:
        end = said.index(b"\n", at)
        head = said[at:end].split()
        if len(head) != 3:  # noqa: PLR2004 - as above
            raise _failed("cat-file", f"object {name} is missing")
        at = end + 1 + int(head[2]) + 1
        yield said[end + 1 : at - 1]
