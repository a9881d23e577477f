"""One process at a time: a lock that ends with the process that holds it, however that ends."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import IO, TYPE_CHECKING

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def held(path: Path) -> Iterator[bool]:
    """Wait until nobody else holds the lock at ``path``, and hold it; False where it cannot be held."""
    file = _locked(path)
    if file is None:
        yield False
        return
    with file:
        try:
            yield True
        finally:
            with contextlib.suppress(OSError):  # Windows takes no file away that is open; it is of use the next time
                path.unlink()


def _locked(path: Path) -> IO[bytes] | None:
    while True:
        try:
            file = path.open("ab")
        except OSError:
            return None
        try:
            _lock(file)
            current = _is_at(file, path)
        except OSError:  # a disk that knows no locks
            file.close()
            return None
        except BaseException:
            file.close()
            raise
        if current:
            return file
        file.close()  # whoever held it has taken it away meanwhile


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX)


def _is_at(file: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
