"""A folder on its way to the disk: all of it, or nothing; and never over what is there."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

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
            file = ready / path
            _refuse_outside(ready, file)
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("xb") as stream:
                stream.write(data)
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
