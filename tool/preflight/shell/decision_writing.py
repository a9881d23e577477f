"""Decisions on their way to the disk: all files of one, or none.

What takes time, such as signing, happens in a temporary folder of the system. Files are then made ready in the folder
of git, where there is one: it is on the same disk, so that each is put in its place in one step. What fails is undone
at once. No disk puts two files in their places in one step, so a run that is killed just between them leaves a
signature without its statement, which counts for nothing; the next run takes it away (see cut_short).
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.errors import UsageError
from preflight.shell import cut_short, one_at_a_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LOCK = "preflight-decisions.lock"
MAKE_ROOM = "Check the folder, its permissions and the space on the disk; nothing was changed."


@contextlib.contextmanager
def staging(repository: Path | None = None) -> Iterator[Path]:
    """Give a folder to make files ready in, and take it away again. ``repository`` is the folder of git, if meant."""
    try:
        folder = tempfile.TemporaryDirectory(prefix=cut_short.READY, dir=_near(repository), ignore_cleanup_errors=True)
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


def place(top: Path, files: Mapping[str, bytes], repository: Path | None) -> list[str]:
    """Put files in their places below ``top``, in the order given, or none of them. Raises UsageError.

    Nothing is overwritten; what is there already, as it is given, stays. ``repository`` is the folder of git whose
    working tree ``top`` is, or None where there is none. Returns what killed runs had left, and is taken away.
    """
    if repository is None:
        with staging() as ready:
            _place(top, files, ready)
        return []
    with one_at_a_time.held(repository / LOCK) as alone:
        left = [*cut_short.take_back(top, repository)] if alone else []
        with staging(repository) as ready:
            _place(top, files, ready)
    return left


def _place(top: Path, files: Mapping[str, bytes], ready: Path) -> None:
    done: list[Path] = []
    folders: list[Path] = []
    path = ""
    try:
        missing = {path: data for path, data in files.items() if not _is_there(top / path, data)}
        # All are ready before the first has its place: by that the next run knows what a killed one was about.
        for path, data in missing.items():
            (ready / path).parent.mkdir(parents=True, exist_ok=True)
            write(ready / path, data)
            (ready / path).chmod(0o666 & ~_umask())
        for path in missing:
            _make((top / path).parent, folders)
            _link(ready / path, top / path, done)
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


def _is_there(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


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
