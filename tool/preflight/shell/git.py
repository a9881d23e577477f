"""Git, read as objects: the files of one commit, without a checkout.

Replace refs are ignored, so that nobody can show another history than the one that was pushed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from preflight.errors import UsageError
from preflight.shell.files import Entry, Kind

if TYPE_CHECKING:
    from pathlib import Path

    import git

KINDS = {"100644": Kind.FILE, "120000": Kind.LINK}


@dataclass
class GitTree:
    """The files of one commit below ``root``. A Source, as WorkingTree is.

    Each process opens the repository for itself: two processes cannot share one ``git cat-file``.
    """

    root: Path
    revision: str
    _repositories: dict[int, git.Repo] = field(default_factory=dict, repr=False, compare=False)
    _objects: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def commit(self) -> str:
        """The full name of the commit. Raises UsageError where there is none."""
        return self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{self.revision}^{{commit}}").strip()

    def entries(self, folder: str) -> list[Entry]:
        """Return everything below ``folder`` in that commit, sorted by path."""
        prefix = self._git("rev-parse", "--show-prefix").strip()
        below = f"{prefix}{folder}".rstrip("/")
        listed = self._git("ls-tree", "-r", "-z", "--full-tree", self.commit, "--", *([below] if below else []))
        found: list[Entry] = []
        for line in filter(None, listed.split("\0")):
            about, _, path = line.partition("\t")
            mode, _, name = about.split()
            inside = path.removeprefix(prefix)
            self._objects[inside] = name
            found.append(Entry(inside, KINDS.get(mode, Kind.OTHER)))
        return sorted(found, key=lambda entry: entry.path)

    def kind(self, path: str) -> Kind | None:
        """Return what lies at ``path`` in that commit, or None where nothing does (or a folder)."""
        return next((entry.kind for entry in self.entries(path.rpartition("/")[0]) if entry.path == path), None)

    def read(self, path: str, most: int) -> bytes:
        """Return at most ``most + 1`` bytes of a file. Raises OSError."""
        if path not in self._objects:
            self.entries(path.rpartition("/")[0])
        if path not in self._objects:
            message = f"not in commit {self.revision}"
            raise FileNotFoundError(message)
        content: bytes = self._repository().odb.stream(bytes.fromhex(self._objects[path])).read(most + 1)
        return content

    def _git(self, *arguments: str) -> str:
        import git  # noqa: PLC0415 - slow to load, and needed only with --at

        try:
            return str(self._repository().git.execute(["git", *arguments], strip_newline_in_stdout=False))
        except git.exc.GitCommandError as error:
            reason = str(error.stderr).strip().removeprefix("stderr:").strip(" \n'") or "no such commit"
            message = f"git cannot read {self.revision!r}: {reason}"
            raise UsageError(
                message, fix="Name a commit, branch or tag of this repository; fetch it first if need be."
            ) from None

    def _repository(self) -> git.Repo:
        import git  # noqa: PLC0415 - as above

        process = os.getpid()
        if process not in self._repositories:
            try:
                repository = git.Repo(self.root, search_parent_directories=True)
            except (git.exc.InvalidGitRepositoryError, git.exc.NoSuchPathError):
                message = f"{self.root} is not in a git repository"
                raise UsageError(message, fix="Leave --at out, or name the repository with --root.") from None
            repository.git.update_environment(GIT_NO_REPLACE_OBJECTS="1")
            repository.git._working_dir = str(self.root)  # noqa: SLF001 - so that paths count from the registry's root
            self._repositories[process] = repository
        return self._repositories[process]
