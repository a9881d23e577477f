"""What was once told of a commit, kept in the git directory: a commit cannot change, so neither can what it changed.

Results never depend on it. Every row has a checksum, and one that does not fit is as if it were not there; so is a
file that SQLite cannot read, which is thrown away. (Whoever may write to the git directory can do worse than forge a
row: an auditor reads with --no-cache, in a clone of their own.) Rows are kept apart by the code that wrote them and by
the layout they were read by. Where the directory cannot be written, there is no cache, and nobody is told.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from zlib import crc32

from preflight import escaping, field_changes, history, pointers

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator
    from types import ModuleType

Result = TypeVar("Result")

FOLDER, FILE = "preflight", "history.sqlite"
MOST_BYTES = 256 * 1024 * 1024
MOST_HEADS = 100
PATIENCE = 5.0  # seconds that another run is waited for
TABLES = (
    "PRAGMA auto_vacuum = INCREMENTAL",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    """CREATE TABLE IF NOT EXISTS commits (
        series TEXT, number INTEGER, name TEXT, parent TEXT, latest TEXT, about TEXT,
        changes BLOB, decisions BLOB, policies BLOB, pending TEXT, digest INTEGER, PRIMARY KEY (series, name))""",
    "CREATE INDEX IF NOT EXISTS line ON commits (series, number, name, parent)",
    "CREATE TABLE IF NOT EXISTS heads (series TEXT, name TEXT, told TEXT, digest INTEGER, PRIMARY KEY (series, name))",
)
COLUMNS = "number, name, parent, latest, about, changes, decisions, policies, pending"


class Row(NamedTuple):
    """What is kept of a commit: place on the line, first parent, latest day so far, itself, its lines, what is pending.

    ``pending`` is that of ``history.line.Line`` after it, as JSON; empty: nothing.
    """

    number: int
    name: str
    parent: str
    latest: str
    about: str
    changes: bytes
    decisions: bytes
    policies: bytes
    pending: str = ""


def _sum(series: str, row: Row) -> int:
    """Return what shows that a row is as it was written, but for the intent of somebody who may write here anyway."""
    told = f"{series}\0{row.number}\0{row.name}\0{row.parent}\0{row.latest}\0{row.about}\0{row.pending}"
    return crc32(row.policies, crc32(row.decisions, crc32(row.changes, _check(told))))


def _check(text: str) -> int:
    return crc32(text.encode("utf-8", "surrogateescape"))


def series(*parts: str) -> str:
    """Return the name under which rows are kept that the same code made of the same layout."""
    return hashlib.sha256("\0".join((_code(), *parts)).encode("utf-8", "surrogateescape")).hexdigest()


def _code() -> str:
    """Return the digest of the code that makes the rows."""
    modules: tuple[ModuleType, ...] = (history, escaping, field_changes, pointers)
    files = {Path(str(module.__file__)) for module in modules}
    files |= {*Path(str(history.__file__)).parent.glob("*.py"), *Path(__file__).parent.glob("history*.py")}
    files |= {Path(__file__).with_name(name) for name in ("documents.py", "git_objects.py", "sections.py")}
    found = hashlib.sha256(sys.version.encode())
    for path in sorted(files):
        found.update(path.read_bytes())
    return found.hexdigest()


class Cache:
    """The cache of a repository; ``folder`` None: there is none, and everything is as if it were empty."""

    def __init__(self, folder: str | None) -> None:
        self._path = None if folder is None else Path(folder, FOLDER, FILE)

    def line(self, series: str) -> list[tuple[int, str, str]]:
        """Return number, name and first parent of all commits of a series, by number."""
        asked = "SELECT number, name, parent FROM commits WHERE series = ? ORDER BY number"
        return self._do(lambda base: base.execute(asked, (series,)).fetchall()) or []

    def rows(self, series: str, names: Iterable[str] | None = None) -> dict[str, Row]:
        """Return the rows of those commits (None: of all) that are there and as they were written."""
        asked = f"SELECT {COLUMNS}, digest FROM commits WHERE series = ?"  # noqa: S608 - our own words
        wanted = None if names is None else list(names)

        def read(base: sqlite3.Connection) -> dict[str, Row]:
            if wanted is None:
                return dict(_sound(series, base.execute(f"{asked} ORDER BY number", (series,))))
            one = f"{asked} AND name = ?"
            return dict(pair for name in wanted for pair in _sound(series, base.execute(one, (series, name))))

        return self._do(read) or {}

    def put(self, series: str, rows: Iterable[Row]) -> None:
        """Keep rows; where that takes too much room, those of other series go first, then the oldest commits."""
        given = [(series, *each, _sum(series, each)) for each in rows]

        def write(base: sqlite3.Connection) -> bool:
            with base:
                base.executemany("INSERT OR REPLACE INTO commits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", given)
            _make_room(base, series)
            return True

        self._do(write)

    def heads(self, series: str) -> list[tuple[str, str]]:
        """Return names of commits that were read, and what was told of them; the latest first."""
        asked = "SELECT name, told, digest FROM heads WHERE series = ? ORDER BY rowid DESC"
        found = self._do(lambda base: base.execute(asked, (series,)).fetchall()) or []
        return [(name, told) for name, told, digest in found if digest == _check(f"{series}\0{name}\0{told}")]

    def put_head(self, series: str, name: str, told: str) -> None:
        """Keep what was told of a commit that was read."""

        def write(base: sqlite3.Connection) -> bool:
            with base:
                row = (series, name, told, _check(f"{series}\0{name}\0{told}"))
                base.execute("INSERT OR REPLACE INTO heads VALUES (?, ?, ?, ?)", row)
                kept = "SELECT rowid FROM heads ORDER BY rowid DESC LIMIT ?"
                base.execute(f"DELETE FROM heads WHERE rowid NOT IN ({kept})", (MOST_HEADS,))  # noqa: S608 - as above
            return True

        self._do(write)

    def _do(self, work: Callable[[sqlite3.Connection], Result]) -> Result | None:
        """Do something with the file; None where that cannot be. A file that is damaged is thrown away, once."""
        import sqlite3  # noqa: PLC0415 - whoever gets the whole log in one piece needs none

        for _ in range(2):
            if self._path is None:
                return None
            try:
                with _opened(self._path) as base:
                    return work(base)
            except sqlite3.OperationalError:  # locked for long, or not to be written: nothing that we could mend
                self._path = None
            except (sqlite3.Error, OverflowError, TypeError, ValueError):
                self._discard(self._path)
            except OSError:
                self._path = None
        return None

    def _discard(self, path: Path) -> None:
        try:
            for each in (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm"))):
                each.unlink(missing_ok=True)
        except OSError:
            self._path = None


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    import sqlite3  # noqa: PLC0415 - as above

    if not path.exists():
        path.parent.mkdir(exist_ok=True)
    base = sqlite3.connect(path, timeout=PATIENCE)
    try:
        if not base.execute("SELECT 1 FROM sqlite_master WHERE name = 'heads'").fetchone():
            for statement in TABLES:
                base.execute(statement)
        yield base
    finally:
        base.close()


def _sound(series: str, found: Iterable[tuple[Any, ...]]) -> Iterator[tuple[str, Row]]:
    for *members, digest in found:
        row = Row(*members)
        if digest == _sum(series, row):
            yield row.name, row


def _make_room(base: sqlite3.Connection, series: str) -> None:
    if _size(base) <= MOST_BYTES:
        return
    with base:
        base.execute("DELETE FROM commits WHERE series <> ?", (series,))
    while _used(base) > MOST_BYTES:
        oldest = "SELECT rowid FROM commits ORDER BY number LIMIT MAX(1, (SELECT COUNT(*) / 8 FROM commits))"
        with base:
            base.execute(f"DELETE FROM commits WHERE rowid IN ({oldest})")  # noqa: S608 - as above
    base.executescript(
        "PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)"
    )  # steps to the end, as execute does not


def _size(base: sqlite3.Connection) -> int:
    return int(base.execute("PRAGMA page_count").fetchone()[0]) * int(base.execute("PRAGMA page_size").fetchone()[0])


def _used(base: sqlite3.Connection) -> int:
    free = int(base.execute("PRAGMA freelist_count").fetchone()[0])
    return _size(base) - free * int(base.execute("PRAGMA page_size").fetchone()[0])
