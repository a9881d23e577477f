"""A folder on its way to the disk: all of it, or nothing; and never over what is there."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAKE_ROOM = "Check the folder above it, its permissions and the space on the disk; nothing was left there."


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


@contextmanager
def replacing(target: Path, mark: str) -> Iterator[Path]:
    """Give a folder to write into, which takes the place of ``target`` once all is written. Raises UsageError.

    Nothing, an empty folder, or one that holds the file ``mark`` is replaced; whatever else stands there is refused
    before anything is done. Files are added with ``add``.
    """
    _refuse_strange(target, mark)
    made = old = ""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        made = tempfile.mkdtemp(prefix=".preflight-", dir=target.parent)
        yield Path(made)
        Path(made).chmod(0o777 & ~_umask())
        _refuse_strange(target, mark)
        if target.exists():
            old = tempfile.mkdtemp(prefix=".preflight-", dir=target.parent)
            os.rename(target, old)  # noqa: PTH104 - onto the empty folder, in one step
        os.rename(made, target)  # noqa: PTH104 - as above
        _discard(old)
    except OSError as error:
        _put_back(old, target)
        _discard(made)
        message = f"{target} cannot be written: {error.strerror or error}"
        raise UsageError(message, fix=MAKE_ROOM) from None
    except BaseException:
        _put_back(old, target)
        _discard(made)
        raise


def add(folder: Path, path: str, data: bytes) -> None:
    """Write one file below a folder that is being made ready. Raises OSError."""
    file = folder / path
    _refuse_outside(folder, file)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("xb") as stream:
        stream.write(data)


def _refuse_strange(target: Path, mark: str) -> None:
    empty = target.is_dir() and not target.is_symlink() and not any(target.iterdir())
    if not target.is_symlink() and (not target.exists() or empty or (target / mark).is_file()):
        return
    message = f"{target} is there already, and not one that this command wrote"
    raise UsageError(message, fix="Name a folder that is not there yet, or one that it wrote before.")


def _put_back(old: str, target: Path) -> None:
    if old and not target.exists():
        os.rename(old, target)  # noqa: PTH104 - in one step


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
