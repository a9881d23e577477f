"""Decisions on their way to the disk: all files of one, or none.

What takes time, such as signing, happens in a temporary folder of the system. Files are then made ready in the folder
of git, where there is one: it is on the same disk, so that each is put in its place in one step, and whatever is cut
short leaves nothing between the decisions.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAKE_ROOM = "Check the folder, its permissions and the space on the disk; nothing was changed."


@contextlib.contextmanager
def staging(repository: Path | None = None) -> Iterator[Path]:
    """Give a folder to make files ready in, and take it away again. ``repository`` is the folder of git, if meant."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="preflight-", dir=_near(repository), ignore_cleanup_errors=True)
    except OSError as error:
        message = f"no temporary folder can be made: {error.strerror or error}"
        raise UsageError(message, fix=MAKE_ROOM) from None
    with folder as name:
        yield Path(name)


def _near(repository: Path | None) -> Path | None:
    return repository if repository is not None and os.access(repository, os.W_OK) else None


def write(path: Path, data: bytes) -> None:
    """Write a file that is not there yet. Raises UsageError."""
    try:
        with path.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        with contextlib.suppress(OSError):
            path.unlink()
        message = f"{path.name} cannot be written: {error.strerror or error}"
        raise UsageError(message, fix=MAKE_ROOM) from None


def place(root: Path, files: Mapping[str, bytes], repository: Path | None) -> None:
    """Put files in their places below ``root``, in the order given, or none of them. Raises UsageError.

    Nothing is overwritten. ``repository`` is the folder of git, or None where there is none.
    """
    with staging(repository) as ready:
        _place(root, files, ready)


def _place(root: Path, files: Mapping[str, bytes], ready: Path) -> None:
    done: list[Path] = []
    folders: list[Path] = []
    path = ""
    try:
        for number, (path, data) in enumerate(files.items()):
            source, target = ready / f"{number}", root / path
            write(source, data)
            source.chmod(0o666 & ~_umask())
            _make(target.parent, folders)
            _link(source, target, done)
    except BaseException as error:
        for target in reversed(done):
            with contextlib.suppress(OSError):
                target.unlink()
        for folder in reversed(folders):
            with contextlib.suppress(OSError):
                folder.rmdir()
        if isinstance(error, FileExistsError):
            message = f"{path} is there already"
            raise UsageError(message, fix="Run it again; a decision is never written over.") from None
        if isinstance(error, OSError):
            message = f"{path} cannot be written: {error.strerror or error}"
            raise UsageError(message, fix=MAKE_ROOM) from None
        raise


def _link(source: Path, target: Path, done: list[Path]) -> None:
    """Put one file in its place in one step; where the disk cannot do that, by copying it."""
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:  # another disk, or one without hard links
        with target.open("xb") as file:
            done.append(target)
            file.write(source.read_bytes())
            file.flush()
            os.fsync(file.fileno())
    else:
        done.append(target)


def _make(folder: Path, made: list[Path]) -> None:
    """Make a folder and those above it; add those that were not there to ``made``."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        made.append(each)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
