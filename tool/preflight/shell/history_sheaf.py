"""The whole log as it was published last, kept in one piece beside the rows that it was made of.

Whoever asks for all of it soon after another gets it without a row being read. What was published follows from the
commit alone (and from the code, which is part of the series), so that results do not depend on it: a file that is
damaged, of another commit's line, or not there is as if there were none.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from preflight.history import STREAMS
from preflight.shell import git_objects
from preflight.shell.history_cache import FOLDER, series

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from preflight.history import Stream
    from preflight.shell.git_objects import Spot
    from preflight.shell.history import Step

FILE = "log.sheaf"
LEAST_BYTES, MOST_BYTES = 64 * 1024, 64 * 1024 * 1024  # less is quickly made; more takes too much room
OFTEN = 32  # commits that are added each time before the file is written anew
PIECE = 1 << 16  # bytes that are read at once: few enough to stay where they are quickly had again
TAIL = 8  # bytes at the end that say how long what is told of the pieces is


@dataclass(frozen=True, slots=True)
class Sheaf:
    """The log up to ``head``, which is the commit ``number`` of the line: of each stream its lines, in pieces.

    ``told`` is what the head said of where it keeps its parts, and of keys.
    """

    head: str
    number: int
    told: str
    pieces: dict[Stream, Iterable[bytes]]


def published(root: Path, revision: str, *, cached: bool, quiet: bool) -> Sheaf:
    """Return the whole log of a commit. Raises PreflightError as ``history.read`` does."""
    spot = git_objects.locate(root, revision)
    kept = _Kept(spot) if cached else None
    known = kept.load() if kept else None
    if known is not None and known.head == spot.commit:
        return known
    from preflight.shell import history  # noqa: PLC0415 - loads SQLite, and is not needed where nothing is new

    reader = history.Reader.of(spot, cached=cached, quiet=quiet)
    more = reader.after(known.head, known.number, known.told) if known is not None else None
    if known is not None and more is not None:
        found = _extended(known, spot, more)
        worth = len(more) > OFTEN
    else:
        steps = reader.history().steps
        found = _extended(Sheaf(spot.commit, -1, reader.told, {stream: [] for stream in STREAMS}), spot, steps)
        worth = True
    if kept is not None and worth:
        kept.save(found)
    return found


def _extended(sheaf: Sheaf, spot: Spot, steps: Sequence[Step]) -> Sheaf:
    pieces: dict[Stream, Iterable[bytes]] = {
        stream: _Chain(sheaf.pieces[stream], [told for step in steps if (told := step.lines(stream))])
        for stream in STREAMS
    }
    return Sheaf(spot.commit, sheaf.number + len(steps), sheaf.told, pieces)


class _Chain:
    """Pieces one after the other, as often as somebody asks."""

    def __init__(self, *parts: Iterable[bytes]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        return itertools.chain.from_iterable(self._parts)


class _File:
    """A file that is open until nobody needs it any more, whatever is written in its place meanwhile."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        weakref.finalize(self, os.close, self._handle)
        self.size = os.fstat(self._handle).st_size

    def read(self, at: int, size: int) -> bytes:
        """Return what stands there; less where the file ends."""
        os.lseek(self._handle, at, os.SEEK_SET)
        return os.read(self._handle, size)


class _Body:
    """A part of a file, in pieces of whole lines, so that it is never in memory as a whole."""

    def __init__(self, file: _File, start: int, size: int) -> None:
        self._file, self._start, self._end = file, start, start + size

    def __iter__(self) -> Iterator[bytes]:
        at, most = self._start, PIECE
        while at < self._end:
            piece = self._file.read(at, min(most, self._end - at))
            if not piece:
                message = "the file became shorter"
                raise OSError(message)
            whole = piece.rfind(b"\n") + 1
            if not whole and len(piece) == most:  # a line that is longer
                most *= 2
                continue
            at += whole or len(piece)
            most = PIECE
            yield piece[:whole] if whole else piece


class _Kept:
    """The file of a repository. Where it cannot be written, there is none, and nobody is told."""

    def __init__(self, spot: Spot) -> None:
        self._path = Path(spot.folder, FOLDER, FILE)
        self._series = series("sheaf", spot.prefix)

    def load(self) -> Sheaf | None:
        """Return what was kept; None where nothing was, or it is not as it was written."""
        try:
            file = _File(self._path)
            size = int.from_bytes(file.read(file.size - TAIL, TAIL))
            place = file.size - TAIL - size
            told = json.loads(file.read(place, size))
            sizes = told["sizes"]
            if told["series"] != self._series or sum(sizes) != place:
                return None
            bodies = [_Body(file, sum(sizes[:at]), each) for at, each in enumerate(sizes)]
            if told["digest"] != _digest(bodies, told):
                return None
            pieces: dict[Stream, Iterable[bytes]] = dict(zip(STREAMS, bodies, strict=True))
            return Sheaf(str(told["head"]), int(told["number"]), str(told["told"]), pieces)
        except (OSError, ValueError, KeyError, TypeError, OverflowError, MemoryError):
            return None

    def save(self, sheaf: Sheaf) -> None:
        """Keep a log, if it has a fitting size: under another name, then renamed.

        Two runs that write at once may leave a mixture, which its digest gives away.
        """
        bodies = [sheaf.pieces[stream] for stream in STREAMS]
        sizes = [sum(map(len, body)) for body in bodies]
        if not LEAST_BYTES <= sum(sizes) <= MOST_BYTES:
            return
        told = {
            "series": self._series,
            "head": sheaf.head,
            "number": sheaf.number,
            "told": sheaf.told,
            "sizes": sizes,
        }
        about = json.dumps(told | {"digest": _digest(bodies, told)}).encode()
        new = self._path.with_suffix(".new")  # one name, so that runs that are killed leave no more than one behind
        with contextlib.suppress(OSError):
            with new.open("wb") as file:
                file.writelines(itertools.chain(*bodies, [about, len(about).to_bytes(TAIL)]))
            new.replace(self._path)


def _digest(bodies: Iterable[Iterable[bytes]], told: dict[str, Any]) -> int:
    """Return what shows that a log is as it was written, but for the intent of somebody who may write here anyway."""
    found = crc32(json.dumps([told[key] for key in ("series", "head", "number", "told", "sizes")]).encode())
    for piece in itertools.chain.from_iterable(bodies):
        found = crc32(piece, found)
    return found
