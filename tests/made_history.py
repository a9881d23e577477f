"""Histories made to order: a model of registries that change, written into git at once, and what it says of itself.

The model knows the files of every commit. ``expected`` tells from them alone what changed, by loading whole versions
and comparing flattened leaves; it shares no line with the program.
"""

from __future__ import annotations

import copy
import random
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

BROKEN = ["a: [1,\n", "a: 1\na: 2\n", "\tx: 1\n", "a: &b 1\nc: *b\n", "", "a: \x00\n", "--- 1\n--- 2\n"]
Files = dict[str, bytes]
Told = tuple[int, str, str, tuple[str, ...], str, str]  # number, vendor, kind, canonical field, before, after


@dataclass
class Made:
    """A commit of the model: its parents (places in the list), all its files, and what it claims."""

    parents: list[int]
    files: Files
    subject: str = "Change"
    author: str = "A <a@example.com>"
    seconds: int = 1_700_000_000
    modes: dict[str, str] = field(default_factory=dict)


def write(folder: Path, commits: Sequence[Made], *options: str) -> Path:
    """Write commits into a new repository; HEAD is the last one."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main", *options)
    append(folder, commits, 0)
    return folder


def append(folder: Path, commits: Sequence[Made], start: int) -> None:
    """Write the commits from ``start`` on; those before are there."""
    earlier = git(folder, "rev-list", "--first-parent", "--reverse", "HEAD").split() if start else []
    done = subprocess.run(
        ["git", "fast-import", "--quiet", "--force"],
        cwd=folder,
        input=b"".join(_stream(commits, start, earlier)),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


def _stream(commits: Sequence[Made], start: int, earlier: Sequence[str]) -> Iterator[bytes]:
    def named(place: int) -> bytes:
        return b":%d" % (place + 1) if place >= start else earlier[place].encode()

    for place, made in enumerate(commits[start:], start):
        last = place == len(commits) - 1
        yield b"commit refs/heads/%s\nmark :%d\n" % (b"main" if last else b"work", place + 1)
        for role in (b"author", b"committer"):
            yield b"%s %s %d +0000\n" % (role, made.author.encode(), made.seconds)
        yield _data(made.subject.encode("utf-8", "surrogateescape"))
        before = commits[made.parents[0]] if made.parents else Made([], {})
        if made.parents:
            yield b"from %s\n" % named(made.parents[0])
        else:
            yield b"deleteall\n"
        for parent in made.parents[1:]:
            yield b"merge %s\n" % named(parent)
        for path in before.files.keys() - made.files.keys():
            yield b"D %s\n" % _quoted(path)
        for path, content in made.files.items():
            mode = made.modes.get(path, "100644")
            if before.files.get(path) != content or before.modes.get(path, "100644") != mode:
                yield b"M %s inline %s\n" % (mode.encode(), _quoted(path)) + _data(content)


def _data(content: bytes) -> bytes:
    return b"data %d\n" % len(content) + content + b"\n"


def _quoted(path: str) -> bytes:
    told = b"".join(b"\\%03o" % byte if byte < 33 or byte in b'"\\' else bytes([byte]) for byte in path.encode())
    return b'"' + told + b'"'


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=True)
    return done.stdout.decode("utf-8", "surrogateescape")


# ---- A registry that lives ----------------------------------------------------------------------


class Life:
    """Makes commits at random: additions, deletions, returns, renames, edits of every type, broken files, merges."""

    def __init__(self, seed: int, *, managed: bool) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - not for secrets
        self.managed = managed
        self.commits: list[Made] = []

    def live(self, count: int) -> list[Made]:
        """Return a history of at least so many commits on its line."""
        files: Files = {"README": b"here\n"}
        if self.managed:
            files["schemas/vendor.schema.json"] = b"{}\n"
        for number in range(6):
            self._add(files, f"v{number}")
        at = self._commit([], files)
        for _ in range(count):
            if self.dice.random() < 0.1 and at:
                at = self._merge(at)
            else:
                files = dict(self.commits[at].files)
                for _ in range(self.dice.choice([0, 1, 1, 1, 2, 3])):
                    self._change(files)
                at = self._commit([at], files)
        return self.commits

    def line(self) -> list[Made]:
        """Return the first-parent line of the last commit, oldest first."""
        found = [self.commits[-1]]
        while found[-1].parents:
            found.append(self.commits[found[-1].parents[0]])
        return found[::-1]

    def _commit(self, parents: list[int], files: Files) -> int:
        seconds = self.dice.randrange(1_000_000_000, 1_800_000_000)  # set back and forth
        self.commits.append(Made(parents, dict(files), f"Change {len(self.commits)}", seconds=seconds))
        return len(self.commits) - 1

    def _merge(self, at: int) -> int:
        files = dict(self.commits[at].files)
        for _ in range(3):
            self._change(files)
        side = self._commit([at], files)
        ours = dict(self.commits[at].files)
        self._change(ours)
        ours_at = self._commit([at], ours)
        merged = dict(files if self.dice.random() < 0.5 else ours)
        if self.dice.random() < 0.5:
            self._change(merged)  # what neither side has
        return self._commit([ours_at, side], merged)

    def _records(self, files: Files) -> dict[str, str]:
        return {path: vendor(path, data, managed=self.managed) for path, data in files.items() if is_record(path)}

    def _add(self, files: Files, name: str) -> None:
        record = {
            "name": name,
            "cost": self._scalar(),
            "tags": self._words(),
            "subs": self._items(),
            "deep": self._deep(),
        }
        self._put(files, name, record)

    def _put(self, files: Files, name: str, record: dict[str, Any], path: str = "") -> None:
        if not self.managed:
            record = {"id": name, **record}
        text = yaml.dump(record, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
        files[path or self._path(name)] = text.encode()

    def _path(self, name: str) -> str:
        return f"vendors/{name}.yaml" if self.managed else f"vendors/{self.dice.choice('abc')}-{name}.yaml"

    def _change(self, files: Files) -> None:
        names = self._records(files)
        if not names or self.dice.random() < 0.15:
            name = f"v{self.dice.randrange(9)}"  # often one that was there before
            if name not in names.values() and not any(name in path for path in names):
                self._add(files, name)
            return
        path = self.dice.choice(sorted(names))
        what = self.dice.random()
        record = copy.deepcopy(good(files[path]))
        if what < 0.12:
            del files[path]
        elif what < 0.22:
            files[path] = self.dice.choice(BROKEN).encode()
        elif what < 0.35 and not self.managed:
            moved = self._path(names[path])
            if moved not in files and record is not None:
                files[moved] = files.pop(path)
        elif record is None:
            self._put(files, names[path], {"name": names[path], "deep": self._deep()}, path)
        else:
            record.pop("id", None)
            self._edit(record)
            self._put(files, names[path], record, path)

    def _edit(self, record: dict[str, Any]) -> None:
        key = self.dice.choice(["cost", "tags", "subs", "deep", "name", "other"])
        value = record.get(key)
        if isinstance(value, list) and self.dice.random() < 0.7:
            self.dice.shuffle(value)
            if value and isinstance(value[0], dict) and self.dice.random() < 0.6:
                value[0]["price"] = self._known()
        elif self.dice.random() < 0.2:
            record.pop(key, None)
        else:
            makers = [self._scalar, self._words, self._items, self._deep]
            record[key] = self.dice.choice(makers)()

    def _scalar(self) -> Any:
        return self.dice.choice([0, 1, 2, True, False, "1", "x", "y", "é", None, 1.5, 1.0])

    def _known(self) -> Any:
        """Return a value; null in a list could be one of either version, and the oracle could not tell which."""
        found = self._scalar()
        return "none" if found is None else found

    def _words(self) -> list[str]:
        return self.dice.sample(["red", "green", "blue", "dark"], self.dice.randrange(1, 4))

    def _items(self) -> list[dict[str, Any]]:
        names = self.dice.sample(["p", "q", "r", "s"], self.dice.randrange(1, 4))
        return [{"id": name, "price": self._known(), "in": {"town": self._known()}} for name in names]

    def _deep(self) -> dict[str, Any]:
        return {"x": self._scalar(), "y": {"z/~": self._scalar(), "list": self._words()}}


def is_record(path: str) -> bool:
    return path.startswith("vendors/") and path.endswith(".yaml")


@lru_cache(maxsize=20_000)
def good(data: bytes) -> Any:
    """Return the record, or None where the strict reader has to refuse it. Not to be changed."""
    if data.decode() in BROKEN:
        return None
    return yaml.load(data, Loader=yaml.CSafeLoader)


def vendor(path: str, data: bytes, *, managed: bool) -> str:
    """Return the id that a file gives itself, else the one that its name tells."""
    record = good(data)
    stem = path.rpartition("/")[2].removesuffix(".yaml")
    return stem if managed or record is None else str(record["id"])


# ---- What must be told --------------------------------------------------------------------------


def expected(line: Sequence[Made], *, managed: bool) -> Counter[Told]:  # noqa: C901, PLR0912 - one rule after another
    """Return every change of a line: whole versions loaded, flattened, and compared."""
    found: Counter[Told] = Counter()
    before: dict[str, tuple[str, bytes, Any]] = {}  # vendor → path, content, last good version
    for number, made in enumerate(line):
        owners = {path: who for who, (path, _, _) in before.items()}
        now: dict[str, tuple[str, bytes, Any]] = {}
        for path, data in made.files.items():
            if is_record(path):
                who = vendor(path, data, managed=managed)
                if good(data) is None:
                    who = owners.get(path, who)
                now[who] = (path, data, good(data))
        for who in before.keys() - now.keys():
            found[number, who, "removed", (), repr(before[who][2]), "None"] += 1
        for who, (path, data, value) in list(now.items()):
            last = before[who][2] if who in before else None
            if who in before and before[who][0] != path:
                found[number, who, "renamed", (), repr(before[who][0]), repr(path)] += 1
            if value is None:
                now[who] = (path, data, last)
                if who not in before or before[who][1] != data:
                    found[number, who, "unreadable", (), "None", "…"] += 1
                continue
            if who not in before:
                found[number, who, "added", (), "None", repr(value)] += 1
                continue
            if good(before[who][1]) is None:
                found[number, who, "readable", (), "None", repr(value) if last is None else "None"] += 1
            if last is not None:
                old, new = dict(leaves(last)), dict(leaves(value))
                for at in old.keys() | new.keys():
                    if repr(old.get(at)) != repr(new.get(at)):
                        found[number, who, "changed", at, repr(old.get(at)), repr(new.get(at))] += 1
        before = now
    return found


def leaves(value: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every leaf with its way; items of lists are called by their id or value."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield from leaves(member, (*at, key))
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, (*at, called(item)))
    elif value is not None:
        yield at, value


def called(item: Any) -> str:
    return f"[{item['id']}]" if isinstance(item, dict) else f"[{item!r}]"


def canonical(pointer: str, version: Any) -> tuple[str, ...]:
    """Return a pointer with items of lists called as ``leaves`` calls them."""
    way: list[str] = []
    for raw in pointer.split("/")[1:]:
        step = raw.replace("~1", "/").replace("~0", "~")
        if isinstance(version, list):
            version = version[int(step)]
            way.append(called(version))
        else:
            version = version[step]
            way.append(step)
    return tuple(way)
