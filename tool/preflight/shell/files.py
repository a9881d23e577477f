"""Files: reading without following links, writing without ever leaving half a file."""

from __future__ import annotations

import os
import re
import stat
import tempfile
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from preflight.errors import CannotJudge, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FILES = 50_000


class Kind(Enum):
    """What lies at a path."""

    FILE = "file"
    LINK = "symbolic link"
    EXECUTABLE = "file with the executable bit set"
    FOLDER = "folder with nothing in it"
    OTHER = "device, pipe or socket"


@dataclass(frozen=True, slots=True)
class Entry:
    """One path of a source, relative to its root, with ``/`` between the parts."""

    path: str
    kind: Kind


class Source(Protocol):
    """Where a registry's files come from."""

    def entries(self, folder: str) -> list[Entry]:
        """Return everything below ``folder``, sorted by path; empty where there is no such folder."""

    def kind(self, path: str) -> Kind | None:
        """Return what lies at ``path``, or None where nothing does (or a folder)."""

    def read(self, path: str, most: int) -> bytes:
        """Return at most ``most + 1`` bytes of a file. Raises OSError."""


@dataclass(frozen=True, slots=True)
class WorkingTree:
    """The files of a folder, as they lie on the disk."""

    root: Path

    def entries(self, folder: str) -> list[Entry]:
        """Return everything below ``folder``; links are named and not followed."""
        if linked := self._linked(folder):
            return [Entry(linked, Kind.LINK)]
        return sorted(self._walk(folder, folder), key=lambda entry: entry.path)

    def _linked(self, path: str) -> str:
        """Return the first part of a path that is a link, or nothing: what lies behind it is not ours."""
        parts = path.split("/") if path else []
        ways = ("/".join(parts[: depth + 1]) for depth in range(len(parts)))
        return next((way for way in ways if os.path.islink(self.root / way)), "")  # noqa: PTH114 - says no where it cannot be known

    def _walk(self, folder: str, top: str) -> Iterator[Entry]:
        try:
            scanned = list(os.scandir(self.root / folder))
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            message = f"the folder cannot be read: {error.strerror or error}"
            raise CannotJudge(
                message, path=folder or ".", fix="Make it readable; a file that is not seen is not judged."
            ) from None
        if not scanned and folder != top:
            yield Entry(folder, Kind.FOLDER)  # a submodule that was not fetched looks like that
        for item in scanned:
            path = f"{folder}/{item.name}" if folder else item.name
            if item.is_dir(follow_symlinks=False):
                if item.name != ".git":
                    yield from self._walk(path, top)
            else:
                yield Entry(path, _kind(item.stat(follow_symlinks=False).st_mode))

    def kind(self, path: str) -> Kind | None:
        """Return what lies at ``path``, without following a link in its place."""
        try:
            mode = os.lstat(self.root / path).st_mode
        except OSError:
            return None
        if self._linked(path):
            return Kind.LINK
        return None if stat.S_ISDIR(mode) else _kind(mode)

    def read(self, path: str, most: int) -> bytes:
        """Return the beginning of a regular file. A link in place of the file is refused by the system."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        if linked := self._linked(path.rpartition("/")[0]):
            message = f"{linked} is a symbolic link"
            raise OSError(message)
        handle = os.open(self.root / path, flags)
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                message = "not a regular file"
                raise OSError(message)
            with open(handle, "rb", closefd=False) as file:
                return file.read(most + 1)
        finally:
            os.close(handle)


def _kind(mode: int) -> Kind:
    if stat.S_ISREG(mode):
        return Kind.EXECUTABLE if mode & stat.S_IXUSR and os.name == "posix" else Kind.FILE
    return Kind.LINK if stat.S_ISLNK(mode) else Kind.OTHER


def matching(source: Source, pattern: str) -> list[Entry]:
    """Return the entries that a glob names. ``*`` stays within a folder, ``**`` goes below."""
    fixed = pattern[: re.search(r"[*?\[]|$", pattern).start()].rpartition("/")[0]  # type: ignore[union-attr]  # "$" matches always
    wanted = re.compile(_expression(pattern), re.DOTALL)
    return [entry for entry in source.entries(fixed) if wanted.fullmatch(entry.path)]


def _expression(pattern: str) -> str:
    steps = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    tokens = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return "".join(steps.get(token) or re.escape(token) for token in tokens)


def write(path: Path, data: bytes | str) -> None:
    """Write a whole file or nothing: to a temporary name beside it, then renamed. Raises UsageError.

    A device or a pipe is written to: whoever names ``/dev/stdout`` means that. A link to a file is replaced.
    """
    content = data.encode("utf-8", "backslashreplace") if isinstance(data, str) else data
    temporary = ""
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            with path.open("wb") as stream:
                stream.write(content)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".preflight-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())  # noqa: PTH101 - mkstemp gives 0600, others expect the usual mode
        os.replace(temporary, path)  # noqa: PTH105 - says in one word that it is one step
    except OSError as error:
        _discard(temporary)
        message = f"{path} cannot be written: {error.strerror or error}"
        raise UsageError(message, fix="Check the folder, its permissions and the space on the disk.") from None
    except BaseException:
        _discard(temporary)
        raise


def _discard(temporary: str) -> None:
    if temporary:
        Path(temporary).unlink(missing_ok=True)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
