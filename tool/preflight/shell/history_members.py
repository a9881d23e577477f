"""Members of a record, read line by line where that is certain to mean what libyaml reads.

A long history holds the same lines over and over. Each line that is complete in itself (a key, a key with its value, an
item of a list) is given to the strict reader once, by itself; a member made of nothing but such lines is put together
from what it said of them. Whatever is doubtful (a text over several lines, a tab, a key in quotes, indentation that is
not plain) is left to the strict reader as a whole, and so is everything that it would refuse.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, NamedTuple

from preflight.errors import DocumentError
from preflight.shell import documents, sections
from preflight.shell.sections import Part

if TYPE_CHECKING:
    from preflight.model import Json

_LINE = re.compile(r"( *)(- )?(?:([A-Za-z_][A-Za-z0-9_-]{0,99}):(?: +(.*))?|(.*))")
_BLANK = re.compile(r" *(?:#.*)?")
# Values that need no reader: words in plain ASCII (no colon before a space, no comment), dates, and whole numbers.
_WORDS = re.compile(r"[A-Za-z](?:[!-9;-~]|:(?=[!-~])| +(?![ #]))*|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,14}")
# Values in brackets, of one level, that need none either: the same with fewer characters.
_SHORT = r"(?:[A-Za-z][A-Za-z0-9_./()+-]*(?: [A-Za-z0-9_./()+-]+)*|[0-9]{4}-[0-9]{2}-[0-9]{2}|0|[1-9][0-9]{0,14})"
_LIST = re.compile(rf"\[{_SHORT}(?:, {_SHORT})*\]")
_NAME = r"[A-Za-z_][A-Za-z0-9_-]{0,99}"
_MAPPING = re.compile(rf"\{{{_NAME}: {_SHORT}(?:, {_NAME}: {_SHORT})*\}}")
_LONG = frozenset("|>#")  # begins a text over several lines, or says that the value, if any, comes later
MOST_LINES, MOST_MEMBERS = 60_000, 4_000  # that are remembered; then all is forgotten, as the cheapest way to choose
DEEPEST, DEEPEST_WITHIN = 12, 8  # levels of lines, and of brackets within one; together less than MAX_DEPTH
STEP = len("- ")


class _Line(NamedTuple):
    """What a line says: where it begins, whether as an item of a list, its key (empty: none) and its value.

    ``opens``: nothing stands behind the key, so that what is indented below is its value. ``nodes``: how many values
    it is. ``column`` -1: it says nothing.
    """

    column: int
    item: bool
    key: str
    opens: bool
    value: Json
    nodes: int


_SILENT = _Line(-1, item=False, key="", opens=False, value=None, nodes=0)


class Members:
    """Reads members, and remembers them and their lines. What is returned is shared, and not to be changed."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line | None] = {}
        self._members: dict[bytes, Part | None] = {}

    def parse(self, parts: dict[bytes, bytes]) -> dict[bytes, Part] | None:
        """Parse members, as ``sections.cut`` gives them; None where the whole has to be read, to say why it is bad."""
        known = self._members
        found: dict[bytes, Part] = {}
        for key, text in parts.items():
            if text in known:
                part = known[text]
            else:
                if len(known) >= MOST_MEMBERS:
                    known.clear()
                part = known[text] = self._read(key.decode("ascii"), text)
            if part is None:
                return None
            found[key] = part
        return found

    def _read(self, name: str, data: bytes) -> Part | None:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return None
        if (found := self._by_lines(text.split("\n"))) is None:
            return sections.member(name, data)
        value, nodes = found
        return Part(value[name], nodes) if list(value) == [name] else None

    def _by_lines(self, lines: list[str]) -> tuple[dict[str, Json], int] | None:  # noqa: C901, PLR0912 - one loop, because it is where the time goes
        """Return the mapping that lines are, and how many values are in it; None where that is not certain."""
        known = self._lines
        root: dict[str, Json] = {}
        columns: list[int] = [0]
        stack: list[Json] = [root]
        container: Json = root
        pending = ""  # the key, in the mapping that is open, of which the value may follow
        nodes = 0
        for text in lines:
            try:
                line = known[text]
            except KeyError:
                line = self._classified(text)
            if line is None:
                return None
            column, item, key, opens, value, count = line
            if column < 0:
                continue
            nodes += count
            if column > columns[-1] or (item and pending and column == columns[-1]):
                if not pending or len(columns) >= DEEPEST:
                    return None
                opened: Json = [] if item else {}
                container[pending] = opened
                columns.append(column)
                stack.append(opened)
                container = opened
            else:
                while columns[-1] > column:
                    columns.pop()
                    stack.pop()
                container = stack[-1]
                if not item and type(container) is list:  # a list in the column of the key that it belongs to
                    columns.pop()
                    stack.pop()
                    container = stack[-1]
                if columns[-1] != column or item is not (type(container) is list):
                    return None
            pending = ""
            if item:
                if not key:
                    container.append(value)
                    continue
                opened = {}
                container.append(opened)
                columns.append(column + STEP)
                stack.append(opened)
                container = opened
            elif key in container:
                return None
            container[key] = value
            if opens:
                pending = key
        return root, nodes

    def _classified(self, text: str) -> _Line | None:
        """Say what a line is, and remember it; None: nothing that is certain by itself."""
        if len(self._lines) >= MOST_LINES:
            self._lines.clear()
        found = self._lines[text] = _classify(text)
        return found


