"""The git repository around a registry: its state, its own settings, its hooks, and what is staged in it.

What a commit holds is read by shell/git.py. This is about what lies beside the commits, and travels with no push.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.errors import UsageError
from preflight.shell.git import QUARANTINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PATIENCE = 120  # seconds; git that asks for something nobody answers is not waited for
MAX_HOOK = 65_536  # bytes of a hook that are read
TOLD = ("GIT_INDEX_FILE", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL")  # what git tells a hook about the commit to be made
NOBODY = "preflight <preflight@localhost>"  # who "commits" what is only staged
EARLIEST = date(1970, 1, 2)  # in every time zone after the first second that git knows
ASIDE = (  # what the settings of whoever runs us could make git do, or leave out
    ("core.fsmonitor", "false"),
    ("core.attributesFile", os.devnull),
)


@dataclass(frozen=True, slots=True)
class HookFile:
    """A hook as it lies on the disk. ``text`` is None where it is no text."""

    text: str | None
    executable: bool


@dataclass(frozen=True)
class Repository:
    """A git repository: its own folder, and the top of its working tree (None: it is bare)."""

    root: Path
    folder: Path
    top: Path | None
    _told: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def around(cls, root: Path) -> Repository | None:
        """Return the repository that ``root`` lies in, or None. Raises UsageError where git refuses to say."""
        told = {name: os.environ[name] for name in TOLD if name in os.environ}  # before the environment is cleaned
        if index := told.get("GIT_INDEX_FILE"):
            told["GIT_INDEX_FILE"] = str(Path.cwd() / index)
        status, said, reason = _git(root, ["rev-parse", "--absolute-git-dir"])
        if status:
            if "not a git repository" in reason:
                return None
            raise _refused("git does not open this repository", reason)
        outside, top, _ = _git(root, ["rev-parse", "--show-toplevel"])
        return cls(root, Path(_line(said)), None if outside else Path(_line(top)), told)

    @property
    def prefix(self) -> str:
        """The way from the top of the repository to the registry, ending in a slash, or nothing."""
        inside = os.path.relpath(self.root.resolve(), self.top.resolve()) if self.top else "."
        return "" if inside == "." else Path(inside).as_posix() + "/"

    @property
    def shallow(self) -> bool:
        """Whether the history was cut short."""
        return _line(self._said("rev-parse", "--is-shallow-repository")) == "true"

    @property
    def branch(self) -> str | None:
        """The branch that HEAD names, or None where it names a commit."""
        status, said, _ = _git(self.root, ["symbolic-ref", "--quiet", "--short", "HEAD"])
        return None if status else _line(said)

    @property
    def head(self) -> str | None:
        """The commit of HEAD, or None where nothing was committed yet."""
        status, said, _ = _git(self.root, ["rev-parse", "--verify", "--quiet", "HEAD"])
        if status == 0:
            return _line(said)
        named, ref, _ = _git(self.root, ["symbolic-ref", "--quiet", "HEAD"])
        known, _, _ = _git(self.root, ["show-ref", "--quiet", "--verify", _line(ref)])
        if named or not known:
            raise _refused("HEAD cannot be read", "it names something that is not there")
        return None

    def target(self, ref: str) -> str:
        """Return the branch that a symbolic ref stands for, or the ref itself."""
        status, said, _ = _git(self.root, ["symbolic-ref", "--quiet", ref])
        return ref if status else _line(said)

    def refs(self, below: str) -> list[str]:
        """Return the names of the refs below a prefix."""
        return self._said("for-each-ref", "--format=%(refname)", below).splitlines()

    def settings(self) -> dict[str, str]:
        """Return the repository's own settings, the last of each; those of users and of the machine left out."""
        path = _line(self._said("rev-parse", "--git-path", "config"))
        status, said, _ = _git(self.root, ["config", "--file", str(self._beside(path)), "--null", "--list"])
        pairs = (entry.partition("\n") for entry in said.split("\0") if entry)
        # A key without a value means true, and is listed without the line break.
        return {} if status else {key: value if split else "true" for key, split, value in pairs}

    def grafted(self) -> bool:
        """Whether a file of grafts shows another history than the one that was committed."""
        return self._beside(_line(self._said("rev-parse", "--git-path", "info/grafts"))).exists()

    def hook(self, name: str) -> HookFile | None:
        """Return a hook where git looks for it, or None."""
        path = self._beside(_line(self._said("rev-parse", "--git-path", "hooks"))) / name
        try:
            data = path.read_bytes()[:MAX_HOOK]
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError:
            return HookFile(None, os.access(path, os.X_OK))
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = None
        return HookFile(None if text is None or "\0" in text else text, os.access(path, os.X_OK))

    def untracked(self, folders: Iterable[str], *, ignored: bool = False) -> list[str]:
        """Return the files that git does not know, from the root on; with ``ignored`` those that it leaves out."""
        if self.top is None:
            return []
        only = ["--ignored"] if ignored else []
        listed = ["ls-files", "-z", "--others", "--exclude-standard", *only, "--", *folders]
        return sorted(filter(None, self._said(*listed).split("\0")))

    def ignores(self, path: str) -> bool:
        """Whether git would leave out a new file at ``path``."""
        if self.top is None:
            return False
        return _git(self.root, ["check-ignore", "--quiet", "--no-index", "--", path])[0] == 0

    def attributes(self, revision: str, names: Iterable[str], probes: Iterable[str]) -> dict[str, dict[str, str]]:
        """Return what ``.gitattributes`` of a commit say of its files below the root, and of ``probes``.

        Path → attribute → value; what is not specified is left out. git itself answers: its patterns have rules of
        their own, and macros. The index that it needs is a temporary one.
        """
        with tempfile.TemporaryDirectory(prefix="preflight-") as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            self._said("read-tree", revision, more=index)
            listed = self._said("ls-files", "-z", "--cached", "--full-name", more=index).split("\0")
            prefix = self.prefix
            paths = [*filter(lambda path: path.startswith(prefix), listed), *(prefix + probe for probe in probes)]
            asked = ["check-attr", "--cached", "-z", "--stdin", *names]
            # From the top, or the paths would be taken from the root on.
            said = self._said(*asked, more=index, given="\0".join(filter(None, paths)) + "\0", at=self.top)
        parts = said.split("\0")
        found: dict[str, dict[str, str]] = {}
        for path, name, value in zip(parts[0::3], parts[1::3], parts[2::3], strict=False):
            if value != "unspecified":
                found.setdefault(path.removeprefix(prefix), {})[name] = value
        return found

    def staged(self, on: date) -> str:
        """Return a commit of what is staged, on top of HEAD, by whoever is about to commit it.

        No ref names it, and git clears it away in time. The same index gives the same commit all day, so that nothing
        piles up. Raises UsageError.
        """
        tree = _line(self._said("write-tree", more=self._told, at=self.top))
        status, said, _ = _git(self.root, ["var", "GIT_AUTHOR_IDENT"], self._told)
        author = NOBODY if status else said.rpartition(">")[0] + ">"
        day = max(on, EARLIEST).isoformat()
        who: dict[str, str] = {}
        for role, whole in (("AUTHOR", author), ("COMMITTER", NOBODY)):
            name, _, address = whole.removesuffix(">").rpartition(" <")
            values = {"NAME": name, "EMAIL": address, "DATE": f"{day}T12:00:00 +0000"}
            who |= {f"GIT_{role}_{key}": value for key, value in values.items()}
        parents = ["-p", head] if (head := self.head) else []
        return _line(self._said("commit-tree", "--no-gpg-sign", *parents, "-m", "What is staged", tree, more=who))

    def _beside(self, path: str) -> Path:
        """Return a path that git gives: absolute, or from the folder where it was asked."""
        return self.root / path

    def _said(
        self, *arguments: str, more: Mapping[str, str] | None = None, given: str = "", at: Path | None = None
    ) -> str:
        status, said, reason = _git(at or self.root, list(arguments), more or {}, given)
        if status:
            message = f"git {arguments[0]} fails"
            raise _refused(message, reason)
        return said


