"""A folder on its way to the disk: all of it, or nothing; and never over what is there."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MAKE_ROOM = "Check the folder above it, its permissions and the space on the disk; nothing was left there."
ASIDE = "replaced"  # the name, in a folder of its own, of what stood there before
NEAR = 4096  # bytes at the beginning of a file


def write(target: Path, files: Mapping[str, bytes]) -> None:
    """Write files, by their paths below ``target``, which must not be there yet. Raises UsageError.

    They are made ready in a folder beside it, which is then given its name in one step.
    """
    refuse_present(target)
    made = ""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        made = tempfile.mkdtemp(prefix=".preflight-", dir=target.parent)
        ready = Path(made)
        for path, data in files.items():
            add(ready, path, data)
        ready.chmod(0o777 & ~_umask())
        refuse_present(target)
        os.rename(ready, target)  # noqa: PTH104 - says in one word that it is one step
    except OSError as error:
        _discard(made)
        message = f"{target} cannot be written: {error.strerror or error}"
        raise UsageError(message, fix=MAKE_ROOM) from None
    except BaseException:
        _discard(made)
        raise


@dataclass(frozen=True, slots=True)
class Mark:
    """What tells a folder that may be replaced: a file in it, and what it holds near its beginning."""

    name: str
    holds: bytes

    def is_in(self, folder: Path) -> bool:
        """Whether the folder has it. Raises OSError."""
        file = folder / self.name
        if file.is_symlink() or not file.is_file():
            return False
        with file.open("rb") as stream:
            return self.holds in stream.read(NEAR)


@contextmanager
def replacing(named: Path, mark: Mark) -> Iterator[Path]:
    """Give a folder to write into, which takes the place of another once all is written. Raises UsageError.

    Nothing, an empty folder, or one that has the mark is replaced; whatever else stands there is refused before
    anything is done. Files are added with ``add``. Where it fails, all is as it was.
    """
    target = Path(os.path.abspath(named))  # noqa: PTH100 - a link in the last place is not followed
    refuse_strange(named, mark)
    missing: list[Path] = []
    made = old = ""
    try:
        missing += (each for each in target.parents if not each.exists())
        target.parent.mkdir(parents=True, exist_ok=True)
        made = tempfile.mkdtemp(prefix=".preflight-", dir=target.parent)
        yield Path(made)
        Path(made).chmod(0o777 & ~_umask())
        refuse_strange(named, mark)
        if target.exists():
            old = tempfile.mkdtemp(prefix=".preflight-", dir=target.parent)
            os.rename(target, Path(old, ASIDE))  # noqa: PTH104 - says in one word that it is one step
        os.rename(made, target)  # noqa: PTH104 - as above
    except OSError as error:
        _undo(made, old, target, missing)
        message = f"{named} cannot be written: {error.strerror or error}"
        raise UsageError(message, fix=MAKE_ROOM) from None
    except BaseException:
        _undo(made, old, target, missing)
        raise
    _discard(old)


def refuse_strange(target: Path, mark: Mark) -> None:
    """Refuse to replace what stands there, unless it is empty or has the mark. Raises UsageError."""
    try:
        replaceable = not target.is_symlink() and (
            not target.exists() or (target.is_dir() and (not any(target.iterdir()) or mark.is_in(target)))
        )
    except OSError as error:
        message = f"{target} cannot be read: {error.strerror or error}"
        raise UsageError(message, fix="Check its permissions, or name another folder.") from None
    if not replaceable:
        message = f"{target} is there already, and not one that this command wrote"
        raise UsageError(message, fix="Name a folder that is not there yet, or one that it wrote before.")


def add(folder: Path, path: str, data: bytes) -> None:
    """Write one file below a folder that is being made ready. Raises OSError."""
    file = folder / path
    _refuse_outside(folder, file)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("xb") as stream:
        stream.write(data)


def _undo(made: str, old: str, target: Path, missing: Iterable[Path]) -> None:
    """Leave all as it was: what stood there in its place, and no folder that was not there before."""
    with suppress(OSError):  # what cannot be put back is kept where it is
        if old and Path(old, ASIDE).exists() and not target.exists():
            os.rename(Path(old, ASIDE), target)  # noqa: PTH104 - in one step
        if old:
            Path(old).rmdir()
    _discard(made)
    for folder in missing:  # the innermost first
        with suppress(OSError):
            folder.rmdir()


def _refuse_outside(folder: Path, file: Path) -> None:
    if folder not in file.parents or ".." in file.parts:
        raise AssertionError(file)  # whoever calls has refused such paths


def refuse_present(target: Path) -> None:
    """Refuse to write where something is already. Raises UsageError."""
    if target.is_symlink() or target.exists():
        message = f"{target} is there already, and nothing is written over"
        raise UsageError(message, fix="Name a folder that is not there yet.")


def _discard(made: str) -> None:
    if made:
        shutil.rmtree(made, ignore_errors=True)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
