"""Git, read as objects: the files of one commit, without a checkout.

Replace refs are ignored, so that nobody can show another history than the one that was pushed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from preflight.errors import UsageError
from preflight.shell.files import Entry, Kind

if TYPE_CHECKING:
    import git

KINDS = {"100644": Kind.FILE, "100755": Kind.EXECUTABLE, "120000": Kind.LINK}
# What git exports to hooks would make it read another repository, or another part of it. Only those stay by which
# the objects of a push that is not yet accepted can be seen.
QUARANTINE = frozenset({"GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"})


MAX_BLOB = 16 * 1024 * 1024  # bytes; a larger one is not even opened


@dataclass
class GitTree:
    """The files of one commit below ``root``. A Source, as WorkingTree is.

    Each process opens the repository for itself: two processes cannot share one ``git cat-file``.
    """

    root: Path
    revision: str
    _repositories: dict[int, git.Repo] = field(default_factory=dict, repr=False, compare=False)
    _objects: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    _listed: dict[str, list[Entry]] = field(default_factory=dict, repr=False, compare=False)  # a commit does not change

    @property
    def commit(self) -> str:
        """The full name of the commit. Raises UsageError where there is none."""
        return self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{self.revision}^{{commit}}").strip()

    def entries(self, folder: str) -> list[Entry]:
        """Return everything below ``folder`` in that commit, sorted by path; asked of git once."""
        if folder not in self._listed:
            self._listed[folder] = self._list(folder)
        return list(self._listed[folder])

    def _list(self, folder: str) -> list[Entry]:
        prefix = self._prefix()
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
        try:
            found = self._repository().odb.stream(bytes.fromhex(self._objects[path]))
            if found.size > MAX_BLOB:
                message = f"{found.size:,} bytes in commit {self.revision}"
                raise OSError(message)
            content: bytes = found.read(most + 1)
        except ValueError as error:
            message = f"git cannot give the file of commit {self.revision}: {error}"
            raise OSError(message) from None
        return content

    def fork(self, other: str) -> str | None:
        """Return the commit at which this one and ``other`` parted, or None where they share no history.

        Raises UsageError for a clone that was cut short: what it does not have cannot be compared.
        """
        if self._git("rev-parse", "--is-shallow-repository").strip() == "true":
            message = "this clone is shallow, so what changed cannot be known"
            raise UsageError(message, fix="Fetch the whole history: git fetch --unshallow, or fetch-depth: 0 in CI.")
        theirs = GitTree(self.root, other).commit
        asked = ["git", "merge-base", theirs, self.commit]
        status, found, _ = self._repository().git.execute(asked, with_extended_output=True, with_exceptions=False)
        return str(found).split()[0] if status == 0 else None

    def changed_since(self, commit: str) -> list[str]:
        """Return the paths below the root that differ between ``commit`` and this one; a renamed file is two."""
        prefix = self._prefix()
        listed = self._git("diff-tree", "-r", "-z", "--no-renames", "--name-only", commit, self.commit)
        paths = (path for path in listed.split("\0") if path.startswith(prefix))
        return sorted(path.removeprefix(prefix) for path in paths if path)

    def _prefix(self) -> str:
        """Return the way from the top of the repository to our root, ending in a slash, or nothing."""
        top = self._repository().working_tree_dir
        inside = os.path.relpath(self.root.resolve(), Path(top).resolve()) if top else "."
        return "" if inside == "." else Path(inside).as_posix() + "/"

    def _git(self, *arguments: str) -> str:
        git = _library()
        try:
            return str(self._repository().git.execute(["git", *arguments], strip_newline_in_stdout=False))
        except git.exc.GitCommandError as error:
            reason = str(error.stderr).strip().removeprefix("stderr:").strip(" \n'") or "no such commit"
            message = f"git cannot read {self.revision!r}: {reason}"
            raise UsageError(
                message, fix="Name a commit, branch or tag of this repository; fetch it first if need be."
            ) from None

    def _repository(self) -> git.Repo:
        git = _library()
        process = os.getpid()
        if process not in self._repositories:
            try:
                repository = git.Repo(self.root.resolve(), search_parent_directories=True)
            except (git.exc.InvalidGitRepositoryError, git.exc.NoSuchPathError, ValueError):
                message = f"{self.root} is not in a git repository"
                raise UsageError(message, fix="Leave --at out, or name the repository with --root.") from None
            repository.git.update_environment(GIT_NO_REPLACE_OBJECTS="1")
            self._repositories[process] = repository
        return self._repositories[process]


def _library() -> Any:
    """Load GitPython, slow and needed only with --at, in an environment that nobody else has prepared."""
    for name in [name for name in os.environ if name.startswith("GIT_") and name not in QUARANTINE]:
        del os.environ[name]
    try:
        import git  # noqa: PLC0415 - see above
    except ImportError as error:
        message = "git cannot be run"
        raise UsageError(message, fix=f"Install git, or leave --at out. {str(error).splitlines()[0]}") from None
    return git