def _classify(text: str) -> _Line | None:
    if _BLANK.fullmatch(text):
        return _SILENT if _alone(f"k: 1\n{text}\n") else None  # a comment, too, can hold what is refused
    found = _LINE.fullmatch(text)
    if found is None or "\t" in text or "\r" in text:
        return None
    column, item, key = len(found[1]), found[2] is not None, found[3] or ""
    rest = ((found[4] if key else found[5]) or "").rstrip(" ")
    names = bool(key) + item  # values that the line itself adds: a member, an item
    if key and not rest and key not in documents.CONSTANTS:
        return _Line(column, item, key, opens=True, value=None, nodes=names)
    if not names or not rest or rest[0] in _LONG or key in documents.CONSTANTS.keys() - {""}:
        return None
    told = _plain(rest) or _read_alone("k: " if key else "- ", rest)
    return None if told is None else _Line(column, item, key, opens=False, value=told[0], nodes=names + told[1])


def _read_alone(before: str, rest: str) -> tuple[Json, int] | None:
    """Read a value by the strict reader, behind what stands before it; return it and the number of values in it.

    None: it is refused, or nested deeply. A mapping may begin behind the dash of an item, and not behind a key.
    """
    told = _alone(f"{before}{rest}\n")
    if told is None:
        return None
    value = told[0]["k"] if before == "k: " else told[0][0]
    return None if _depth(value) > DEEPEST_WITHIN else (value, told[1] - 1)


def _plain(text: str) -> tuple[Json, int] | None:
    """Read a value that is simple enough to be read here, with the number of values in it; None: it is not."""
    if _WORDS.fullmatch(text):
        return None if text in documents.CONSTANTS else (text, 0)
    if _NUMBER.fullmatch(text):
        return int(text), 0
    inside = text[1:-1].split(", ")
    if _LIST.fullmatch(text) and not documents.CONSTANTS.keys() & inside:
        return [_scalar(item) for item in inside], len(inside)
    if _MAPPING.fullmatch(text):
        members = [member.split(": ") for member in inside]
        found = {name: _scalar(value) for name, value in members}
        if len(found) == len(members) and not documents.CONSTANTS.keys() & itertools.chain(*members):
            return found, len(found)
    return None


def _scalar(text: str) -> Json:
    return int(text) if text.isdigit() else text


def _alone(text: str) -> tuple[Json, int] | None:
    """Read a line by the strict reader; None where it refuses."""
    try:
        document = documents.parse(text.encode())
    except DocumentError:
        return None
    return document.value, len(document.marks) - 1


def _depth(value: Json) -> int:
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if members is None else 1 + max(map(_depth, members), default=0)
