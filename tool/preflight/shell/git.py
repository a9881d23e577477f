"""Git, read as objects: the files of one commit, without a checkout.

Replace refs are ignored, so that nobody can show another history than the one that was pushed.
"""

from __future__ import annotations

import contextlib
import os
import weakref
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from preflight.errors import UsageError
from preflight.shell.files import Entry, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import git

KINDS = {"100644": Kind.FILE, "100755": Kind.EXECUTABLE, "120000": Kind.LINK}
# What git exports to hooks would make it read another repository, or another part of it. Only those stay by which
# the objects of a push that is not yet accepted can be seen.
QUARANTINE = frozenset({"GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"})


Kept = TypeVar("Kept", str, bytes)

LATEST = 253_402_300_799  # the last second of the year 9999; a commit may claim to be from later
ALONG_THE_LINE = ("--first-parent", "--diff-merges=first-parent")
PAIR = 2  # parents of a merge that is no octopus
MAX_KEPT = 128 * 1024 * 1024  # characters and bytes of what git said
MAX_BLOB = 16 * 1024 * 1024  # bytes; a larger one is not even opened


class Answers:
    """What git said, kept for as long as many commits are read one after the other; see ``asked_once``."""

    def __init__(self) -> None:
        self.repositories: dict[tuple[Path, int], git.Repo] = {}
        self._kept: OrderedDict[tuple[object, ...], str | bytes] = OrderedDict()
        self._size = 0

    def ask(self, key: tuple[object, ...], asked: Callable[[], Kept]) -> Kept:
        """Return what is kept under a key, else what ``asked`` gives. The least used goes first."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return cast("Kept", self._kept[key])
        answer = asked()
        self._kept[key] = answer
        self._size += len(answer)
        while self._size > MAX_KEPT:
            self._size -= len(self._kept.popitem(last=False)[1])
        return answer


_answers: list[Answers] = []  # at most one, while it lasts


@contextlib.contextmanager
def asked_once() -> Iterator[None]:
    """Ask git only once for the same, as long as this lasts: for runs that name commits in full, which never change."""
    if _answers:
        yield
        return
    _answers.append(Answers())
    try:
        yield
    finally:
        _answers.clear()


@dataclass(frozen=True, slots=True)
class Arrival:
    """The commit by which a file came into a history as it is there, and the day."""

    commit: str
    on: date


@dataclass
class GitTree:
    """The files of one commit below ``root``. A Source, as WorkingTree is.

    Each process opens the repository for itself: two processes cannot share one ``git cat-file``.
    """

    root: Path
    revision: str
    _repositories: dict[int, git.Repo] = field(default_factory=dict, repr=False, compare=False)
    _objects: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    _gone: dict[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)
    _listed: dict[str, list[Entry]] = field(default_factory=dict, repr=False, compare=False)  # a commit does not change

    @cached_property
    def commit(self) -> str:
        """The full name of the commit, as it is when first asked for. Raises UsageError where there is none."""
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
        name = self._objects[path]
        if _answers:
            return _answers[0].ask((name, most), lambda: self.content(name, most))
        return self.content(name, most)

    def content(self, name: str, most: int) -> bytes:
        """Return at most ``most + 1`` bytes of an object. Raises OSError."""
        try:
            found = self._repository().odb.stream(bytes.fromhex(name))
            if found.size > MAX_BLOB:
                message = f"{found.size:,} bytes in commit {self.revision}"
                raise OSError(message)
            content: bytes = found.read(most + 1)
        except ValueError as error:
            message = f"git cannot give the file of commit {self.revision}: {error}"
            raise OSError(message) from None
        return content

    def name(self, path: str) -> str:
        """Return the name of the object at ``path``, or nothing where there is none (or a folder)."""
        if path not in self._objects:
            self.entries(path.rpartition("/")[0])
        return self._objects.get(path, "")

    def fork(self, other: str) -> str | None:
        """Return the commit at which this one and ``other`` parted, or None where they share no history.

        Raises UsageError for a clone that was cut short: what it does not have cannot be compared.
        """
        if self.is_shallow():
            message = "this clone is shallow, so what changed cannot be known"
            raise UsageError(message, fix="Fetch the whole history: git fetch --unshallow, or fetch-depth: 0 in CI.")
        theirs = GitTree(self.root, other).commit
        asked = ["git", "merge-base", theirs, self.commit]
        status, found, _ = self._repository().git.execute(asked, with_extended_output=True, with_exceptions=False)
        return str(found).split()[0] if status == 0 else None

    def rows(self, folder: str = "", below: Iterable[str] = (), *, deep: bool = False) -> list[tuple[str, str]]:
        """Return mode and path of the entries of a tree of the commit, in the order in which they stand in it.

        That of the top, or of a ``folder``; only those ``below`` some paths, where there are any; ``deep``: with all
        that is inside of them.
        """
        options = ("-z", "--full-tree", *(("-r", "-t") if deep else ()))
        listed = self._git("ls-tree", *options, f"{self.commit}:{folder}" if folder else self.commit, "--", *below)
        told = (line.partition("\t") for line in listed.split("\0") if line)
        return [(about.partition(" ")[0], path) for about, _, path in told]

    def unmade(self, since: str, folder: str) -> set[str]:
        """Return the files below ``folder`` that some commit after ``since`` edits or takes out, on the way here.

        What is taken out and put back differs in nothing at the end, and came anew all the same.
        """
        options = (*ALONG_THE_LINE, "--format=%H")
        logged = self._logged(f"{since}..{self.commit}", folder, *options)
        return {path.removeprefix(self._prefix()) for _, status, path in logged if status != "A"}

    def stations(self, since: str) -> Iterator[dict[str, str]]:
        """Yield for each commit after ``since`` on the first-parent line, oldest first, the files that differ by then.

        By path, each with its mode and the name of its object, which are zeros for one that is gone.
        """
        begun: dict[str, str] = {}
        other: dict[str, str] = {}
        options = (*ALONG_THE_LINE, "--no-abbrev", "--reverse", "--format=%H")
        last = ""
        for commit, told, path in self._changes(f"{since}..{self.commit}", "", *options):
            if last not in {"", commit}:
                yield dict(other)
            last = commit
            old_mode, mode, was, now, _ = told.removeprefix(":").split(" ")
            name = path.removeprefix(self._prefix())
            begun.setdefault(name, f"{old_mode} {was}")
            other[name] = f"{mode} {now}"
            if other[name] == begun[name]:
                del other[name]
        if last:
            yield dict(other)

    def is_ambiguous(self) -> bool:
        """Whether the revision names a tag and a branch, here or of a remote, that are not the same commit."""
        named = [f"refs/{kind}/{self.revision}" for kind in ("tags", "heads", "remotes")]
        listed = self._git("for-each-ref", "--format=%(refname) %(*objectname) %(objectname)", *named).splitlines()
        parts = [line.split() for line in listed]
        # A pattern also means what lies below it; and of an annotated tag, the commit comes first.
        return len({each[1] for each in parts if each[0] in named}) > 1

    def descends(self, commit: str) -> bool:
        """Whether ``commit`` is on the first-parent line of this one: what was there, before what is merged into it."""
        line = self._git("rev-list", "--first-parent", f"{commit}..{self.commit}").split()
        return self.parent(line[-1]) == commit if line else self.commit == commit

    def ahead(self, commit: str) -> int:
        """Return how many commits the first-parent line has after ``commit``."""
        return int(self._git("rev-list", "--first-parent", "--count", f"{commit}..{self.commit}"))

    def claimed(self, since: str, folder: str = "") -> tuple[date, date] | None:
        """Return the first and the last day that commits after ``since`` claim to be from, along the first-parent line.

        With ``folder`` those of them that change something below it. None: there are none.
        """
        below = ("--", f":(top,literal){self._prefix()}{folder}") if folder else ()
        listed = self._git("rev-list", "--first-parent", "--timestamp", f"{since}..{self.commit}", *below)
        stamps = [min(int(line.partition(" ")[0]), LATEST) for line in listed.splitlines()]
        if not stamps:
            return None
        first, last = (datetime.fromtimestamp(each, UTC).date() for each in (min(stamps), max(stamps)))
        return first, last

    def changed_since(self, commit: str) -> list[str]:
        """Return the paths below the root that differ between ``commit`` and this one; a renamed file is two."""
        prefix = self._prefix()
        listed = self._git("diff-tree", "-r", "-z", "--no-renames", "--name-only", commit, self.commit)
        paths = (path for path in listed.split("\0") if path.startswith(prefix))
        return sorted(path.removeprefix(prefix) for path in paths if path)

    def is_shallow(self) -> bool:
        """Whether this clone lacks a part of the history."""
        return self._git("rev-parse", "--is-shallow-repository").strip() == "true"

    def parent(self, commit: str) -> str | None:
        """Return the first parent of a commit, or None where it is the first of its history."""
        named = self._git("rev-list", "--parents", "--max-count=1", commit).split()
        return named[1] if len(named) > 1 else None

    def arrivals(self, folder: str) -> dict[str, Arrival]:
        """Return when each file below ``folder`` came to be what it is, along the first-parent line of the commit."""
        days = self._days()
        found: dict[str, Arrival] = {}
        options = (*ALONG_THE_LINE, "--format=%H")
        for commit, _, path in self._logged(self.commit, folder, *options):
            if commit in days:
                found.setdefault(path.removeprefix(self._prefix()), Arrival(commit, days[commit]))
        return found

    def _days(self) -> dict[str, date]:
        """Return the day of each commit of the first-parent line, oldest first.

        Dates are what committers say; a commit counts as no earlier than those before it, so that a date that was
        set back brings nothing into the past.
        """
        days: dict[str, date] = {}
        latest = 0
        for line in self._git("rev-list", "--first-parent", "--reverse", "--timestamp", self.commit).splitlines():
            stamp, _, name = line.partition(" ")
            latest = max(latest, min(int(stamp), LATEST))
            days[name] = datetime.fromtimestamp(latest, UTC).date()
        return days

    def replaced(self, since: date) -> Iterator[tuple[str, str, date]]:
        """Yield path, object and day of every file that a commit of the line edits or takes out since a day.

        The object is what was there before, and the day that on which it was replaced; latest first.
        """
        days = self._days()
        late = sum(day >= since for day in days.values())
        if not late:
            return
        options = (*ALONG_THE_LINE, "--no-abbrev", f"--max-count={late}", "--format=%H")
        for commit, told, path in self._changes(self.commit, "", *options):
            mode, _, was, _, _ = told.removeprefix(":").split(" ")
            if commit in days and days[commit] >= since and mode in KINDS and set(was) != {"0"}:
                yield path.removeprefix(self._prefix()), was, days[commit]

    def last_changed(self, path: str) -> str | None:
        """Return the last commit on the first-parent line that changed a file, or None."""
        options = (*ALONG_THE_LINE, "--max-count=1", "--format=%H")
        return next((header for header, _, _ in self._logged(self.commit, path, *options)), None)

    def before_it_first_came(self, path: str) -> str | None:
        """Return the commit of the first-parent line before that which first brought a file; None: it begins with it.

        What was taken out and comes again came when it first did.
        """
        options = (*ALONG_THE_LINE, "--diff-filter=A", "--format=%P")
        came = [header for header, _, _ in self._logged(self.commit, path, *options) if header]
        return came[-1].split()[0] if came else None

    def taken_out(self, folder: str) -> frozenset[str]:
        """Return the files below ``folder`` that a commit of the first-parent line took out; asked of git once."""
        if folder not in self._gone:
            logged = self._logged(self.commit, folder, *ALONG_THE_LINE, "--diff-filter=D", "--format=%H")
            self._gone[folder] = frozenset(path.removeprefix(self._prefix()) for _, _, path in logged)
        return self._gone[folder]

    def former(self, path: str) -> list[str]:
        """Return the objects that a file was before on the first-parent line; latest first."""
        options = (*ALONG_THE_LINE, "--no-abbrev", "--format=%H")
        told = [each.removeprefix(":").split(" ") for _, each, _ in self._changes(self.commit, path, *options)]
        return [was for mode, _, was, *_ in told if mode in KINDS and set(was) != {"0"}]

    def versions(self, path: str, since: str | None = None) -> list[tuple[date, str]]:
        """Return day and object of what a file became on the line; oldest first, nothing where gone.

        With ``since``, after that commit of it.
        """
        days = self._days()
        reached = f"{since}..{self.commit}" if since else self.commit
        options = (*ALONG_THE_LINE, "--no-abbrev", "--reverse", "--format=%H")
        told = [(commit, each.split(" ")) for commit, each, _ in self._changes(reached, path, *options)]
        return [
            (days[commit], "" if set(new) == {"0"} else new) for commit, (_, _, _, new, _) in told if commit in days
        ]

    def changing(self, *names: str) -> list[str]:
        """Return the commits of the first-parent line that change files of those names, in any folder; latest first."""
        paths = [f":(top,glob)**/{name}" for name in names]
        return self._git("log", "--first-parent", "--format=%H", self.commit, "--", *paths).split()

    def authors(self, since: str | None, folder: str) -> dict[str, set[str]]:
        """Return the e-mail addresses of those who changed each file below ``folder`` after ``since``.

        Whoever reverts a change made one, too. Whoever merges did not where a file is taken from the one side that
        changed it; else they chose, or wrote, what it says.
        """
        reached = self.commit if since is None else f"{since}..{self.commit}"
        found: dict[str, set[str]] = {}
        taken: dict[str, set[str]] = {}
        for header, _, path in self._logged(reached, folder, "-m", "--full-history", "--format=%H%n%P%n%ae"):
            commit, named, author = header.split("\n")
            parents = named.split()
            if len(parents) > 1 and since is not None:
                if commit not in taken:
                    taken[commit] = self._taken(commit, parents)
                if path in taken[commit]:
                    continue
            found.setdefault(path.removeprefix(self._prefix()), set()).add(author)
        return found

    def _taken(self, commit: str, parents: list[str]) -> set[str]:
        """Return the paths that a merge takes unchanged from the one side that changed them; of two sides only."""
        asked = ["git", "merge-base", "--all", *parents]
        _, told, _ = self._repository().git.execute(asked, with_extended_output=True, with_exceptions=False)
        bases = str(told).split()
        if len(parents) != PAIR or len(bases) != 1:
            return set()
        ours, theirs = parents
        by_us, by_them = self._differing(bases[0], ours), self._differing(bases[0], theirs)
        from_us, from_them = self._differing(ours, commit), self._differing(theirs, commit)
        return (from_them - from_us - by_them) | (from_us - from_them - by_us)

    def _differing(self, one: str, other: str) -> set[str]:
        listed = self._git("diff-tree", "-r", "-z", "--no-renames", "--name-only", one, other)
        return set(filter(None, listed.split("\0")))

    def _logged(self, reached: str, folder: str, *options: str) -> Iterator[tuple[str, str, str]]:
        """Yield header, status and path of each change below ``folder``, whatever the user has told git to show."""
        for header, told, path in self._changes(reached, folder, *options):
            yield header, told.rpartition(" ")[2], path

    def _changes(self, reached: str, folder: str, *options: str) -> Iterator[tuple[str, str, str]]:
        plain = ("--no-show-signature", "--no-renames", "--no-mailmap", "--raw", "-z")
        below = f":(top,literal){self._prefix()}{folder}".rstrip("/")
        return _raw_changes(self._git("log", *plain, *options, reached, "--", below))

    def _prefix(self) -> str:
        """Return the way from the top of the repository to our root, ending in a slash, or nothing."""
        top = self._repository().working_tree_dir
        inside = os.path.relpath(self.root.resolve(), Path(top).resolve()) if top else "."
        return "" if inside == "." else Path(inside).as_posix() + "/"

    def _git(self, *arguments: str) -> str:
        if _answers:
            return _answers[0].ask((self.root, *arguments), lambda: self._asked(*arguments))
        return self._asked(*arguments)

    def _asked(self, *arguments: str) -> str:
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
        library = _library()
        process = os.getpid()
        if _answers and (self.root, process) in _answers[0].repositories:
            return _answers[0].repositories[self.root, process]
        if process in self._repositories:
            return self._repositories[process]
        try:
            repository: git.Repo = library.Repo(self.root.resolve(), search_parent_directories=True)
        except (library.exc.InvalidGitRepositoryError, library.exc.NoSuchPathError, ValueError):
            message = f"{self.root} is not in a git repository"
            raise UsageError(message, fix="Leave --at out, or name the repository with --root.") from None
        repository.git.update_environment(GIT_NO_REPLACE_OBJECTS="1")
        if _answers:
            _answers[0].repositories[self.root, process] = repository
        else:
            self._repositories[process] = repository
        weakref.finalize(_answers[0] if _answers else self, _close, repository, process)
        return repository


def _close(repository: git.Repo, process: int) -> None:
    """Close what was opened, once nobody asks any more; a fork leaves alone what it only inherited.

    Else the collector takes apart a ring of objects in any order, and git's pipes may go before who would close them.
    """
    if os.getpid() == process:
        repository.close()


def _raw_changes(listed: str) -> Iterator[tuple[str, str, str]]:
    """Yield header, modes and path of what ``git log --raw -z`` lists. A path can hold anything but a NUL.

    What follows a line of modes is a path, whatever it looks like; so no path can pass for a header.
    """
    header = ""
    tokens = iter(listed.split("\0"))
    for token in tokens:
        told = token.lstrip("\n")
        if told.startswith(":"):
            yield header, told, next(tokens, "")
        elif told:
            header = told


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