def _line(text: str) -> str:
    return text.removesuffix("\n")


def _refused(message: str, reason: str) -> UsageError:
    first = next((line.strip() for line in reason.splitlines() if line.strip()), "no reason given")
    fix = "Run the same as the owner of the repository; 'git fsck' tells whether it is damaged."
    return UsageError(f"{message}: {first.removeprefix('fatal: ').removeprefix('error: ')}", fix=fix)


def _git(
    folder: Path, arguments: list[str], more: Mapping[str, str] | None = None, given: str = ""
) -> tuple[int, str, str]:
    """Run git in a clean environment; return its exit code, what it says, and why it refuses."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key in QUARANTINE}
    surroundings = {
        **kept,
        "LC_ALL": "C",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        **(more or {}),
    }
    options = [part for key, value in ASIDE for part in ("-c", f"{key}={value}")]
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and arguments of our own
            ["git", *options, *arguments],  # noqa: S607 - git lies where the system has it
            cwd=folder,
            env=surroundings,
            input=given.encode("utf-8", "surrogateescape"),
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        message = f"git {arguments[0]} did not end within {PATIENCE} seconds"
        raise UsageError(message, fix="See what it waits for, and try again.") from None
    except OSError as error:
        message = f"git cannot be run in {folder}: {error.strerror or error}"
        raise UsageError(message, fix="Install git, and name a folder that is there with --root.") from None
    said, reason = (text.decode("utf-8", "surrogateescape") for text in (done.stdout, done.stderr))
    return done.returncode, said, reason
