"""What a run that was killed while it put decisions in their places has left: taken back by the next one.

Whoever puts files in their places holds the lock and has all of them ready first, in a folder of their own below that
of git, under the very paths that they are to have. So whoever holds the lock and finds such a folder knows that its
owner was killed, which files were meant, and whether all of them have their place.
"""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

READY = "preflight-decision-"  # how a folder begins in which files are made ready


def take_back(top: Path, repository: Path) -> Iterator[str]:
    """Take back what killed runs have put below ``top`` in part, and their folders; yield the paths of the files.

    Only whoever holds the lock may do that. What has its place as a whole stays, and so does what somebody has
    changed since.
    """
    for ready in sorted(repository.glob(f"{READY}*")):
        try:
            yield from _without(top, ready)
        except OSError:  # it stays for somebody who may
            continue
        shutil.rmtree(ready, ignore_errors=True)


def _without(top: Path, ready: Path) -> Iterator[str]:
    meant = {path.relative_to(ready): path.read_bytes() for path in sorted(ready.rglob("*")) if path.is_file()}
    there = {path: (top / path).read_bytes() for path in meant if (top / path).is_file()}
    if there == meant or not all(meant[path].startswith(data) for path, data in there.items()):
        return
    for path in there:  # the statement before its signature: one without the other would ask to be signed
        (top / path).unlink()
        yield path.as_posix()
    for path in meant:
        with contextlib.suppress(OSError):  # the folders stay where anything is in them
            (top / path).parent.rmdir()
            (top / path).parent.parent.rmdir()
